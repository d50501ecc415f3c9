"""Who opened which client's record: entries that are tied to each other, never changed, never deleted."""

from __future__ import annotations

from frontdesk.core.domain.people import ClientId
from frontdesk.core.store.chain import Log
from frontdesk.core.store.look import Tx

LOG = Log("access_log", "access_head", ("id", "at", "actor", "terminal", "client_id", "actor_kind"))


def note(tx: Tx, client: ClientId) -> None:
    """Who opened this record, and when."""
    entry = {
        "at": tx.now,
        "actor": tx.actor.who.id,
        "terminal": tx.machine.terminal,
        "client_id": client,
        "actor_kind": tx.actor.kind.value,
    }
    LOG.append(tx, [entry])
