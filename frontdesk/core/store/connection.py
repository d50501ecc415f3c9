"""A connection of the driver, and what it answers. SQL is written once; how the engines differ is said here.

Values stand as `:name`, a list as `IN :names`. Names in the answers are those of the columns.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from frontdesk.core.store.failures import Failed

T = TypeVar("T")

Row: TypeAlias = Any
"""A tuple with an attribute for each column."""
Values: TypeAlias = Mapping[str, Any]
Newest: TypeAlias = tuple[int, str]
"""An event and its digest."""
Later: TypeAlias = Callable[[], T]
"""What was asked already, together with other things; calling it waits for the answer, and reads that."""

NO_VALUES: Values = {}
NO_LIMIT = 2**62
"""As a limit: all there are."""


class Answer:
    """What a statement answers; to be read while the transaction lasts.

    Nobody waits for it before it is read: what a use case needs is asked together, and read then.
    """

    __slots__ = ("_said", "_wait")

    def __init__(self, cursor: Any, wait: Callable[[], None] | None = None) -> None:
        self._said, self._wait = cursor, wait

    def __iter__(self) -> Iterator[Row]:
        return map(self._shape, self._cursor)

    def all(self) -> list[Row]:
        return list(map(self._shape, self._cursor.fetchall()))

    def first(self) -> Row | None:
        shape, row = self._shape, self._cursor.fetchone()
        self._cursor.close()
        return None if row is None else shape(row)

    def one(self) -> Row:
        """Raises LookupError where there is none."""
        shape, row = self._shape, self._cursor.fetchone()
        self._cursor.close()
        if row is None:
            raise LookupError("a row that has to be there is not")
        return shape(row)

    def scalar(self) -> Any:
        """The first column of the first row; None where there is none."""
        row = self._cursor.fetchone()
        self._cursor.close()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        """Raises LookupError where there is none."""
        return self.one()[0]

    def scalars(self) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self._cursor.fetchall()]

    def tuples(self) -> list[tuple[Any, ...]]:
        """All rows as the driver has them, without names: for very many."""
        return self._cursor.fetchall()  # type: ignore[no-any-return]

    def mappings(self) -> Iterator[dict[str, Any]]:
        names = _names(self._cursor)
        return (dict(zip(names, row, strict=True)) for row in self._cursor)

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        return int(self._cursor.rowcount)

    @property
    def _cursor(self) -> Any:
        if self._wait is not None:
            self._wait()
            self._wait = None
        return self._said

    @property
    def _shape(self) -> Any:
        return _shape_of(_names(self._cursor))


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(it[0] for it in cursor.description)


@lru_cache(1024)
def _shape_of(names: tuple[str, ...]) -> type:
    """Of two columns with one name the attribute is the first."""
    columns = {name: property(itemgetter(place)) for place, name in reversed(list(enumerate(names)))}
    return type("Row", (tuple,), {"__slots__": (), **columns, "_fields": names})


AT_ONCE = 5000
"""Values in one statement."""


def batched(values: Sequence[T], most: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """So many at a time as one statement takes, or as are wanted."""
    for first in range(0, len(values), most):
        yield values[first : first + most]


def by_name(row: Row) -> dict[str, Any]:
    return dict(zip(row._fields, row, strict=True))


def uuid_of(value: UUID | str) -> UUID:
    """SQLite keeps the 32 digits."""
    return UUID(value) if isinstance(value, str) else value


class Connection(ABC):
    """One connection to a database, of one thread at a time."""

    is_sqlite: bool

    def __init__(self, driven: Any) -> None:
        self.driven = driven
        """The driver's own."""
        self.newest: Newest | None = None
        """The newest event of the transaction, for when it is committed."""
        self.turn = 0
        """Which commit it will be, as SQLite's file counts them."""
        self.setup_revision: int | None = None
        """Of the set-up as a transaction that writes began with it."""

    @abstractmethod
    def execute(self, text: str, values: Values | Sequence[Values] = NO_VALUES) -> Answer:
        """One statement; with a list of values, once for each of them. Raises Failed."""

    @abstractmethod
    def begin(self) -> None:
        """Raises Failed."""

    @abstractmethod
    def commit(self) -> None:
        """Raises Failed."""

    @abstractmethod
    def end(self) -> None:
        """What was not committed is taken back, as far as anybody is there to be told."""

    @abstractmethod
    def answer_at_once(self) -> None:
        """For who says something to the driver itself: each statement is waited for from now on. Raises Failed."""

    @property
    @abstractmethod
    def is_cut_off(self) -> bool:
        """Whether nobody is at the other end any more."""

    def insert(self, table: str, row: Values) -> int:
        """A new row; answers its number."""
        return int(self.execute(_insert(table, tuple(row)) + " RETURNING id", row).scalar_one())

    def numbers(self, table: str, count: int) -> list[int]:
        """So many numbers for new rows, which a server gives to nobody else."""
        drawn = "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
        return self.execute(drawn, {"table": table, "count": count}).scalars()

    def insert_all(self, table: str, rows: Iterable[Values]) -> None:
        """New rows, all with the same columns."""
        rows = list(rows)
        if rows:
            self.execute(_insert(table, tuple(rows[0])), rows)

    def update(self, table: str, id_: Any, row: Values) -> None:
        """Other values for a row with a number, or a name."""
        self.execute(_update(table, tuple(row)), {**row, "its_id": id_})

    def update_all(self, table: str, rows: Mapping[Any, Values]) -> None:
        """The same for many, by their numbers; all with the same columns."""
        if rows:
            names = tuple(next(iter(rows.values())))
            self.execute(_update(table, names), [{**row, "its_id": id_} for id_, row in rows.items()])


@lru_cache(256)
def _insert(table: str, names: tuple[str, ...]) -> str:
    columns, values = ", ".join(f'"{it}"' for it in names), ", ".join(f":{it}" for it in names)
    return f'INSERT INTO "{table}" ({columns}) VALUES ({values})'


@lru_cache(256)
def _update(table: str, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{it}" = :{it}' for it in names)
    return f'UPDATE "{table}" SET {columns} WHERE id = :its_id'


_LIST = re.compile(r"\b(NOT )?IN :([a-z_]\w*)", re.IGNORECASE)
_VALUE = re.compile(r"(?<![:\w]):([a-z_]\w*)", re.IGNORECASE)
_LOCK = re.compile(r"\sFOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?\s*$")
"""SQLite has one writer: nothing else need be locked."""


class SqliteConnection(Connection):
    is_sqlite = True

    def __init__(self, driven: Any, errors: type[Exception], *, is_writing: bool) -> None:
        super().__init__(driven)
        self._errors = errors
        self._begin = "BEGIN IMMEDIATE" if is_writing else "BEGIN"

    def execute(self, text: str, values: Values | Sequence[Values] = NO_VALUES) -> Answer:
        text, lists = _for_sqlite(text)
        try:
            if isinstance(values, Mapping):
                if lists:
                    text, values = _spread(text, lists, values)
                return Answer(self.driven.execute(text, values))
            return Answer(self.driven.executemany(text, values))
        except self._errors as error:
            raise Failed(error) from None

    def begin(self) -> None:
        self.execute(self._begin)

    def commit(self) -> None:
        self.execute("COMMIT")

    def end(self) -> None:
        if self.driven.in_transaction:
            self.driven.rollback()

    def answer_at_once(self) -> None:
        pass  # as always

    @property
    def is_cut_off(self) -> bool:
        return False


@lru_cache(4096)
def _for_sqlite(text: str) -> tuple[str, tuple[str, ...]]:
    return _LOCK.sub("", text), tuple(it[2] for it in _LIST.finditer(text))


def _spread(text: str, lists: tuple[str, ...], values: Values) -> tuple[str, Values]:
    """A list as so many values: an index is then used for each."""
    spread = dict(values)
    for name in lists:
        these = list(spread.pop(name, ()))
        spread.update({f"{name}_{place}": it for place, it in enumerate(these)})
        signs = ", ".join(f":{name}_{place}" for place in range(len(these)))
        among = signs or "SELECT NULL WHERE FALSE"  # an empty list would keep an index beside it from being used
        text = re.sub(rf"\bIN :{name}\b", f"IN ({among})", text, flags=re.IGNORECASE)
    return text, spread


class PostgresConnection(Connection):
    """In a transaction nothing that is said waits for its answer; what fails is raised where somebody waits.

    A connection on which something failed is closed: psycopg 3.3 takes a statement for prepared that was to be
    prepared behind the one that failed, and the server knows nothing of it.
    """

    is_sqlite = False

    def __init__(self, driven: Any, errors: type[Exception], begin: str, guard: Any) -> None:
        super().__init__(driven)
        self._errors = errors
        self._begin = begin
        self._guard = guard
        self._pipeline: Any = None
        self._leaves: Callable[..., Any]
        self._has_failed = False
        self._answered = 0
        """How often it was waited for all that was said."""

    def execute(self, text: str, values: Values | Sequence[Values] = NO_VALUES) -> Answer:
        text, lists = _for_postgresql(text)
        if lists and isinstance(values, Mapping):
            values = {**values, **{name: list(values[name]) for name in lists}}  # else it would be a row
        return self._say(text, values)

    def begin(self) -> None:
        entered = self.driven.pipeline()
        with self._guarded():
            self._pipeline, self._leaves = entered.__enter__(), entered.__exit__
        self._say(self._begin, None)

    def commit(self) -> None:
        self._say("COMMIT", None)
        self.answer_at_once()

    def end(self) -> None:
        if self._has_failed:
            self.driven.close()
        is_over = self._pipeline is None and self.driven.info.transaction_status == _IDLE
        if is_over or self.is_cut_off:
            return
        try:
            self._say("ROLLBACK", None)
            self.answer_at_once()
        except Failed:  # now, or before
            self.driven.close()

    def answer_at_once(self) -> None:
        if self._pipeline is not None:
            self._pipeline = None
            with self.waiting():
                self._leaves(None, None, None)

    @property
    def is_cut_off(self) -> bool:
        return bool(self.driven.closed or self.driven.broken)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """One way to the server and back."""
        with self._guarded():
            yield
        self._answered += 1

    def _say(self, text: str, values: Values | Sequence[Values] | None) -> Answer:
        cursor, is_alone = self.driven.cursor(), self._pipeline is None
        with self.waiting() if is_alone else self._guarded():
            if values is None or isinstance(values, Mapping):
                cursor.execute(text, values)
            else:
                cursor.executemany(text, values)
        return Answer(cursor, None if is_alone else partial(self._hear, self._answered))

    def _hear(self, said_after: int) -> None:
        if self._pipeline is not None and self._answered == said_after:
            with self.waiting():
                self._pipeline.sync()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whoever waits is known to the guard: no wait is without an end. Raises Failed."""
        self._guard.begin(self.driven)
        try:
            yield
        except self._errors as error:
            self._has_failed = True
            raise Failed(error, is_cut_off=self.is_cut_off) from None
        finally:
            self._guard.end(self.driven)


_IDLE = 0
"""As libpq numbers it (PQTRANS_IDLE)."""


@lru_cache(4096)
def _for_postgresql(text: str) -> tuple[str, tuple[str, ...]]:
    lists = tuple(it[2] for it in _LIST.finditer(text))
    text = _LIST.sub(lambda it: f"{'<> ALL' if it[1] else '= ANY'}(:{it[2]})", text.replace("%", "%%"))
    return _VALUE.sub(r"%(\1)s", text), lists
