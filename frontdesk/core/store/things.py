"""Any kept thing by kind and id: what undo reads, locks and writes. One row a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.kinds import KINDS, Thing, kind_of
from frontdesk.core.domain.people import ClientId
from frontdesk.core.store import appointments, charges, clients, practice, requests, rows, work
from frontdesk.core.store.look import Look, Tx


@dataclass(frozen=True, slots=True)
class Kept:
    """Where things of a kind lie, and how they are found by number, locked one by one, and saved."""

    row: Any
    find: Callable[[Look, Any], Thing | None]
    lock: Callable[[Tx, Any], Thing | None]
    save: Callable[[Tx, Any], object]
    read: Callable[[Any], Any]
    """A row as its thing."""
    write: Callable[[Any], dict[str, Any]]
    """A thing as its row."""
    as_text: frozenset[str] = frozenset()
    """Columns that can say the same in other letters."""

    @property
    def is_of_clients(self) -> bool:
        """Whether each is a client's, and the row says whose."""
        return hasattr(self.row, "client_id")


_TEXTS = frozenset({"contacts", "extra", "reminders", "offers"})

_ROWS: dict[str, Kept] = {
    "client": Kept(rows.Client, clients.find, clients.lock, clients.save, clients.from_row, clients.to_row, _TEXTS),
    "appointment": Kept(
        rows.Appointment,
        appointments.find,
        appointments.lock,
        appointments.save,
        appointments.from_row,
        appointments.to_row,
        _TEXTS,
    ),
    "request": Kept(
        rows.Request, requests.find, requests.lock, requests.save, requests.from_row, requests.to_row, _TEXTS
    ),
    "charge": Kept(rows.Charge, charges.find, charges.lock, charges.save, charges.from_row, charges.to_row),
    "work": Kept(rows.Work, work.find, work.lock, work.save, work.from_row, work.to_row),
}
"""In the order every writer locks them; all other kinds are the set-up, which is locked as a whole."""

NUMBERED = tuple(kept.row.__tablename__ for kept in _ROWS.values())
"""Their tables, which count."""


def kept(kind: str) -> Kept:
    """Where things of a kind lie, those of the set-up left out."""
    return _ROWS[kind]


def find(look: Look, kind: str, id_: str) -> Thing | None:
    """The thing as it is kept now."""
    found: Thing | None = practice.find(look, kind, id_) if KINDS[kind].is_setup else _ROWS[kind].find(look, int(id_))
    return found


def lock(tx: Tx, things: set[tuple[str, str]], but: frozenset[str] = frozenset()) -> None:
    """Wait until nobody else writes to these rows, kind by kind and in order; some kinds may be locked already."""
    for kind, row in _ROWS.items():
        if kind not in but:
            for number in sorted(int(id_) for of, id_ in things if of == kind):
                row.lock(tx, number)
    if any(KINDS[kind].is_setup for kind, _ in things):
        practice.lock(tx)


def save(tx: Tx, thing: Thing) -> None:
    kind = kind_of(thing)
    if kind.is_setup:
        practice.save(tx, thing)  # type: ignore[arg-type]
    else:
        _ROWS[kind.name].save(tx, thing)


def of_client(look: Look, client: ClientId) -> dict[str, list[int]]:
    """By kind the numbers of what is a client's, and their own."""
    found = {"client": [int(client)]}
    for kind, kept in _ROWS.items():
        if kept.is_of_clients:
            theirs = select(col(kept.row.id)).where(col(kept.row.client_id) == client).order_by(col(kept.row.id))
            found[kind] = list(look.connection.execute(theirs).scalars())
    return found


def lock_of_client(tx: Tx, client: ClientId, but: frozenset[str]) -> tuple[Thing, ...]:
    """What is a client's, kind by kind, so that nobody else writes to it; some kinds may be locked already."""
    theirs = (
        (_ROWS[kind], number) for kind, found in of_client(tx, client).items() if kind not in but for number in found
    )
    return tuple(thing for row, number in theirs if (thing := row.lock(tx, number)) is not None)
