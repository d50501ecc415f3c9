"""Appointments: what they are, and the one table of where each status may go."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.refs import number_of, reference
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Instant, Span

AppointmentId = NewType("AppointmentId", int)
TermsId = NewType("TermsId", str)


class Status(Enum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_SESSION = "in_session"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    UNDONE = "undone"
    """What booked it was undone."""


class Action(Enum):
    """What people do to an appointment; the status table says from where."""

    CONFIRM = "confirm"
    ARRIVE = "arrive"
    START = "start"
    FINISH = "finish"
    BACK = "back"
    NO_SHOW = "no_show"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    REINSTATE = "reinstate"


MOVES: dict[tuple[Status, Status], Action] = {
    (Status.BOOKED, Status.CONFIRMED): Action.CONFIRM,
    (Status.BOOKED, Status.ARRIVED): Action.ARRIVE,
    (Status.BOOKED, Status.NO_SHOW): Action.NO_SHOW,
    (Status.CONFIRMED, Status.ARRIVED): Action.ARRIVE,
    (Status.CONFIRMED, Status.NO_SHOW): Action.NO_SHOW,
    (Status.ARRIVED, Status.IN_SESSION): Action.START,
    (Status.ARRIVED, Status.DONE): Action.FINISH,
    (Status.ARRIVED, Status.NO_SHOW): Action.NO_SHOW,
    (Status.ARRIVED, Status.BOOKED): Action.BACK,
    (Status.IN_SESSION, Status.DONE): Action.FINISH,
    (Status.IN_SESSION, Status.ARRIVED): Action.BACK,
    (Status.DONE, Status.ARRIVED): Action.BACK,
}
"""The moves people make by setting a status; cancelling and reinstating have operations of their own."""

CANCELLABLE = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED})
RESCHEDULABLE = frozenset({Status.BOOKED, Status.CONFIRMED})
REINSTATABLE = frozenset({Status.CANCELLED, Status.LATE_CANCELLED, Status.NO_SHOW})
STILL_NEXT = 12 * 3600
"""Seconds from its start for which one that is not over yet is a client's next: they are late, or still here."""

HAPPENS = frozenset({Status.ARRIVED, Status.IN_SESSION, Status.DONE})
"""What only the day of the appointment can bring."""

HOLDS_TIME = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION, Status.DONE})
"""Claims are held exactly in these."""

NEXT_STATUS: dict[Status, Status] = {
    Status.BOOKED: Status.ARRIVED,
    Status.CONFIRMED: Status.ARRIVED,
    Status.ARRIVED: Status.IN_SESSION,
    Status.IN_SESSION: Status.DONE,
}
"""The way of an ordinary visit, one key a step."""


class Side(Enum):
    """Whose doing a change was."""

    PRACTICE = "practice"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    reason: str
    text: str = ""
    rebook_link: bool = False
    by: Side = Side.PRACTICE
    at: Instant = 0
    """When it was said: the moment of the client's call, which decides whether it was late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A client, a service, a practitioner, a location, a room if needed, a span; kept for ever.

    `revision` rises with every write and decides whether a screen is stale; `sequence` rises only with what
    the client's own calendar shows (time, place, people, service, booked or cancelled).
    """

    id: AppointmentId
    holder: UUID
    client: ClientId
    service: ServiceId
    practitioner: StaffId
    location: LocationId
    start: Instant
    end: Instant
    zone: str
    wall: datetime
    """The wall time that was promised, naive."""
    room: RoomId | None = None
    buffer_before: int = 0
    buffer_after: int = 0
    """Minutes, as they were in force at booking."""
    price: int | None = None
    terms: TermsId = TermsId("")
    """The terms it was booked under; empty where none are known, as for imported ones."""
    missed_cancel: Instant | None = None
    missed_reschedule: Instant | None = None
    """A deadline that had passed when the client moved it: it stays missed. Else it is counted from the start."""
    status: Status = Status.BOOKED
    cancellation: Cancellation | None = None
    override: str = ""
    """Why a rule was overridden, in the words of who did."""
    lane: int = 0
    room_lane: int = 0
    note: str = ""
    internal_note: str = ""
    reminders: tuple[int, ...] | None = None
    """Hours before; None is what the service or the practice says."""
    timed_at: Instant = 0
    """When it was given its present time: a reminder whose moment lay before is not sent."""
    ticket: str = ""
    source: str = ""
    source_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    revision: int = 1
    sequence: int = 0

    @property
    def ref(self) -> str:
        return appointment_ref(self.id)

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def padded(self) -> Span:
        return Span(self.start - self.buffer_before * 60, self.end + self.buffer_after * 60)

    def is_late(self, now: Instant) -> bool:
        """Booked or confirmed, and the start has passed."""
        return self.status in RESCHEDULABLE and self.start <= now

    def changed(self, **what: object) -> Appointment:
        """The next revision; the next sequence too where what the client's calendar shows is touched."""
        after = replace(self, **what, revision=self.revision + 1)  # type: ignore[arg-type]
        if _shown(after) != _shown(self):
            after = replace(after, sequence=self.sequence + 1)
        return after


def _shown(appointment: Appointment) -> tuple[object, ...]:
    return (
        appointment.start,
        appointment.end,
        appointment.location,
        appointment.room,
        appointment.practitioner,
        appointment.service,
        appointment.status in HOLDS_TIME or appointment.status is Status.NO_SHOW,
    )


def appointment_ref(id_: AppointmentId) -> str:
    return reference("A", id_)


def appointment_of_ref(text: str) -> AppointmentId | None:
    number = number_of("A", text)
    return None if number is None else AppointmentId(number)


def client_ref(id_: ClientId) -> str:
    return reference("C", id_)


def client_of_ref(text: str) -> ClientId | None:
    number = number_of("C", text)
    return None if number is None else ClientId(number)
