"""Dates and times as people read them: short, unambiguous, in the practice's way of writing the hour."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.render.clocks import TWELVE_HOURS, TWENTY_FOUR_HOURS
from frontdesk.core.render.language import _

DAY_NAMES = (later("Mon"), later("Tue"), later("Wed"), later("Thu"), later("Fri"), later("Sat"), later("Sun"))
MONTH_NAMES = (
    later("Jan"), later("Feb"), later("Mar"), later("Apr"), later("May"), later("Jun"),
    later("Jul"), later("Aug"), later("Sep"), later("Oct"), later("Nov"), later("Dec"),
)  # fmt: skip


@lru_cache(maxsize=32)
def has_twelve_hours(locale: str) -> bool:
    """Whether people of this locale write `2:30p`; CLDR knows."""
    if "_" not in locale:
        return False  # a language alone does not tell; 24 hours are never misread
    if locale in TWELVE_HOURS or locale in TWENTY_FOUR_HOURS:
        return locale in TWELVE_HOURS
    from babel import Locale, UnknownLocaleError

    try:
        return "a" in Locale.parse(locale).time_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        return False


def clock(at: datetime, twelve: bool = False) -> str:
    if not twelve:
        return f"{at:%H:%M}"
    hour = at.hour % 12 or 12
    return f"{hour}:{at:%M}{'a' if at.hour < 12 else 'p'}"


def clock_at(minute: int, twelve: bool = False) -> str:
    """The wall time so many minutes after 00:00."""
    return clock(datetime.combine(date.min, time(minute // 60 % 24, minute % 60)), twelve)


def hour_of(hour: int, twelve: bool = False) -> str:
    """A whole hour, as short as a margin needs it: `14:00` or `2p`."""
    return f"{hour % 12 or 12}{'a' if hour < 12 else 'p'}" if twelve else f"{hour:02}:00"


def day(of: date, *, month: bool = True, year: bool = False) -> str:
    """`Tue 24 Nov`; the year where it is not the one people think of, the month where it stands nowhere else."""
    text = f"{_(DAY_NAMES[of.weekday()])} {of.day}"
    text += f" {_(MONTH_NAMES[of.month - 1])}" if month else ""
    return f"{text} {of.year}" if year else text


def time_at(instant: Instant, zone_name: str, twelve: bool = False) -> str:
    """The wall time; the second one of a repeated hour carries its zone's abbreviation."""
    at = wall_time(instant, zone_name)
    text = clock(at, twelve)
    return f"{text} {at.tzname()}" if at.fold else text


def iso(instant: Instant, zone_name: str) -> str:
    """ISO 8601 with the zone's offset, for machines."""
    return wall_time(instant, zone_name).isoformat(timespec="minutes")


def duration(minutes: int) -> str:
    return _("{n} min").format(n=minutes)
