"""The four views of the calendar, and the days each of them shows."""

from __future__ import annotations

import calendar as calendars
from datetime import date, timedelta
from enum import Enum

from frontdesk.core.render import times
from frontdesk.core.render.language import _


class Shows(Enum):
    DAY = "D"
    WEEK = "W"
    MONTH = "M"
    LIST = "L"


def weeks_of_month(day: date) -> tuple[date, int]:
    """The Monday on or before the first of the month, and days up to the Sunday after its last."""
    first = day.replace(day=1)
    start = first - timedelta(days=first.weekday())
    last = day.replace(day=calendars.monthrange(day.year, day.month)[1])
    return start, ((last - start).days // 7 + 1) * 7


def month_name(day: date) -> str:
    return f"{_(times.MONTH_NAMES[day.month - 1])} {day.year}"


def turned(shows: Shows, day: date, by: int) -> date:
    """The day that is shown after turning so many pages."""
    match shows:
        case Shows.WEEK:
            return day + timedelta(weeks=by)
        case Shows.MONTH:
            return (day.replace(day=15) + timedelta(days=30 * by)).replace(day=1)
        case _:
            return day + timedelta(days=by)
