"""What people know, or are told, of an appointment or a request: how it stands, and nothing of how it came so."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.requests import Request, RequestState
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.times import Instant


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
