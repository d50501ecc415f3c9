"""Questions about days."""

from __future__ import annotations

from datetime import date

from frontdesk.core.asks.door import Question
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.views import Calendar, MonthDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCalendar(Question[Calendar]):
    """Columns of practitioners and days."""

    needs = Permission.SEE_CALENDAR
    first: date
    days: int = 1
    practitioners: tuple[StaffId, ...] = ()
    """None named: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMonth(Question[tuple[MonthDay, ...]]):
    """Load a day, of all practitioners or of one."""

    needs = Permission.SEE_CALENDAR
    first: date
    days: int
    practitioner: StaffId | None = None
