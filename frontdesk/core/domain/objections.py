"""Why not: every reason the house can give against a change. Data of the cure, never a sentence.

`render/words/objections.py` has the sentence for each; the unions are closed, so a new reason without words fails the
type check.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, TypeAlias

from frontdesk.core.domain.appointments import Action, AppointmentId, Status
from frontdesk.core.domain.charges import ChargeState
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import Ended, RequestAction, RequestId, RequestState
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Instant, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """Who has the time: an appointment, or a hold that ends by itself."""

    span: Span
    padded: Span
    """With its buffers."""
    appointment: AppointmentId | None = None
    client_name: str = ""
    request: RequestId | None = None
    held_by: str = ""
    """Who keeps it, of a hold: the client who asked, or the colleague who is choosing."""
    expires_at: Instant | None = None


class _Reason:
    """What every reason knows beside its data."""

    __slots__ = ()
    code: ClassVar[str]
    setting: ClassVar[str | None] = None
    """The setting that owns the rule, as a path in the practice file."""
    overridable: ClassVar[bool] = False
    """Whether staff may go against it with a reason."""
    means_taken: ClassVar[bool] = False
    is_too_late: ClassVar[bool] = False
    """Whether it may be one because something ended by itself and nobody wrote that down yet."""


@dataclass(frozen=True, slots=True)
class ServiceNotActive(_Reason):
    code = "service_not_active"
    setting = "services.active"
    service: ServiceId


@dataclass(frozen=True, slots=True)
class NotOffered(_Reason):
    code = "not_offered"
    setting = "staff.services"
    service: ServiceId
    practitioner: StaffId | None
    """None where nobody offers it."""


@dataclass(frozen=True, slots=True)
class NotAtLocation(_Reason):
    code = "not_at_location"
    setting = "services.locations"
    service: ServiceId
    location: LocationId


@dataclass(frozen=True, slots=True)
class RoomDoesNotFit(_Reason):
    code = "room_does_not_fit"
    setting = "services.rooms"
    service: ServiceId
    room: RoomId | None
    """None where the location has no room for the service."""


@dataclass(frozen=True, slots=True)
class NotOnline(_Reason):
    code = "not_online"
    setting = "services.online"
    service: ServiceId


@dataclass(frozen=True, slots=True)
class NotForNewClients(_Reason):
    code = "not_for_new_clients"
    setting = "booking.initial_service"
    initial: ServiceId | None


@dataclass(frozen=True, slots=True)
class NoSuchTime(_Reason):
    """The clocks skip it."""

    code = "no_such_time"
    wall: datetime
    next: Instant


@dataclass(frozen=True, slots=True)
class InThePast(_Reason):
    code = "in_the_past"
    now: Instant


@dataclass(frozen=True, slots=True)
class OutsideHours(_Reason):
    code = "outside_hours"
    setting = "staff.hours"
    overridable = True
    open: tuple[Span, ...]
    """The working time of that day."""


@dataclass(frozen=True, slots=True)
class Closed(_Reason):
    code = "closed"
    setting = "closures"
    overridable = True
    name: str
    until: date
    """The first date that is open again."""


@dataclass(frozen=True, slots=True)
class Away(_Reason):
    code = "away"
    setting = "staff.time_off"
    overridable = True
    practitioner: StaffId
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OffGrid(_Reason):
    code = "off_grid"
    setting = "booking.start_interval"
    interval: int


@dataclass(frozen=True, slots=True)
class PractitionerTaken(_Reason):
    code = "practitioner_taken"
    setting = "booking.buffer_after"
    overridable = True
    means_taken = True
    practitioner: StaffId
    by: Culprit
    by_buffer: bool = False
    """Only a buffer stands in the way, not the booking itself."""


@dataclass(frozen=True, slots=True)
class RoomsTaken(_Reason):
    code = "rooms_taken"
    setting = "services.rooms"
    overridable = True
    means_taken = True
    rooms: tuple[RoomId, ...]
    by: Culprit


@dataclass(frozen=True, slots=True)
class Held(_Reason):
    """Somebody else keeps the time free for a while."""

    code = "held"
    overridable = True
    means_taken = True
    by: Culprit


@dataclass(frozen=True, slots=True)
class ClientBusy(_Reason):
    code = "client_busy"
    by: Culprit


@dataclass(frozen=True, slots=True)
class TooSoon(_Reason):
    code = "too_soon"
    setting = "booking.minimum_notice"
    earliest: Instant


@dataclass(frozen=True, slots=True)
class TooFarAhead(_Reason):
    code = "too_far_ahead"
    setting = "booking.horizon"
    last: date


@dataclass(frozen=True, slots=True)
class TooManyUpcoming(_Reason):
    code = "too_many_upcoming"
    setting = "booking.max_upcoming"
    limit: int


@dataclass(frozen=True, slots=True)
class TooManyPending(_Reason):
    code = "too_many_pending"
    setting = "booking.max_pending"
    limit: int


OfferObjection: TypeAlias = (
    ServiceNotActive | NotOffered | NotAtLocation | RoomDoesNotFit | NotOnline | NotForNewClients
)
TimeObjection: TypeAlias = NoSuchTime | InThePast | OutsideHours | Closed | Away | OffGrid
TakenObjection: TypeAlias = PractitionerTaken | RoomsTaken | Held | ClientBusy
LimitObjection: TypeAlias = TooSoon | TooFarAhead | TooManyUpcoming | TooManyPending
SlotObjection: TypeAlias = OfferObjection | TimeObjection | TakenObjection | LimitObjection


@dataclass(frozen=True, slots=True)
class NotFromHere(_Reason):
    """The status table has no way from here to there."""

    code = "not_from_here"
    status: Status
    action: Action


@dataclass(frozen=True, slots=True)
class NotBeforeStart(_Reason):
    """A no-show is known only once the start has passed."""

    code = "not_before_start"
    start: Instant


@dataclass(frozen=True, slots=True)
class ReasonNeedsText(_Reason):
    code = "reason_needs_text"
    setting = "reasons.needs_text"
    label: str


@dataclass(frozen=True, slots=True)
class NothingToUndo(_Reason):
    code = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class DetailsErased(_Reason):
    """What it changed was of a client who was forgotten since."""

    code = "details_erased"


@dataclass(frozen=True, slots=True)
class StillOpen(_Reason):
    """Something between a client and the practice is not over: who is forgotten can neither come nor pay."""

    code = "still_open"
    appointments: int
    """That are ahead."""
    requests: int
    charges: int


@dataclass(frozen=True, slots=True)
class NothingToRedo(_Reason):
    code = "nothing_to_redo"


@dataclass(frozen=True, slots=True)
class ChangedSince(_Reason):
    """Something in the batch was changed after it, so it cannot be taken back."""

    code = "changed_since"
    kind: str
    reference: str
    by: str
    at: Instant
    operation: str


@dataclass(frozen=True, slots=True)
class CannotBeUndone(_Reason):
    code = "cannot_be_undone"
    operation: str


@dataclass(frozen=True, slots=True)
class SameClient(_Reason):
    code = "same_client"


@dataclass(frozen=True, slots=True)
class OnlyByPhone(_Reason):
    """The terms leave this to a call."""

    code = "only_by_phone"
    setting = "policy.cancel"
    action: Action


@dataclass(frozen=True, slots=True)
class TooLate(_Reason):
    """Inside the notice, where the terms refuse it."""

    code = "too_late"
    setting = "policy.notice"
    action: Action
    until: Instant


@dataclass(frozen=True, slots=True)
class ServiceStays(_Reason):
    """Clients may not change the service while rescheduling."""

    code = "service_stays"
    setting = "portal.change_service"


@dataclass(frozen=True, slots=True)
class ConsentIsNeeded(_Reason):
    """Clients who act for themselves agree to the practice's text first, as it is worded now."""

    code = "consent_is_needed"
    setting = "portal.consent"
    text: str


@dataclass(frozen=True, slots=True)
class RequestIsOver(_Reason):
    """Only a pending request can be decided, changed or withdrawn."""

    code = "request_is_over"
    is_too_late = True
    state: RequestState
    ended: Ended | None
    action: RequestAction


@dataclass(frozen=True, slots=True)
class NoOpenOffer(_Reason):
    """There is no such time to be taken."""

    code = "no_open_offer"
    is_too_late = True
    offers: int


@dataclass(frozen=True, slots=True)
class AnswerIsAwaited(_Reason):
    """Other times are offered to the client, who has not answered yet."""

    code = "answer_is_awaited"
    offers: int


@dataclass(frozen=True, slots=True)
class HoldIsLost(_Reason):
    """Its time is not held any more: somebody has to look at it."""

    code = "hold_is_lost"


@dataclass(frozen=True, slots=True)
class TooManyOffers(_Reason):
    code = "too_many_offers"
    limit: int


@dataclass(frozen=True, slots=True)
class NothingToChange(_Reason):
    """What is chosen is what holds already."""

    code = "nothing_to_change"


@dataclass(frozen=True, slots=True)
class AmountsAreKept(_Reason):
    """Prices are kept in whole units of the smallest coin: with other decimals each would be another amount."""

    code = "amounts_are_kept"
    setting = "practice.currency"
    currency: str
    """In which they are kept."""


@dataclass(frozen=True, slots=True)
class LastAdmin(_Reason):
    """The only admin cannot be archived, or lose the role: nobody could give it back."""

    code = "last_admin"
    name: str


@dataclass(frozen=True, slots=True)
class KnownAlready(_Reason):
    """The phone or e-mail of an unknown person stands in a record: staff choose that one or a new one."""

    code = "known_already"
    clients: tuple[ClientId, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChargeIsOver(_Reason):
    """Only a charge that is due can be settled or waived."""

    code = "charge_is_over"
    state: ChargeState


@dataclass(frozen=True, slots=True)
class WaiverNeedsReason(_Reason):
    code = "waiver_needs_reason"


@dataclass(frozen=True, slots=True)
class MailIsOver(_Reason):
    """A mail that is not waiting any more cannot be changed."""

    code = "mail_is_over"
    state: MailState


@dataclass(frozen=True, slots=True)
class ReplyIsKnown(_Reason):
    """This answer came already, or one that was written later."""

    code = "reply_is_known"


@dataclass(frozen=True, slots=True)
class ReplyIsOld(_Reason):
    """It answers a time the appointment no longer has."""

    code = "reply_is_old"


@dataclass(frozen=True, slots=True)
class NoAddress(_Reason):
    """Neither mail nor a call reaches the client."""

    code = "no_address"
    client_name: str


@dataclass(frozen=True, slots=True)
class NoPortal(_Reason):
    """Links lead to the portal, which is off."""

    code = "no_portal"


@dataclass(frozen=True, slots=True)
class NotOnWorkList(_Reason):
    code = "not_on_work_list"


@dataclass(frozen=True, slots=True)
class CallLiesAhead(_Reason):
    """A client's call cannot have come after now."""

    code = "call_lies_ahead"


AppointmentObjection: TypeAlias = (
    NotFromHere
    | NotBeforeStart
    | ReasonNeedsText
    | OnlyByPhone
    | TooLate
    | ServiceStays
    | CallLiesAhead
    | NotOnWorkList
    | ReplyIsKnown
    | ReplyIsOld
)
RequestObjection: TypeAlias = (
    ConsentIsNeeded | RequestIsOver | NoOpenOffer | AnswerIsAwaited | HoldIsLost | TooManyOffers | KnownAlready
)
UndoObjection: TypeAlias = NothingToUndo | NothingToRedo | ChangedSince | CannotBeUndone | DetailsErased
RecordObjection: TypeAlias = (
    SameClient
    | StillOpen
    | AmountsAreKept
    | LastAdmin
    | NothingToChange
    | ChargeIsOver
    | WaiverNeedsReason
    | MailIsOver
    | NoAddress
    | NoPortal
)
ChangeObjection: TypeAlias = AppointmentObjection | RequestObjection | UndoObjection | RecordObjection

Objection: TypeAlias = SlotObjection | ChangeObjection
