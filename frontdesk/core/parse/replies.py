"""What a client's calendar program answers: an iTIP REPLY or COUNTER (RFC 5546) inside one mail."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.domain.text import clean_text
from frontdesk.core.domain.times import MINUTE, YEARS, Instant
from frontdesk.core.domain.work import Answer

MOST_BYTES = 2_000_000
UID_ENDS = "@frontdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One attendee's answer to one invitation."""

    answer: Answer
    holder: UUID
    """Which appointment: the random part of its UID."""
    attendee: str
    sequence: int
    start: Instant | None = None
    """The time that is proposed."""
    comment: str = ""


def reply(raw: bytes) -> Reply:
    """Raises BadInput for a mail that answers no invitation of ours."""
    if len(raw) > MOST_BYTES:
        raise _not_ours("too large")
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        calendar = _calendar(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise _not_ours(type(error).__name__) from None
    method = str(calendar.get("METHOD", "")).upper()
    events = list(calendar.walk("VEVENT"))
    if method not in ("REPLY", "COUNTER") or len(events) != 1:
        raise _not_ours("it is no REPLY or COUNTER to one event")
    event = events[0]
    uid = str(event.get("UID", ""))
    try:
        holder = UUID(uid.removesuffix(UID_ENDS))
    except ValueError:
        raise _not_ours("another program's event") from None
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    if not uid.endswith(UID_ENDS) or len(attendees) != 1:
        raise _not_ours("another program's event")
    [who] = attendees
    answer = Answer.COUNTERED if method == "COUNTER" else _answer(str(who.params.get("PARTSTAT", "")))
    number = event.get("SEQUENCE", 0)
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise _not_ours("its sequence is no number")
    return Reply(
        answer=answer,
        holder=holder,
        attendee=str(who).removeprefix("mailto:").removeprefix("MAILTO:").strip().lower(),
        sequence=number,
        start=_instant(event) if answer is Answer.COUNTERED else None,
        comment=clean_text(str(event.get("COMMENT", "")), limit=1000),
    )


def _answer(partstat: str) -> Answer:
    match partstat.upper():
        case "ACCEPTED":
            return Answer.ACCEPTED
        case "DECLINED":
            return Answer.DECLINED
        case _:
            raise _not_ours("neither accepted nor declined")


def _calendar(message: EmailMessage) -> Any:
    import icalendar

    for part in message.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return icalendar.Calendar.from_ical(content)
    raise _not_ours("it has no calendar part")


def _instant(event: Any) -> Instant:
    try:
        start = getattr(event.get("DTSTART"), "dt", None)
    except ValueError:  # icalendar keeps what it cannot read, and says so when it is asked
        start = None
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise _not_ours("it proposes no time with a zone")
    try:
        at = int(start.astimezone(UTC).timestamp())
    except (OverflowError, ValueError):
        raise _not_ours("it proposes no time people mean") from None
    if start.year not in YEARS:
        raise _not_ours("it proposes no time people mean")
    return at - at % MINUTE


def _not_ours(why: str) -> BadInput:
    return BadInput("message", Problem.NOT_READABLE, "it", hint=saying("left alone: {why}", why=why))
