"""The work list: appointments that lost their time, or that somebody has to look at."""

from __future__ import annotations

from enum import Enum
from typing import NewType

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.times import Instant

WorkId = NewType("WorkId", int)


CAUSE_OUT_OF_USE = "archived"
"""The cause of what lost a person, a service, a room or a place; its id says which: `staff:ann`."""

TIME_CAUSES = frozenset({"time_off", "hours", "closure", CAUSE_OUT_OF_USE})
"""What takes an appointment's time, or what else it needs."""


class WorkState(Enum):
    OPEN = "open"
    KEPT = "kept"
    """Somebody decided that the appointment stays as it is."""
    GONE = "gone"
    """Its cause is gone, or what entered it was undone."""


class Answer(Enum):
    """What a client answers to the invitation in their calendar."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    """Proposes another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One appointment to be seen to. It is done, without a write, once that is moved or cancelled."""

    id: WorkId
    appointment: AppointmentId
    practitioner: StaffId
    start: Instant
    """Where the appointment was when it was entered."""
    cause: str
    """What took its time: `time_off`, `hours`, `closure`; what the client answered; `automation`."""
    cause_id: str
    since: Instant
    state: WorkState = WorkState.OPEN
    revision: int = 1
