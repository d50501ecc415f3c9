"""What somebody has read."""

from __future__ import annotations

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.notices import MarkRead
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.store import notices
from frontdesk.core.store.look import Tx


def mark_read(tx: Tx, ask: MarkRead) -> None:
    require_allowed(tx, ask.needs)
    notices.mark_read(tx, ask.notices or notices.unread(tx))


OPERATIONS: Operations = {
    MarkRead: mark_read,
}
