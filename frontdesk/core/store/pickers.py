"""Open slot pickers: a row while one keeps a time, which ends by itself after minutes."""

from __future__ import annotations

from uuid import UUID

from frontdesk.core.domain.times import Instant, Span
from frontdesk.core.domain.touched import HOLD, in_days
from frontdesk.core.store import touched
from frontdesk.core.store.connection import Later
from frontdesk.core.store.look import Look, Tx

PICKER = "picker"

_RENEW = "UPDATE picker SET expires_at = :until WHERE key = :key RETURNING id"
_FREE = "DELETE FROM claim WHERE source_kind = 'picker' AND source_id = :id RETURNING start, \"end\""
_OVER = "SELECT id FROM picker WHERE expires_at <= :now"


def open_one(tx: Tx, key: UUID, until: Instant) -> int:
    """The number of the picker with this key, renewed, or new."""
    id_ = tx.connection.execute(_RENEW, {"key": key, "until": until}).scalar()
    if id_ is None:
        values = {"key": key, "actor": tx.actor.who.key, "terminal": tx.machine.terminal, "expires_at": until}
        id_ = tx.connection.insert("picker", values)
    return int(id_)


def close(tx: Tx, key: UUID) -> None:
    """Its time is free again, at once; one that is gone already stays so."""
    id_ = tx.connection.execute("SELECT id FROM picker WHERE key = :key", {"key": key}).scalar()
    if id_ is not None:
        close_numbered(tx, id_)


def close_numbered(tx: Tx, id_: int) -> None:
    freed = tx.connection.execute(_FREE, {"id": id_}).all()
    touched.note(tx, *(touch for it in freed for touch in in_days(HOLD, Span(it.start, it.end))))
    tx.connection.execute("DELETE FROM picker WHERE id = :id", {"id": id_})


def has_expired(look: Look) -> Later[bool]:
    """Whether one was left without a word."""
    found = look.connection.execute(f"{_OVER} LIMIT 1", {"now": look.now})
    return lambda: found.first() is not None


def close_all(tx: Tx) -> None:
    for id_ in tx.connection.execute("SELECT id FROM picker").scalars():
        close_numbered(tx, id_)


def sweep(tx: Tx) -> None:
    """Forget those that were left without a word."""
    for id_ in tx.connection.execute(_OVER, {"now": tx.now}).scalars():
        close_numbered(tx, id_)
