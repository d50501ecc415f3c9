"""Facts: what happened. Each is the return value, the history row, the toast, the JSON, and what undo reverses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, NewType, TypeVar

from frontdesk.core.domain.actors import ActorId
from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.hours import TimeOff
from frontdesk.core.domain.kinds import Thing, kind_of
from frontdesk.core.domain.objections import Objection, SlotObjection
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.records import ImportPlan
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.work import Answer, Work

EventId = NewType("EventId", int)
BatchId = NewType("BatchId", int)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing, as it was and as it is; None before for what is new."""

    before: Thing | None
    after: Thing | None
    unknown: Mapping[str, object] = field(default_factory=dict, compare=False)
    """What a later version kept with it, by field: it is shown as it stands."""

    @property
    def kind(self) -> str:
        return kind_of(self._either).name

    @property
    def id(self) -> str:
        return kind_of(self._either).id(self._either)

    @property
    def reference(self) -> str:
        """What people call the thing."""
        return kind_of(self._either).reference(self._either)

    @property
    def client(self) -> ClientId | None:
        """Whose it is, where it is somebody's."""
        return kind_of(self._either).client(self._either)

    @property
    def _either(self) -> Thing:
        thing = self.after if self.after is not None else self.before
        assert thing is not None, "a change is of something"
        return thing


@dataclass(frozen=True, kw_only=True)
class Event:
    """What all facts share; `id` and `batch` are given when it is recorded."""

    operation: ClassVar[str]
    undoable: ClassVar[bool] = True
    by_itself: ClassVar[bool] = False
    """Happens as time passes: the system's doing, in a batch of its own."""
    id: EventId = EventId(0)
    batch: BatchId = BatchId(0)
    undoes: BatchId | None = None
    also: tuple[Change, ...] = ()
    """What followed from it in the same act: a charge, a request that was overtaken, a hold that was lost."""
    message: str = ""
    """Words for the one mail that tells of it."""
    letter: str = ""
    """That mail as somebody rewrote it; it is kept in the outbox, not with the event."""
    description: str = ""
    """What a client said with it."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.own_changes, *self.also)

    @property
    def side(self) -> Side:
        """Whose doing it was."""
        return Side.PRACTICE

    @property
    def about(self) -> tuple[Thing, ...]:
        """What it is about without changing it."""
        return ()

    @property
    def whose(self) -> ClientId | None:
        """The client of the first thing that is somebody's."""
        of_changes = (change.client for change in self.changes)
        of_things = (kind_of(thing).client(thing) for thing in self.about)
        return next((it for it in (*of_changes, *of_things) if it is not None), None)

    @property
    def whose_name(self) -> str:
        """What that client, or an applicant, is called."""
        client: Client | None = getattr(self, "client", None)
        return client.name if client is not None else getattr(self, "client_name", "")

    @property
    def own_changes(self) -> tuple[Change, ...]:
        raise NotImplementedError

    @property
    def text(self) -> str:
        """The reason people gave, kept with the details."""
        return ""


E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(Event):
    operation = "book"
    appointment: Appointment
    client: Client
    new_client: bool = False
    by: Side = Side.PRACTICE
    warnings: tuple[SlotObjection, ...] = ()

    @property
    def own_changes(self) -> tuple[Change, ...]:
        made = (Change(None, self.client),) if self.new_client else ()
        return (Change(None, self.appointment), *made)

    @property
    def text(self) -> str:
        return self.appointment.override

    @property
    def side(self) -> Side:
        return self.by


@dataclass(frozen=True, kw_only=True)
class _AppointmentChanged(Event):
    before: Appointment
    appointment: Appointment
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.appointment),)


@dataclass(frozen=True, kw_only=True)
class AppointmentRescheduled(_AppointmentChanged):
    operation = "reschedule"
    by: Side = Side.PRACTICE
    override: str = ""
    warnings: tuple[SlotObjection, ...] = ()

    @property
    def text(self) -> str:
        return self.override

    @property
    def side(self) -> Side:
        return self.by


@dataclass(frozen=True, kw_only=True)
class AppointmentEdited(_AppointmentChanged):
    operation = "edit_appointment"


@dataclass(frozen=True, kw_only=True)
class AppointmentCancelled(_AppointmentChanged):
    operation = "cancel"

    @property
    def side(self) -> Side:
        return self.appointment.cancellation.by if self.appointment.cancellation is not None else Side.PRACTICE


@dataclass(frozen=True, kw_only=True)
class StatusSet(_AppointmentChanged):
    operation = "status"


@dataclass(frozen=True, kw_only=True)
class AppointmentReinstated(_AppointmentChanged):
    operation = "reinstate"
    warnings: tuple[SlotObjection, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClientAdded(Event):
    operation = "add_client"
    client: Client

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(None, self.client),)


@dataclass(frozen=True, kw_only=True)
class ClientEdited(Event):
    operation = "edit_client"
    before: Client
    client: Client

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.client),)


@dataclass(frozen=True, kw_only=True)
class ClientsMerged(Event):
    """One record of two: `kept` takes what it lacked, the other points at it, its appointments follow."""

    operation = "merge_clients"
    kept: Client
    all_changes: tuple[Change, ...]

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes


@dataclass(frozen=True, kw_only=True)
class TimeOffTaken(Event):
    operation = "take_time_off"
    time_off: TimeOff
    staff_name: str = ""
    affected: int = 0
    """Booked appointments that now lie in it; none of them is changed, all are on the work list."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(None, self.time_off),)


@dataclass(frozen=True, kw_only=True)
class TimeOffRemoved(Event):
    operation = "remove_time_off"
    before: TimeOff
    time_off: TimeOff
    staff_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.time_off),)


@dataclass(frozen=True, kw_only=True)
class PracticeApplied(Event):
    operation = "apply_practice"
    all_changes: tuple[Change, ...]

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(PracticeApplied):
    """Some keys were chosen otherwise, each by itself."""

    operation = "change_settings"


@dataclass(frozen=True, kw_only=True)
class _RequestChanged(Event):
    before: Request
    request: Request
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.request),)


@dataclass(frozen=True, kw_only=True)
class RequestMade(Event):
    operation = "request"
    request: Request
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(None, self.request),)

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class RequestEdited(_RequestChanged):
    """The client asked for something else, or said more."""

    operation = "edit_request"

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(_RequestChanged):
    operation = "withdraw"
    undoable = False

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class RequestApproved(_RequestChanged):
    """Confirmed: the appointment is made, or moved; a person nobody knew has a record now."""

    operation = "approve"
    appointment: Appointment
    was: Appointment | None = None
    """The appointment before it was moved."""
    client: Client
    new_client: bool = False
    taken: bool = False
    """The client took one of the times that were offered."""
    override: str = ""
    warnings: tuple[SlotObjection, ...] = ()

    @property
    def own_changes(self) -> tuple[Change, ...]:
        made = (Change(None, self.client),) if self.new_client else ()
        return (Change(self.before, self.request), Change(self.was, self.appointment), *made)

    @property
    def text(self) -> str:
        return self.override

    @property
    def side(self) -> Side:
        return Side.CLIENT if self.taken else Side.PRACTICE


@dataclass(frozen=True, kw_only=True)
class RequestDeclined(_RequestChanged):
    operation = "decline"


@dataclass(frozen=True, kw_only=True)
class TimesOffered(_RequestChanged):
    """A counter-offer: other times are held until the client answers."""

    operation = "offer"


@dataclass(frozen=True, kw_only=True)
class OffersRefused(_RequestChanged):
    """The client takes none of the times that were offered."""

    operation = "refuse_offers"

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class OffersLapsed(_RequestChanged):
    """Nobody answered the counter-offer in time."""

    operation = "lapse"
    undoable = False
    by_itself = True


@dataclass(frozen=True, kw_only=True)
class RequestExpired(_RequestChanged):
    operation = "expire"
    undoable = False
    by_itself = True


@dataclass(frozen=True, kw_only=True)
class _ChargeChanged(Event):
    before: Charge
    charge: Charge
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.charge),)

    @property
    def text(self) -> str:
        return self.charge.reason


@dataclass(frozen=True, kw_only=True)
class ChargeSettled(_ChargeChanged):
    operation = "settle_charge"


@dataclass(frozen=True, kw_only=True)
class ChargeWaived(_ChargeChanged):
    operation = "waive_charge"


@dataclass(frozen=True, kw_only=True)
class WorkKept(Event):
    """An appointment on the work list stays as it is."""

    operation = "keep"
    before: Work
    work: Work
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.work),)


@dataclass(frozen=True, kw_only=True)
class _Message(Event):
    """Words, in a mail of their own; nothing else changes."""

    client: Client
    appointment: Appointment | None = None

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()

    @property
    def about(self) -> tuple[Thing, ...]:
        return (self.client,) if self.appointment is None else (self.client, self.appointment)


@dataclass(frozen=True, kw_only=True)
class MessageWritten(_Message):
    """To a client."""

    operation = "message"


@dataclass(frozen=True, kw_only=True)
class MessageReceived(_Message):
    """Of a client's, to whom they have to do with."""

    operation = "client_message"
    undoable = False

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class BookingLinkGiven(Event):
    """A client was given a link with which they book a service once."""

    operation = "booking_link"
    client: Client
    service: Service
    mailed: bool
    link: str = field(default="", repr=False)
    """The whole link; it is shown once, and kept nowhere."""
    until: Instant = 0

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()

    @property
    def about(self) -> tuple[Thing, ...]:
        return (self.client,)

    @property
    def text(self) -> str:
        return self.service.name


@dataclass(frozen=True, kw_only=True)
class ReplyNoted(Event):
    """A client's answer to the invitation that somebody has to decide about; the appointment stands."""

    operation = "reply"
    appointment: Appointment
    client_name: str
    answer: Answer
    proposes: Instant | None = None
    comment: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()

    @property
    def about(self) -> tuple[Thing, ...]:
        return (self.appointment,)

    @property
    def text(self) -> str:
        return " – ".join(filter(None, (self.answer.value, self.comment)))


@dataclass(frozen=True, kw_only=True)
class AutomationRan(Event):
    """A note or a task that followed by the practice's own rule."""

    operation = "automation"
    automation: str
    all_changes: tuple[Change, ...]

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes

    @property
    def text(self) -> str:
        return self.automation


@dataclass(frozen=True, kw_only=True)
class Batch(Generic[E]):
    """Several facts of one act: undone together."""

    events: tuple[E, ...]
    left: tuple[Left, ...] = ()
    """What was asked for and could not be done; it stands as it was."""

    @property
    def id(self) -> EventId:
        return self.events[-1].id if self.events else EventId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One thing that an act on many left alone, and why."""

    reference: str
    client_name: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True, kw_only=True)
class RecordImported(Event):
    """One client or appointment taken over from somewhere else."""

    operation = "import"
    change: Change

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (self.change,)


@dataclass(frozen=True, kw_only=True)
class ImportDone(Event):
    """The whole import, recorded last in its batch."""

    operation = "import_done"
    new: int
    updated: int
    skipped: int
    plan: ImportPlan

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class Reversed(Event):
    """A batch taken back, or taken back again."""

    operation = "undo"
    of_operation: str
    client_name: str = ""
    """Whose appointment or record it was, where it was somebody's."""
    all_changes: tuple[Change, ...]
    all_about: tuple[Thing, ...] = ()
    """What the batch was about without changing it."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes

    @property
    def about(self) -> tuple[Thing, ...]:
        return self.all_about


@dataclass(frozen=True, kw_only=True)
class Undone(Reversed):
    operation = "undo"


@dataclass(frozen=True, kw_only=True)
class Redone(Reversed):
    operation = "redo"


def _all_kinds(of: type[Event]) -> Iterator[type[Event]]:
    for cls in of.__subclasses__():
        yield from _all_kinds(cls)
        if hasattr(cls, "operation"):
            yield cls


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One event as history shows it."""

    id: EventId
    at: Instant
    who: ActorId | None
    """None where it happened before actors had ids, under a name that nobody, or more than one, had."""
    actor_name: str
    """As it was shown; empty where it was forgotten."""
    on_behalf_of: ClientId | None = None
    """The client for whom staff did what clients do."""
    client_name: str = ""
    """What that client, or applicant, was called."""
    role: str
    terminal: str
    operation: str
    subject_kind: str
    subject_id: str
    batch: BatchId
    undoes: BatchId | None
    changes: tuple[Change, ...]
    """Empty where the details were forgotten."""
    about: tuple[Thing, ...] = ()
    """What it was about without changing it."""
    text: str = ""
    message: str = ""
    by: Side = Side.PRACTICE
    """Whose doing it was."""


FINAL: frozenset[str] = frozenset(cls.operation for cls in _all_kinds(Event) if not cls.undoable)
"""Operations that cannot be taken back."""
