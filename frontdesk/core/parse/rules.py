"""Repeating rules of calendar files (RFC 5545, 3.3.10): whether one can be followed in a moment, before it is."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

LOOKED_AT = timedelta(days=28 * 366)
"""After so long the calendar is as it was: what did not happen by then does not happen."""
OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


def problem(rule: Mapping[str, Any], start: date) -> str:
    """Why a rule is not followed, empty where it is: whoever expands it would look for centuries, or never end."""
    try:
        freq = str(_one(rule, "FREQ", "")).upper()
        interval = int(_one(rule, "INTERVAL", 1))
        days = [_DAY.fullmatch(str(it).upper()) for it in _many(rule, "BYDAY")]
    except (TypeError, ValueError):
        return "RRULE: it cannot be read"
    if freq in OFTEN:
        return "RRULE: repeats more than once a day"
    moments = [len(_many(rule, name)) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
    if any(it > 1 for it in moments):
        return "RRULE: repeats more than once a day"
    if freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or interval < 1 or None in days:
        return "RRULE: it cannot be read"
    return "" if _Rule(rule, freq, interval, days, _date(start)).happens() else "RRULE: it never happens"


class _Rule:
    """On which days, as far as the parts of a rule say that are about days."""

    def __init__(self, rule: Mapping[str, Any], freq: str, interval: int, days: list[Any], start: date) -> None:
        self.freq, self.interval, self.start = freq, interval, start
        self.days = [(int(it[1] or 0), DAYS.index(it[2])) for it in days]
        self.months, self.month_days, self.year_days, self.weeks, self.places = (
            frozenset(int(it) for it in _many(rule, name))
            for name in ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
        )

    def happens(self) -> bool:
        """Whether any day of the next decades is one; a place in a period (BYSETPOS) has to be there too."""
        counts: dict[int, int] = defaultdict(int)
        last = min(date.max - self.start, LOOKED_AT).days
        for number in range(last):
            day = self.start + timedelta(days=number)
            period = self._period(day)
            if period % self.interval or not self._fits(day):
                continue
            counts[period] += 1
            if not self.places or any(abs(place) <= counts[period] for place in self.places):
                return True
        return False

    def _period(self, day: date) -> int:
        """How many days, weeks, months or years after the first one."""
        match self.freq:
            case "DAILY":
                return (day - self.start).days
            case "WEEKLY":
                return ((day - self.start).days + self.start.weekday()) // 7
            case "MONTHLY":
                return (day.year - self.start.year) * 12 + day.month - self.start.month
            case _:
                return day.year - self.start.year

    def _fits(self, day: date) -> bool:
        length = monthrange(day.year, day.month)[1]
        year = 366 if monthrange(day.year, 2)[1] == 29 else 365
        of_year = day.timetuple().tm_yday
        by_day = self.month_days or self.year_days or self.weeks or self.days
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or bool({day.day, day.day - length - 1} & self.month_days))
            and (not self.year_days or bool({of_year, of_year - year - 1} & self.year_days))
            and (not self.weeks or any(it == day.isocalendar().week or it < 0 for it in self.weeks))
            and (not self.days or any(self._is_such_a_day(day, nth, weekday) for nth, weekday in self.days))
            and bool(by_day or self._is_like_the_first(day))
        )

    def _is_such_a_day(self, day: date, nth: int, weekday: int) -> bool:
        """A Monday, the second or the last Monday of its month, or of its year."""
        if day.weekday() != weekday:
            return False
        if not nth or self.freq in ("DAILY", "WEEKLY"):
            return True
        if self.freq == "MONTHLY" or self.months:
            first, length = day.day, monthrange(day.year, day.month)[1]
        else:
            first = day.timetuple().tm_yday
            length = 366 if monthrange(day.year, 2)[1] == 29 else 365
        return nth in ((first - 1) // 7 + 1, -((length - first) // 7 + 1))

    def _is_like_the_first(self, day: date) -> bool:
        match self.freq:
            case "DAILY":
                return True
            case "WEEKLY":
                return day.weekday() == self.start.weekday()
            case "MONTHLY":
                return day.day == self.start.day
            case _:
                return day.day == self.start.day and (bool(self.months) or day.month == self.start.month)


def _one(rule: Mapping[str, Any], name: str, default: Any) -> Any:
    found = _many(rule, name)
    return found[0] if found else default


def _many(rule: Mapping[str, Any], name: str) -> list[Any]:
    value = rule.get(name)
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _date(start: date) -> date:
    return start.date() if isinstance(start, datetime) else start
