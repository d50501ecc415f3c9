"""What was touched, for those who look: SQLite keeps by kind and day when it was last, PostgreSQL tells them."""

from __future__ import annotations

from typing import Any

from frontdesk.core.domain.touched import EVERYTHING, Touch, Touched
from frontdesk.core.store.look import Tx

_RAISE = (
    "INSERT INTO touched (kind, day, turn) VALUES (:kind, :day, :turn)"
    " ON CONFLICT (kind, day) DO UPDATE SET turn = excluded.turn"
)
_NEWEST = "SELECT coalesce(max(turn), 0) FROM touched"
_SINCE = "SELECT kind, day, turn FROM touched WHERE turn > :turn"
_NOTIFY = "SELECT pg_notify('frontdesk', :said)"
_MOST = 7000
"""Characters of a notification, of which the server takes 8,000 bytes."""


def note(tx: Tx, *touches: Touch) -> None:
    """Somebody may show it: they are told with this transaction, or not at all."""
    tx.touched.update(touches)


def write(tx: Tx) -> None:
    """Last of all, so that nobody waits for it long."""
    touches, tx.touched = sorted(tx.touched), set()
    if touches and tx.is_sqlite:
        rows = [{"kind": kind, "day": day, "turn": tx.connection.turn} for kind, day in touches]
        tx.connection.execute(_RAISE, rows)
    elif touches:
        tx.connection.execute(_NOTIFY, {"said": _said(touches)})


def newest(driven: Any) -> int:
    """The turn of what was touched last, on a connection of SQLite's driver."""
    return int(driven.execute(_NEWEST).fetchone()[0])


def since(driven: Any, turn: int) -> tuple[Touched, int]:
    """What was touched after a turn, and the turn of the newest of it."""
    found = driven.execute(_SINCE, {"turn": turn}).fetchall()
    return frozenset((kind, day) for kind, day, _turn in found), max((it[2] for it in found), default=turn)


def heard(said: str) -> Touched:
    """What a notification of PostgreSQL says."""
    words = (word.rpartition(":") for word in said.split())
    return frozenset((kind, int(day)) for kind, _, day in words) or EVERYTHING


def _said(touches: list[Touch]) -> str:
    said = " ".join(f"{kind}:{day}" for kind, day in touches)
    return said if len(said) <= _MOST else ""
