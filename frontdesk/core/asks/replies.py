"""What clients answer by mail."""

from __future__ import annotations

from uuid import UUID

from frontdesk.core.asks.door import Ask
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.work import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReply(Ask[Event]):
    """An answer to an invitation: accepted confirms, another time asks for it, declined is a question for the desk.

    Never cancels. Only the address that the client has now is obeyed, as attendee and as sender; another one of
    theirs is a question for the desk. Raises NotFound for an appointment nobody knows, or an answer of somebody else;
    Refused for one to an older time, one that came already (RFC 5546, 2.1.5), or where nothing is left to answer.
    """

    needs = Permission.CHANGE_APPOINTMENTS
    answer: Answer
    holder: UUID
    attendee: str
    sequence: int
    sender: str = ""
    """Who mailed it."""
    stamped: Instant | None = None
    """When it was written (DTSTAMP)."""
    start: Instant | None = None
    comment: str = ""
