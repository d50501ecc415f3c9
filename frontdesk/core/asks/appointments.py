"""Asks and questions about appointments."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.appointments import AppointmentId, Side, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEdited,
    AppointmentReinstated,
    AppointmentRescheduled,
    StatusSet,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Instant, Start
from frontdesk.core.domain.views import AppointmentList, ListPlace, Named


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAppointment(Ask[AppointmentBooked]):
    """Book a service for a client, known or new. Raises NotFound, NotAllowed, Refused or SlotTaken."""

    needs = Permission.CHANGE_APPOINTMENTS
    service: ServiceId
    start: Start
    client: ClientId | NewClient
    practitioner: StaffId | None = None
    """None: the one who would be offered."""
    location: LocationId | None = None
    room: RoomId | None = None
    note: str = ""
    internal_note: str = ""
    override: str = ""
    """Why a rule is overridden; empty overrides nothing."""
    message: str = ""
    """Personal words for the client's mail."""
    letter: str = ""
    """The client's mail as somebody rewrote it; empty leaves it to the template."""
    reminders: tuple[int, ...] | None = None
    """Hours before; None: what the service or the practice says."""
    hold: UUID | None = None
    """The key of an open picker that keeps this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebookAppointment(Ask[AppointmentBooked]):
    """Book the same again, so many days on at the same wall time, or at the free time nearest to it.

    Raises NotFound, NotAllowed, Refused or SlotTaken.
    """

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
    days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleAppointment(Ask[AppointmentRescheduled]):
    """Move one appointment to another slot. Raises NotFound, Stale, NotAllowed, Refused or SlotTaken."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
    seen: int | None
    """The revision on the asker's screen; an older one raises Stale. None where no screen is between."""
    start: Start
    service: ServiceId | None = None
    practitioner: StaffId | None = None
    location: LocationId | None = None
    room: RoomId | None = None
    """None keeps what the appointment has (another room of the list where that one is taken)."""
    note: str | None = None
    internal_note: str | None = None
    override: str = ""
    client_agreed: bool = False
    """The client knows that another service or practitioner brings other terms; else the old ones stay."""
    message: str = ""
    """Personal words for the client's mail."""
    letter: str = ""
    """The client's mail as somebody rewrote it; empty leaves it to the template."""
    reminders: tuple[int, ...] | None = None
    """Hours before; None leaves them as they are."""
    hold: UUID | None = None
    """The key of an open picker that keeps this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAppointment(Ask[AppointmentEdited]):
    """Change its notes or reminders. Raises NotFound, BadInput, Stale or NotAllowed."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
    seen: int | None
    note: str | None = None
    internal_note: str | None = None
    reminders: tuple[int, ...] | None = None
    """Hours before, empty for none; None leaves them as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAppointment(Ask[AppointmentCancelled]):
    """Cancel with a reason of the practice's list. Raises NotFound, BadInput, Stale, NotAllowed or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
    seen: int | None
    reason: ReasonId
    text: str = ""
    rebook_link: bool | None = None
    """None: as the reason says."""
    by: Side = Side.PRACTICE
    """Whose wish it is. The practice is never late."""
    said_at: Instant | None = None
    """When the client called; None is now. It decides whether that was late."""
    message: str = ""
    """Personal words for the client's mail."""
    letter: str = ""
    """The client's mail as somebody rewrote it; empty leaves it to the template."""
    waive: str = ""
    """Why a late fee need not be paid; empty waives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAsClient(Ask[AppointmentCancelled]):
    """Cancel as the client themself would, under the terms it was booked with.

    Raises NotFound, Stale, NotAllowed or Refused.
    """

    needs = Permission.CANCEL
    appointment: AppointmentId
    seen: int | None
    text: str = ""
    """Their reason, in their words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus(Ask[StatusSet]):
    """One step of the status table. Raises NotFound, Stale, NotAllowed or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
    seen: int | None
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateAppointment(Ask[AppointmentReinstated]):
    """Book a cancelled one again where it was. Raises NotFound, Stale, NotAllowed, Refused or SlotTaken."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
    seen: int | None
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpAppointment(Ask[None]):
    """Lay an appointment aside to put it down elsewhere; holds nothing, survives a restart. Records nothing."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class LayBack(Ask[None]):
    """Take one from the picked-up ones without moving it. Records nothing."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPickedUp(Question[tuple[Named, ...]]):
    """What this actor has picked up, the latest first."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAppointment(Question[Named]):
    """Raises NotFound."""

    needs = Permission.SEE_CALENDAR
    appointment: AppointmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAppointments(Question[AppointmentList]):
    """A page of the list from a day on, by start; where a name is searched, then of what was before, latest first.

    It begins after a place, or ends before it. `more`: whether there is more that way.
    """

    needs = Permission.SEE_CALENDAR
    day: date
    name: str = ""
    """Part of a client's name, as a search takes it."""
    place: ListPlace | None = None
    backwards: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePast(Question[AppointmentList]):
    """A page of a client's appointments that are past or cancelled, latest first: what comes after a place."""

    needs = Permission.SEE_CALENDAR
    client: ClientId
    place: ListPlace | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAppointments(Question[AppointmentList]):
    """Appointments by start; dates are inclusive, in the practice's zone."""

    needs = Permission.SEE_CALENDAR
    client: ClientId | None = None
    practitioner: StaffId | None = None
    first: date | None = None
    last: date | None = None
    statuses: tuple[Status, ...] = ()
    """None named: every status but undone."""
    name: str = ""
    """Part of a client's name, as a search takes it."""
    latest_first: bool = False
    limit: int = 200
