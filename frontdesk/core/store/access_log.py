"""Who opened which client's record: entries that are tied to each other, never changed, never deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlmodel import col

from frontdesk.core.domain.people import ClientId
from frontdesk.core.store import rows
from frontdesk.core.store.chain import Link
from frontdesk.core.store.look import Tx

_TIED = ("id", "at", "actor", "terminal", "client_id", "actor_kind")
"""What the digest of an entry covers."""
_HEAD = select(col(rows.EventChain.access_head)).with_for_update()
_SET_HEAD = update(rows.EventChain).values(access_head=bindparam("digest"))
_LAST_ID = select(col(rows.AccessLog.id)).order_by(col(rows.AccessLog.id).desc()).limit(1)
_ALL = select(rows.AccessLog.__table__).order_by(col(rows.AccessLog.id))  # type: ignore[attr-defined]


def note(tx: Tx, client: ClientId) -> None:
    """Who opened this record, and when."""
    head = tx.connection.execute(_HEAD).scalar_one()
    entry = {
        "id": (tx.connection.execute(_LAST_ID).scalar() or 0) + 1,
        "at": tx.now,
        "actor": tx.actor.who.id,
        "terminal": tx.machine.terminal,
        "client_id": client,
        "actor_kind": tx.actor.kind.value,
    }
    digest = _digest(head, entry)
    tx.connection.execute(insert(rows.AccessLog), {**entry, "previous": head, "digest": digest})
    tx.connection.execute(_SET_HEAD, {"digest": digest})


def links(connection: Connection) -> Iterator[Link]:
    """Each entry, oldest first."""
    for row in connection.execute(_ALL).mappings():
        yield Link(row["id"], row["previous"], row["digest"], row["digest"] == _digest(row["previous"], row))


def _digest(previous: str, entry: Any) -> str:
    told = json.dumps([entry[name] for name in _TIED])
    return hashlib.sha256("\0".join((previous, told)).encode()).hexdigest()
