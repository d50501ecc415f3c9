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

    Never cancels. Raises NotFound for an appointment nobody knows or an attendee who is not its client, Refused for
    an answer to an older time, or where nothing is left to answer.
    """

    needs = Permission.CHANGE_APPOINTMENTS
    answer: Answer
    holder: UUID
    attendee: str
    sequence: int
    start: Instant | None = None
    comment: str = ""
