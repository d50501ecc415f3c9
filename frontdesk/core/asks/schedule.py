"""Asks about when people are there."""

from __future__ import annotations

from datetime import datetime

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.appointments import WorkKept
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.schedule import TimeOffRemoved, TimeOffTaken
from frontdesk.core.domain.hours import TimeOffId
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.views import PlannedMove, WorkLine


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTimeOff(Ask[TimeOffTaken]):
    """A practitioner is away, for days or for a part of one; appointments in it stay, and go to the work
    list. Raises BadInput, NotFound or NotAllowed.
    """

    needs = Permission.CHANGE_TIME_OFF
    staff: StaffId
    start: datetime
    end: datetime
    """Naive wall time in the practice's zone, half-open."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTimeOff(Ask[TimeOffRemoved]):
    """Raises NotFound or NotAllowed."""

    needs = Permission.CHANGE_TIME_OFF
    time_off: TimeOffId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTimeOff(Question[tuple[PlannedMove, ...]]):
    """What an absence would leave without its time, and a free time for each.

    Raises BadInput, NotFound, or NotAllowed for who may not enter it either.
    """

    needs = Permission.CHANGE_TIME_OFF
    staff: StaffId
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of a plan: an appointment as it was seen, and where it goes."""

    appointment: AppointmentId
    seen: int
    to: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTimeOff(Ask[Batch[Event]]):
    """Enter the absence and move what lies in it, as one act; what has no new time goes to the work list.

    Raises BadInput, NotFound, NotAllowed, Stale, Refused or SlotTaken; then nothing is changed.
    """

    needs = Permission.CHANGE_TIME_OFF
    staff: StaffId
    start: datetime
    end: datetime
    reason: str = ""
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWork(Question[tuple[WorkLine, ...]]):
    """Appointments that lost their time to a change of hours, closures or time off, by start."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAppointment(Ask[WorkKept]):
    """One on the work list stays as it is. Raises NotFound, NotAllowed or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    appointment: AppointmentId
