"""What has to be done again and again: a row a duty, with a lease for whoever does it."""

from __future__ import annotations

from frontdesk.core.domain.duties import Duty, DutyState, Writing
from frontdesk.core.domain.times import Instant
from frontdesk.core.store.look import Look, Tx

WRITES = "write"
"""Stands beside the duties: whoever writes very much."""
LONGEST = 60
"""Seconds after which they do not write any more, whatever became of them."""

_WRITE = f"UPDATE duty SET who = :who, detail = :detail, leased_until = :until WHERE name = '{WRITES}'"
_WRITING = f"SELECT who, detail FROM duty WHERE name = '{WRITES}' AND leased_until > :now"
_MAKE = "INSERT INTO duty (name, who, detail) VALUES (:name, '', '') ON CONFLICT (name) DO NOTHING"


def every(look: Look) -> tuple[DutyState, ...]:
    """One each, as it is."""
    found = {row.name: row for row in look.connection.execute("SELECT * FROM duty")}
    return tuple(
        DutyState(
            duty=duty,
            who=row.who,
            leased_until=row.leased_until,
            seen_at=row.seen_at,
            done_at=row.done_at,
            detail=row.detail,
        )
        if (row := found.get(duty.value)) is not None
        else DutyState(duty=duty)
        for duty in Duty
    )


def lock(tx: Tx, duty: Duty) -> DutyState:
    """As it is; two who look at once look one after the other."""
    _make(tx, duty)
    tx.connection.execute("SELECT name FROM duty WHERE name = :name FOR UPDATE", {"name": duty.value}).all()
    return next(it for it in every(tx) if it.duty is duty)


def lease(tx: Tx, duty: Duty, until: Instant) -> None:
    _set(tx, duty, who=tx.machine.terminal, leased_until=until, seen_at=tx.now)


def seen(tx: Tx, duty: Duty) -> None:
    _make(tx, duty)
    _set(tx, duty, who=tx.machine.terminal, seen_at=tx.now)


def done(tx: Tx, duty: Duty, detail: str) -> None:
    _make(tx, duty)
    _set(tx, duty, who=tx.machine.terminal, leased_until=None, seen_at=tx.now, done_at=tx.now, detail=detail)


def failed(tx: Tx, duty: Duty, detail: str, again_at: Instant) -> None:
    """It was tried, and is not tried again before that."""
    _make(tx, duty)
    _set(tx, duty, who=tx.machine.terminal, leased_until=again_at, seen_at=tx.now, detail=detail)


def writes(tx: Tx, who: str, what: str) -> None:
    """Somebody is about to write so much that others wait for it; forgotten by itself, should they never end."""
    tx.connection.execute(_MAKE, {"name": WRITES})
    values = {"who": who, "detail": what, "until": tx.now + LONGEST}
    tx.connection.execute(_WRITE, values)


def wrote(tx: Tx) -> None:
    """It is over."""
    tx.connection.execute("DELETE FROM duty WHERE name = :name", {"name": WRITES})


def writing(look: Look) -> Writing | None:
    """Who writes very much now."""
    found = look.connection.execute(_WRITING, {"now": look.now}).first()
    return None if found is None else Writing(who=found.who, operation=found.detail)


def clear(tx: Tx) -> None:
    """Nobody has anything: those who had are of another life."""
    tx.connection.execute("DELETE FROM duty")


def _make(tx: Tx, duty: Duty) -> None:
    tx.connection.execute(_MAKE, {"name": duty.value})


def _set(tx: Tx, duty: Duty, **values: object) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    tx.connection.execute(f"UPDATE duty SET {columns} WHERE name = :duty", {**values, "duty": duty.value})
