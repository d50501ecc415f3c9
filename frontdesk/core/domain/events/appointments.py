"""What happened to appointments."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.objections import SlotObjection
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.work import Work


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(Recorded):
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
class _AppointmentChanged(Recorded):
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
class WorkKept(Recorded):
    """An appointment on the work list stays as it is."""

    operation = "keep"
    before: Work
    work: Work
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.work),)


AppointmentEvent: TypeAlias = (
    AppointmentBooked
    | AppointmentRescheduled
    | AppointmentEdited
    | AppointmentCancelled
    | StatusSet
    | AppointmentReinstated
    | WorkKept
)
