"""Which database is open, and whether it still is that one: its number, its newest event, whether it is a drill."""

from __future__ import annotations

import threading

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.store.connection import Connection, Newest, Row
from frontdesk.core.store.statements import judged

_COLUMNS = "number, replaces, is_drill, reads_from, (SELECT version_num FROM alembic_version) AS version"
_DATABASE = f"SELECT {_COLUMNS} FROM database"
_STANDS = judged(
    f"SELECT {_COLUMNS}, (SELECT digest FROM event WHERE id = :newest) AS digest,"
    " (SELECT revision FROM practice) AS setup_revision FROM database"
)
_DIGEST = judged("SELECT digest FROM event WHERE id = :id")
_LAST = judged("SELECT id, digest FROM event ORDER BY id DESC LIMIT 1")
_END = "SELECT head FROM event_chain FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a database says of itself."""

    number: int
    replaces: int | None
    is_drill: bool
    reads_from: str
    version: str
    """Of its schema."""


def make(connection: Connection, *, is_drill: bool, reads_from: str) -> None:
    """Gives a new database its number."""
    number = new_number()
    connection.insert("database", {"id": 1, "number": number, "is_drill": is_drill, "reads_from": reads_from})
    if connection.is_sqlite:
        connection.execute(f"PRAGMA application_id={number}")
        connection.execute("PRAGMA user_version=1")


def new_number() -> int:
    import secrets

    return secrets.randbelow(2**31 - 1) + 1


def of(connection: Connection) -> Identity:
    return _identity(connection.execute(_DATABASE).one())


def _identity(row: Row) -> Identity:
    return Identity(row.number, row.replaces, bool(row.is_drill), row.reads_from, row.version)


def appended(connection: Connection, event: EventId, digest: str) -> None:
    """Notes the newest event of a transaction, for when it is committed."""
    connection.newest = (event, digest)


def newest_in(connection: Connection) -> Newest | None:
    """The newest event of a transaction that is about to be committed."""
    newest, connection.newest = connection.newest, None
    return newest


def was_saved(connection: Connection, newest: Newest) -> bool:
    """Whether a transaction whose answer was lost took effect; waits until it is over, for it holds the chain."""
    connection.execute(_END).all()
    found = connection.execute(_DIGEST, {"id": newest[0]}).scalar()
    return bool(found == newest[1])


class Known:
    """What one store knows of its database."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._number: int | None = None
        self._newest: Newest | None = None

    def first(self, connection: Connection) -> Identity:
        """What it is at its opening."""
        found = of(connection)
        self._keep(found.number, _last(connection))
        return found

    def require_same(self, connection: Connection) -> Identity:
        """Raises StoreUnusable; where it was put back, once: the next time comes after a look at what is there."""
        with self._lock:
            number, newest = self._number, self._newest
        row = connection.execute(_STANDS, {"newest": newest[0] if newest is not None else 0}).one()
        found, stands = _identity(row), newest is None or row.digest == newest[1]
        if found.number != number and found.replaces != number:
            raise StoreUnusable(StoreProblem.REPLACED, self._name)
        if found.number != number or not stands:
            self._keep(found.number, _last(connection))
            raise StoreUnusable(StoreProblem.RESTORED, self._name)
        connection.newest, connection.setup_revision = None, row.setup_revision
        return found

    def committed(self, newest: Newest | None) -> None:
        if newest is not None:
            with self._lock:
                if self._newest is None or newest[0] > self._newest[0]:
                    self._newest = newest

    def _keep(self, number: int, newest: Newest | None) -> None:
        with self._lock:
            self._number, self._newest = number, newest


def _last(connection: Connection) -> Newest | None:
    row = connection.execute(_LAST).first()
    return None if row is None else (row.id, row.digest)
