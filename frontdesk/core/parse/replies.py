"""What a client's calendar program answers: an iTIP REPLY or COUNTER (RFC 5546) inside one mail."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses
from typing import Any
from uuid import UUID

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.domain.text import clean_text
from frontdesk.core.domain.times import MINUTE, YEARS, Instant
from frontdesk.core.domain.work import Answer

MOST_BYTES = 2_000_000
MOST_CALENDAR = 100_000
"""Bytes of an answer to one event."""
MOST_PARTS = 200
MOST_FROM = 500
"""Signs of who mails."""
_PART = re.compile(rb"(?im)^content-type:")
_LONG_HEADER = re.compile(rb"(?im)^[a-z-]{1,60}:(?:[^\r\n]|\r?\n[ \t]){16384}")
"""Longer than any that programs write; some readers take time that grows with its square."""
UID_ENDS = "@frontdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One attendee's answer to one invitation."""

    answer: Answer
    holder: UUID
    """Which appointment: the random part of its UID."""
    attendee: str
    sequence: int
    sender: str = ""
    """The address it was mailed from."""
    stamped: Instant | None = None
    """When it was written (DTSTAMP)."""
    start: Instant | None = None
    """The time that is proposed."""
    comment: str = ""


def reply(raw: bytes) -> Reply:
    """Raises BadInput for a mail that answers no invitation of ours."""
    if len(raw) > MOST_BYTES:
        raise _not_ours("too large")
    if len(_PART.findall(raw)) > MOST_PARTS or _LONG_HEADER.search(raw):
        raise _not_ours("no program writes such headers")
    try:
        # the older policy: the newer one reads a long header for seconds
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        calendar = _calendar(message)
    except BadInput:
        raise
    except Exception as error:  # whatever it is that the libraries trip over
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
        sender=_sender(message),
        stamped=_stamped(event),
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


def _sender(message: Message) -> str:
    """Who mailed it; nobody where several did."""
    given = [str(it) for it in message.get_all("From", [])]
    if len(given) != 1 or len(given[0]) > MOST_FROM:
        return ""
    found = [address for _name, address in getaddresses(given)]
    return found[0].strip().lower() if len(found) == 1 else ""


def _stamped(event: Any) -> Instant | None:
    try:
        at = getattr(event.get("DTSTAMP"), "dt", None)
        return int(at.timestamp()) if isinstance(at, datetime) and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _calendar(message: Message) -> Any:
    import icalendar

    for part in message.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and len(content) > MOST_CALENDAR:
                raise _not_ours("its calendar is too large for an answer")
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
