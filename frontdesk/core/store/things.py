"""Any kept thing by kind and id: what undo reads, locks and writes. One row a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.kinds import KINDS, Thing, kind_of
from frontdesk.core.store import appointments, charges, clients, requests, setup, work
from frontdesk.core.store.look import Look, Tx


@dataclass(frozen=True, slots=True)
class Kept:
    """How things of a kind are found by number, locked one by one, and saved."""

    find: Callable[[Look, Any], Thing | None]
    lock: Callable[[Tx, Any], Thing | None]
    save: Callable[[Tx, Any], object]


_ROWS: dict[str, Kept] = {
    "client": Kept(clients.find, clients.lock, clients.save),
    "appointment": Kept(appointments.find, appointments.lock, appointments.save),
    "request": Kept(requests.find, requests.lock, requests.save),
    "charge": Kept(charges.find, charges.lock, charges.save),
    "work": Kept(work.find, work.lock, work.save),
}
"""In the order every writer locks them; all other kinds are the set-up, which is locked as a whole."""


def find(look: Look, kind: str, id_: str) -> Thing | None:
    """The thing as it is kept now."""
    found: Thing | None = setup.find(look, kind, id_) if KINDS[kind].is_setup else _ROWS[kind].find(look, int(id_))
    return found


def lock(tx: Tx, things: set[tuple[str, str]], but: frozenset[str] = frozenset()) -> None:
    """Wait until nobody else writes to these rows, kind by kind and in order; some kinds may be locked already."""
    for kind, row in _ROWS.items():
        if kind not in but:
            for number in sorted(int(id_) for of, id_ in things if of == kind):
                row.lock(tx, number)
    if any(KINDS[kind].is_setup for kind, _ in things):
        setup.lock(tx)


def save(tx: Tx, thing: Thing) -> None:
    kind = kind_of(thing)
    if kind.is_setup:
        setup.save(tx, thing)  # type: ignore[arg-type]
    else:
        _ROWS[kind.name].save(tx, thing)
