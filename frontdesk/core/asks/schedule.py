"""Asks about when people are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from frontdesk.core.asks.door import Ask
from frontdesk.core.domain.events import TimeOffRemoved, TimeOffTaken
from frontdesk.core.domain.hours import TimeOffId
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTimeOff(Ask[TimeOffTaken]):
    """A practitioner is away, for days or for a part of one; appointments in it stay. Raises BadInput, NotFound."""

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
