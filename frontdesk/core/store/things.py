"""Any kept thing by kind and id: what undo reads, locks and writes. One row a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.kinds import KINDS, Thing, kind_of
from frontdesk.core.domain.people import ClientId
from frontdesk.core.store import appointments, charges, clients, practice, requests, work
from frontdesk.core.store.connection import batched
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import LOCKED


@dataclass(frozen=True, slots=True)
class Kept:
    """Where things of a kind lie, and how they are locked one by one, and saved."""

    table: str
    lock: Callable[[Tx, Any], Thing | None]
    save: Callable[[Tx, Any], object]
    read: Callable[[Any], Any]
    """A row as its thing."""
    write: Callable[[Any], dict[str, Any]]
    """A thing as its row."""
    as_text: frozenset[str] = frozenset()
    """Columns that can say the same in other letters."""
    has_more: Callable[[Any], bool] = lambda _: False
    """Whether there is more to saving it than its row."""
    is_of_clients: bool = True
    """Whether each is a client's, and the row says whose."""


Key = tuple[str, str]
"""Kind and id."""
_TEXTS = frozenset({"contacts", "extra", "reminders", "offers"})

_ROWS: dict[str, Kept] = {
    "client": Kept(
        "client",
        clients.lock,
        clients.save,
        clients.from_row,
        clients.to_row,
        _TEXTS,
        has_more=lambda it: bool(it.contacts),  # what a later version wrote into them stays
        is_of_clients=False,
    ),
    "appointment": Kept(
        "appointment",
        appointments.lock,
        appointments.save,
        appointments.from_row,
        appointments.to_row,
        _TEXTS,
    ),
    "request": Kept("request", requests.lock, requests.save, requests.from_row, requests.to_row, _TEXTS),
    "charge": Kept("charge", charges.lock, charges.save, charges.from_row, charges.to_row),
    "work": Kept("work", work.lock, work.save, work.from_row, work.to_row, is_of_clients=False),
}
"""In the order every writer locks them; all other kinds are the set-up, which is locked as a whole."""

NUMBERED = tuple(kept.table for kept in _ROWS.values())
"""Their tables, which count."""


def kept(kind: str) -> Kept:
    """Where things of a kind lie, those of the set-up left out."""
    return _ROWS[kind]


def several(look: Look, wanted: Iterable[Key]) -> dict[Key, Thing | None]:
    """Things as they are kept now, by kind and id; None for those that are not."""
    found: dict[Key, Thing | None] = dict.fromkeys(wanted)
    asked = [
        (kind, row, look.connection.execute(f"SELECT * FROM {row.table} WHERE id IN :ids", {"ids": ids}))
        for kind, row in _ROWS.items()
        for ids in batched(sorted(int(id_) for of, id_ in found if of == kind))
    ]
    for kind, row, some in asked:
        found |= {(kind, str(it.id)): row.read(it) for it in some}
    return found | {key: practice.find(look, *key) for key in found if KINDS[key[0]].is_setup}


def lock(tx: Tx, things: set[Key]) -> None:
    """Wait until nobody else writes to these rows, kind by kind and in order."""
    if not tx.is_sqlite:
        for kind, row in _ROWS.items():
            for ids in batched(sorted(int(id_) for of, id_ in things if of == kind)):
                locked = f"SELECT id FROM {row.table} WHERE id IN :ids ORDER BY id{LOCKED}"
                tx.connection.execute(locked, {"ids": ids})
    if any(KINDS[kind].is_setup for kind, _ in things):
        practice.lock(tx)


def save(tx: Tx, thing: Thing) -> None:
    kind = kind_of(thing)
    if kind.is_setup:
        practice.save(tx, thing)  # type: ignore[arg-type]
    else:
        _ROWS[kind.name].save(tx, thing)


@dataclass(frozen=True, slots=True)
class Alike:
    """Things of one kind as they are to be saved: those that are no more than their rows, and the others."""

    kind: str
    rows: dict[int, dict[str, Any]]
    others: list[Thing]


def to_save(things: Iterable[Thing]) -> list[Alike]:
    """In the order in which they stand; those of one kind that follow each other go together."""
    found = []
    for kind, some in groupby(things, key=kind_of):
        row, alike = _ROWS.get(kind.name), Alike(kind.name, {}, [])
        for thing in some:
            if row is None or row.has_more(thing):
                alike.others.append(thing)
            else:
                alike.rows[int(kind.id(thing))] = row.write(thing)
        found.append(alike)
    return found


def save_all(tx: Tx, things: Iterable[Alike]) -> None:
    for it in things:
        if it.kind == "client":
            tx.clients.clear()
        for thing in it.others:
            save(tx, thing)
        if it.rows:
            tx.connection.update_all(_ROWS[it.kind].table, it.rows)


def numbers_for(look: Look, kind: str, count: int, room: int) -> list[int]:
    """Numbers for things that are written later, to be held against what there is then.

    A server gives them to nobody else; on SQLite whoever writes first has them, and `room` is left for those.
    """
    table = _ROWS[kind].table
    if not look.is_sqlite:
        with look.store.writing(on_disk=False) as connection:
            return list(connection.numbers(table, count))
    last = _last_of(look, table) + room
    return list(range(last + 1, last + 1 + count))


def are_free(tx: Tx, kind: str, numbers: Sequence[int]) -> bool:
    """Whether nobody has these numbers by now."""
    return not tx.is_sqlite or not numbers or _last_of(tx, _ROWS[kind].table) < numbers[0]


def _last_of(look: Look, table: str) -> int:
    return int(look.connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one())


def of_client(look: Look, client: ClientId) -> dict[str, list[int]]:
    """By kind the numbers of what is a client's, and their own."""
    found = {"client": [int(client)]}
    for kind, kept in _ROWS.items():
        if kept.is_of_clients:
            theirs = f"SELECT id FROM {kept.table} WHERE client_id = :client ORDER BY id"
            found[kind] = look.connection.execute(theirs, {"client": client}).scalars()
    return found


def lock_of_client(tx: Tx, client: ClientId, but: frozenset[str]) -> tuple[Thing, ...]:
    """What is a client's, kind by kind, so that nobody else writes to it; some kinds may be locked already."""
    theirs = (
        (_ROWS[kind], number) for kind, found in of_client(tx, client).items() if kind not in but for number in found
    )
    return tuple(thing for row, number in theirs if (thing := row.lock(tx, number)) is not None)
