"""The outbox: what people are owed by mail, by a call or by a webhook, and what each was told last.

A mail about an appointment or a request is the difference between what its reader was told last and what is
true now. So two changes before it leaves make one mail, or none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, Status
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import Request, RequestKind, RequestState
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.times import HOUR, MINUTE, Instant

MailId = NewType("MailId", int)

LEASE = 5 * MINUTE
"""How long a worker has a mail: longer than the whole SMTP timeout."""
SMTP_TIMEOUT = 60
FIRST_RETRY, LONGEST_RETRY = 30, HOUR
GIVE_UP = 72 * HOUR
TOO_OLD = 15 * MINUTE
"""A mail that is due for longer is a matter for the desk."""

SECRET_OPEN, SECRET_CLOSE = "\ue000", "\ue001"
"""Around the name of a secret in a stored body; text from outside never holds these signs there."""


CAUSE_GONE = "its cause is gone"
"""Why a mail of an automation was put aside; it comes back with its cause."""


def reminder_occasion(hours: int) -> str:
    """Of the reminder so many hours before."""
    return f"reminder:{hours}h"


class Carrier(Enum):
    MAIL = "mail"
    CALL = "call"
    """The client has no e-mail: somebody calls."""
    WEBHOOK = "webhook"


class MailState(Enum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Refused for good: call the client."""
    SUPERSEDED = "superseded"
    """What it says is no longer true, or no longer needed; it did not leave."""
    DROPPED = "dropped"
    """Somebody decided that it does not leave."""
    PAUSED = "paused"
    """Many became due at once: waits for a yes."""


UNSENT = frozenset({MailState.QUEUED, MailState.PAUSED})
OPEN = frozenset({MailState.QUEUED, MailState.PAUSED, MailState.SENDING})


class MailKind(Enum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REQUEST_RECEIVED = "request_received"
    REQUEST_APPROVED = "request_approved"
    REQUEST_DECLINED = "request_declined"
    REQUEST_EXPIRED = "request_expired"
    MOVE_ASKED = "move_asked"
    MOVE_APPROVED = "move_approved"
    MOVE_DECLINED = "move_declined"
    MOVE_EXPIRED = "move_expired"
    OFFERED = "offered"
    REMINDER = "reminder"
    MESSAGE = "message"
    BOOKING_LINK = "booking_link"
    REQUEST_TO_DECIDE = "request_to_decide"
    MOVE_TO_DECIDE = "move_to_decide"
    TEST = "test"
    AUTOMATION = "automation"
    CLIENT_MESSAGE = "client_message"
    ACCESS_CODE = "access_code"


APPOINTMENT_KINDS = frozenset(
    {MailKind.BOOKED, MailKind.MOVED, MailKind.CANCELLED, MailKind.REQUEST_APPROVED, MailKind.MOVE_APPROVED}
)
"""Tell how an appointment stands; these carry a calendar file."""

APPROVALS: dict[MailKind, MailKind] = {
    MailKind.BOOKED: MailKind.REQUEST_APPROVED,
    MailKind.MOVED: MailKind.MOVE_APPROVED,
}
"""What a mail is called where staff approved what the client asked for."""


class Outcome(Enum):
    """How an attempt to deliver ended."""

    SENT = "sent"
    REFUSED = "refused"
    """For good (5xx): this mail will never arrive."""
    LATER = "later"
    """Not now (4xx, no connection): it certainly did not arrive."""
    UNKNOWN = "unknown"
    """The connection was lost after the text: nobody knows."""
    UNTRIED = "untried"
    """Leased ahead, and given back."""
    QUEUE_FAULT = "queue_fault"
    """Sign-in or TLS: no mail can leave."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, and whether the connection still serves."""

    outcome: Outcome
    detail: str = ""
    connected: bool = True


class Reader(Enum):
    """Whom a mail is for: it decides the words."""

    CLIENT = "client"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the times that are offered instead."""

    start: Instant
    practitioner: StaffId
    location: LocationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a reader knows, or is told, of an appointment or a request."""

    stands: str
    """`booked`; of a request `pending`, `offered`, `declined`, `over`."""
    start: Instant
    end: Instant
    zone: str
    service: ServiceId
    practitioner: StaffId
    location: LocationId
    choices: tuple[Choice, ...] = ()
    words: str = ""
    """Of a request, for who decides: what the client says with it."""
    since: Instant = field(default=0, compare=False)
    """When an appointment was given this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as it is read: rendered, with the places of its secrets still masked."""

    subject: str
    text: str
    html: str = ""
    calendar: str = ""
    method: str = ""
    """Of the calendar file: REQUEST or CANCEL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One letter to one reader; kept for ever, its secrets until it is sent."""

    id: MailId
    carrier: Carrier = Carrier.MAIL
    reader: Reader = Reader.CLIENT
    kind: MailKind
    subject_kind: str
    """What it is about: `appointment`, `request`, `client` or `practice`."""
    subject_id: str
    sequence: int
    """Of the appointment, or the revision of the request, it speaks of."""
    occasion: str = "change"
    """Tells apart what is rightly sent twice."""
    recipient: str
    """An address, a phone number, a URL."""
    name: str = ""
    client: ClientId | None = None
    staff: StaffId | None = None
    language: str = "en"
    letter: Letter
    message: str = ""
    """Personal words in it."""
    sealed: str = ""
    """Its secrets, readable only with the machine's key; empty once sent."""
    message_id: str = ""
    thread: str = ""
    known: Told | None = None
    """What its reader was told before."""
    unsure: bool = False
    """What was known before is not sure: a mail about it perhaps arrived."""
    tells: Told | None = None
    state: MailState = MailState.QUEUED
    made_at: Instant = 0
    due_at: Instant = 0
    until: Instant | None = None
    """From then on it is pointless."""
    attempts: int = 0
    perhaps: bool = False
    """An attempt ended so that nobody knows whether it arrived."""
    lease: str = ""
    leased_until: Instant | None = None
    sent_at: Instant | None = None
    error: str = ""
    """What went wrong, in the server's words."""
    decided_by: str = ""
    """Who dropped it, or called instead: the key of an actor."""

    @property
    def is_told(self) -> bool:
        """Whether its reader has to be taken to know what it says."""
        return self.perhaps or self.state in (MailState.SENT, MailState.SENDING)

    @property
    def to_call(self) -> bool:
        """Whether somebody has to call its reader: a client without an address, or whom no mail reached."""
        if self.carrier is Carrier.CALL:
            return self.state is MailState.QUEUED
        return self.carrier is Carrier.MAIL and self.reader is Reader.CLIENT and self.state is MailState.FAILED

    @property
    def may_be_dropped(self) -> bool:
        return self.state in UNSENT or self.state is MailState.FAILED

    @property
    def may_still_change(self) -> bool:
        """Whether it waits, and nobody can have read it."""
        return self.state in UNSENT and not self.perhaps


def appointment_for_client(it: Appointment | None) -> Told | None:
    if it is None or not (it.status in HOLDS_TIME or it.status is Status.NO_SHOW):
        return None
    return place_of(it)


def place_of(it: Appointment) -> Told:
    """When, with whom and where, whether it stands or not."""
    return Told(
        stands="booked",
        start=it.start,
        end=it.end,
        zone=it.zone,
        service=it.service,
        practitioner=it.practitioner,
        location=it.location,
        since=it.timed_at,
    )


def appointment_for_practitioner(it: Appointment | None, who: StaffId) -> Told | None:
    """What a practitioner is told of an appointment: nothing stands for them that is somebody else's."""
    return appointment_for_client(it) if it is not None and it.practitioner == who else None


def request_for_client(it: Request | None) -> Told | None:
    """None for what needs no mail of its own: an approved one is told by its appointment."""
    if it is None:
        return None
    match it.state:
        case RequestState.PENDING:
            stands = "offered" if it.offers else "pending"
        case RequestState.DECLINED:
            stands = "declined"
        case RequestState.EXPIRED | RequestState.UNDONE:
            stands = "over"
        case _:
            return None
    open_offers = [slot for slot in it.offers if not slot.lost]
    choices = (Choice(start=it.start, practitioner=it.practitioner, location=it.location) for it in open_offers)
    return wish_of(it, stands, choices=tuple(choices))


def request_for_practitioner(it: Request | None, who: StaffId) -> Told | None:
    """What waits for somebody's decision."""
    if it is None or it.state is not RequestState.PENDING or it.offers or it.slot.practitioner != who:
        return None
    return wish_of(it, "pending", words=it.description)


def wish_of(it: Request, stands: str = "pending", choices: tuple[Choice, ...] = (), words: str = "") -> Told:
    return Told(
        stands=stands,
        start=it.slot.start,
        end=it.slot.end,
        zone=it.zone,
        service=it.service,
        practitioner=it.slot.practitioner,
        location=it.slot.location,
        choices=choices,
        words=words,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows of something; `unsure` makes a mail necessary, never unnecessary."""

    told: Told | None
    unsure: bool = False


def known_after(last: Mail | None, before: Told | None) -> Known:
    """What a reader knows by the last mail that was to tell them how something stands.

    `before` is how it stood: they know it where that mail arrived. One that nobody can have read told nothing; what
    one said that somebody dropped may have been told otherwise.
    """
    if last is None or last.state is MailState.SENT:
        return Known(before)
    if last.is_told:
        return Known(before, unsure=True)
    if last.state is MailState.DROPPED:
        return Known(last.known, unsure=True)
    if last.state is MailState.SUPERSEDED:
        return Known(before)
    return Known(last.known, last.unsure)


def change_kind(known: Known, now: Told | None, was: Told | None, at: Instant) -> MailKind | None:
    """What has to be told of an appointment, also where it is only not sure that it is known."""
    kind = appointment_kind(known.told, now, at)
    if kind is not None or not known.unsure or known.told != now:
        return kind
    return appointment_kind(None if now is not None else was, now, at)


def tells_before(known: Told | None, was: Told | None, now: Told | None) -> Told | None:
    """What a letter names as how it was: what its reader knows, or what is gone now though nobody told them of it."""
    return known or (None if now is not None else was)


def appointment_kind(known: Told | None, now: Told | None, at: Instant) -> MailKind | None:
    """What has to be told of an appointment; nothing where nothing differs, or all of it lies in the past."""
    if known == now or all(it is None or it.start <= at for it in (known, now)):
        return None
    if now is None:
        return MailKind.CANCELLED
    return MailKind.BOOKED if known is None else MailKind.MOVED


def request_kind(it: Request, known: Told | None, now: Told | None) -> MailKind | None:
    """What has to be told to who asked; silence where the wish simply waits on."""
    if now is None or known == now:
        return None
    move = it.kind is RequestKind.RESCHEDULE
    match now.stands:
        case "offered":
            return MailKind.OFFERED
        case "declined":
            return MailKind.MOVE_DECLINED if move else MailKind.REQUEST_DECLINED
        case "over":
            if known is None:
                return None
            return MailKind.MOVE_EXPIRED if move else MailKind.REQUEST_EXPIRED
        case _:
            waits_on = known is not None and known.stands in ("pending", "offered")
            if waits_on and known is not None and _wish(known) == _wish(now):
                return None
            return MailKind.MOVE_ASKED if move else MailKind.REQUEST_RECEIVED


def decision_kind(it: Request, known: Told | None, now: Told | None) -> MailKind | None:
    """What a practitioner is told to decide: a new wish, or another one than before."""
    if now is None or known == now:
        return None
    return MailKind.MOVE_TO_DECIDE if it.kind is RequestKind.RESCHEDULE else MailKind.REQUEST_TO_DECIDE


def _wish(it: Told) -> tuple[object, ...]:
    return (it.start, it.end, it.service, it.practitioner, it.location)


def retry_delay(attempts: int, chance: float) -> int:
    """Seconds until the next attempt after so many: full jitter under a bound that doubles; `chance` in [0, 1)."""
    bound = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(max(attempts - 1, 0), 12))
    return 1 + int(bound * chance)
