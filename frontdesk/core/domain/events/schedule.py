"""What happened to people's time off."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.hours import TimeOff


@dataclass(frozen=True, kw_only=True)
class TimeOffTaken(Recorded):
    operation = "take_time_off"
    time_off: TimeOff
    staff_name: str = ""
    affected: int = 0
    """Booked appointments that now lie in it; none of them is changed, all are on the work list."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(None, self.time_off),)


@dataclass(frozen=True, kw_only=True)
class TimeOffRemoved(Recorded):
    operation = "remove_time_off"
    before: TimeOff
    time_off: TimeOff
    staff_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.time_off),)


ScheduleEvent: TypeAlias = TimeOffTaken | TimeOffRemoved
