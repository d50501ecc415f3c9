"""Open slot pickers: a row while one keeps a time, which ends by itself after minutes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlmodel import col

from frontdesk.core.domain.times import Instant
from frontdesk.core.store import rows
from frontdesk.core.store.look import Look, Tx

PICKER = "picker"

_p = rows.Picker
_NOTIFY = text("SELECT pg_notify('frontdesk', '')")


def open_one(tx: Tx, key: UUID, until: Instant) -> int:
    """The number of the picker with this key, renewed, or new."""
    renewed = tx.connection.execute(update(rows.Picker).where(col(_p.key) == key).values(expires_at=until))
    if not renewed.rowcount:
        values = {"key": key, "actor": tx.actor.who.key, "terminal": tx.machine.terminal, "expires_at": until}
        tx.connection.execute(insert(rows.Picker), values)
    _tell(tx)
    return int(tx.connection.execute(select(col(_p.id)).where(col(_p.key) == key)).scalar_one())


def close(tx: Tx, key: UUID) -> None:
    """Its time is free again, at once; one that is gone already stays so."""
    id_ = tx.connection.execute(select(col(_p.id)).where(col(_p.key) == key)).scalar()
    if id_ is not None:
        close_numbered(tx, id_)


def close_numbered(tx: Tx, id_: int) -> None:
    tx.connection.execute(
        delete(rows.Claim).where(col(rows.Claim.source_kind) == PICKER, col(rows.Claim.source_id) == id_)
    )
    tx.connection.execute(delete(rows.Picker).where(col(_p.id) == id_))
    _tell(tx)


def has_expired(look: Look) -> bool:
    """Whether one was left without a word."""
    return (
        look.connection.execute(select(col(_p.id)).where(col(_p.expires_at) <= look.now).limit(1)).first() is not None
    )


def close_all(tx: Tx) -> None:
    for id_ in tx.connection.execute(select(col(_p.id))).scalars().all():
        close_numbered(tx, id_)


def sweep(tx: Tx) -> None:
    """Forget those that were left without a word."""
    over = tx.connection.execute(select(col(_p.id)).where(col(_p.expires_at) <= tx.now)).scalars().all()
    for id_ in over:
        close_numbered(tx, id_)


def _tell(tx: Tx) -> None:
    if not tx.is_sqlite:
        tx.connection.execute(_NOTIFY)
