"""Asks and questions about requests: what clients ask for, and what staff decide."""

from __future__ import annotations

from frontdesk.core.asks.door import Ask, E, Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.consents import ConsentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.appointments import AppointmentBooked, AppointmentRescheduled
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.requests import (
    OffersRefused,
    RequestApproved,
    RequestDeclined,
    RequestEdited,
    RequestMade,
    RequestWithdrawn,
    TimesOffered,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.requests import Applicant, RequestId, RequestState
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Start
from frontdesk.core.domain.views import RequestCard, RequestList, RequestOrder, Standing


class OfRequest(Ask[E]):
    """An ask about one request, whose time may have run out unnoticed."""

    __slots__ = ()
    needs = Permission.ANSWER
    request: RequestId

    def if_too_late(self) -> RecordEnd:
        return RecordEnd(request=self.request)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAppointment(Ask[RequestMade | AppointmentBooked]):
    """Ask for an appointment as the client would, under the client's rules.

    Where the service needs no approval it is booked at once. Raises NotFound, BadInput, Refused or SlotTaken.
    """

    needs = Permission.REQUEST
    service: ServiceId
    start: Start
    client: ClientId | Applicant
    practitioner: StaffId | None = None
    """None: any; the one who would be offered is held."""
    location: LocationId | None = None
    description: str = ""
    agreed_to: ConsentId = ConsentId("")
    """The text that the client saw and agreed to; who acts for themself has to, where the practice has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRescheduling(Ask[RequestMade | RequestEdited | AppointmentRescheduled]):
    """Ask to move an appointment as its client would, under its terms; it stands until that is approved.

    Asking again while one is pending edits that one. Where the terms need no approval it is moved at once.
    Raises NotFound, Refused or SlotTaken.
    """

    needs = Permission.RESCHEDULE
    appointment: AppointmentId
    start: Start
    practitioner: StaffId | None = None
    service: ServiceId | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest(OfRequest[RequestEdited]):
    """Change a pending request as its client would; another start counts as asked now. Raises like making one."""

    needs = Permission.ANSWER
    request: RequestId
    seen: int | None = None
    start: Start | None = None
    service: ServiceId | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest(OfRequest[RequestWithdrawn]):
    """The client does not want it any more; this cannot be undone. Raises NotFound, Stale or Refused."""

    needs = Permission.ANSWER
    request: RequestId
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRequest(OfRequest[RequestApproved]):
    """Confirm a pending request: the appointment is made, or moved.

    Raises NotFound, Stale, NotAllowed, SlotTaken or Refused (with what stands against it, or `KnownAlready`).
    """

    needs = Permission.DECIDE_REQUESTS
    request: RequestId
    seen: int | None
    practitioner: StaffId
    start: Start | None = None
    """None: as it was asked for."""
    location: LocationId | None = None
    room: RoomId | None = None
    internal_note: str | None = None
    ticket: str | None = None
    message: str = ""
    client: ClientId | None = None
    """The record of a person nobody knew."""
    new_client: bool = False
    """A new record for them, although one with their phone or e-mail exists."""
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRequests(Ask[Batch[RequestApproved]]):
    """Approve several as they were asked for, as one act; what is not clear any more is left, with its reasons."""

    needs = Permission.DECIDE_REQUESTS
    requests: tuple[tuple[RequestId, int], ...]
    """Each with the revision on the asker's screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRequest(OfRequest[RequestDeclined]):
    """Raises NotFound, Stale, NotAllowed or Refused."""

    needs = Permission.DECIDE_REQUESTS
    request: RequestId
    seen: int | None
    message: str = ""
    """A note to the client; none is demanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRequests(Ask[Batch[RequestDeclined]]):
    """Decline several as one act, with one note."""

    needs = Permission.DECIDE_REQUESTS
    requests: tuple[tuple[RequestId, int], ...]
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTime:
    """A time to offer; what is None is as the request says."""

    start: Start
    practitioner: StaffId | None = None
    location: LocationId | None = None
    room: RoomId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTimes(OfRequest[TimesOffered]):
    """Offer other times, three at most, each held until the client answers. Raises like approving."""

    needs = Permission.DECIDE_REQUESTS
    request: RequestId
    seen: int | None
    times: tuple[OfferedTime, ...]
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOffer(OfRequest[RequestApproved]):
    """The client takes one of the times that were offered. Raises NotFound, Stale, Refused or SlotTaken."""

    needs = Permission.ANSWER
    request: RequestId
    seen: int | None = None
    choice: int
    """From 1, in the order they were offered."""
    client: ClientId | None = None
    new_client: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseOffers(OfRequest[OffersRefused]):
    """The client takes none: the request stays pending, without a held time. Raises NotFound, Stale or Refused."""

    needs = Permission.ANSWER
    request: RequestId
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEnd(Ask[None]):
    """What has run out about one request is written down, if anything has. Only for what happens by itself."""

    needs = Permission.KEEP_TIME
    request: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepExpired(Ask[Batch[Event]]):
    """Record what has ended by itself: expired requests, unanswered offers, pickers that were left."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequests(Question[RequestList]):
    """Requests as they stand now, filtered."""

    needs = Permission.SEE_CLIENTS
    states: tuple[RequestState, ...] = ()
    """None named: all."""
    client: ClientId | None = None
    name: str = ""
    order: RequestOrder = RequestOrder.START
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequests(Question[dict[RequestId, Standing]]):
    """How some pending requests stand: clear, clashing, against a rule."""

    needs = Permission.SEE_CLIENTS
    requests: tuple[RequestId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRequest(Question[RequestCard]):
    """Everything that speaks for and against one. Raises NotFound or NotAllowed."""

    needs = Permission.SEE_CLIENTS
    request: RequestId
