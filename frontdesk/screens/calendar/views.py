"""The four views of the calendar, and the days each of them shows."""

from __future__ import annotations

import calendar as calendars
from datetime import date, timedelta
from enum import Enum

from frontdesk.core.domain.people import StaffId
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice
from frontdesk.verbs import Verb
from frontdesk.widgets.bars import clickable, spaced


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


def heading(voice: Voice, shows: Shows, day: date, person: StaffId) -> list[str | tuple[str, str]]:
    """What is shown, and the way to the rest: pages, dates, the other views."""
    views = [clickable(Verb[it.name], f"[{it.value}]" if it is shows else it.value) for it in Shows]
    shown = month_name(day) if shows is Shows.MONTH else times.day(day, year=True)
    return [
        clickable(Verb.EARLIER, "‹ "),
        clickable(Verb.GO_TO, shown),
        clickable(Verb.LATER, " ›"),
        f"  {_('wk')} {day.isocalendar().week}   ",
        *spaced(views, " "),
        f" · {voice.practitioner(person)}" if shows is Shows.WEEK else "",
    ]
