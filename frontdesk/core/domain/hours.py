"""When a practitioner is there: weekly hours, exceptions, closures, time off, and what of it is open time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, NewType

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.times import Span, day_start, end_edge, start_edge

TimeOffId = NewType("TimeOffId", int)
ClosureId = NewType("ClosureId", int)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Range(NamedTuple):
    """Wall time of one day in minutes from 00:00, half-open; it may end at 24:00 (1440)."""

    start: int
    end: int


Days = tuple[tuple[Range, ...], ...]
"""Seven tuples of ranges, Monday first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Weekly hours at a location; with dates (inclusive) they replace the ordinary week for that time."""

    location: LocationId
    days: Days
    valid_from: date | None = None
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def is_period(self) -> bool:
        return self.valid_from is not None or self.valid_until is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayException:
    """Other hours on one date; none means closed."""

    day: date
    location: LocationId
    hours: tuple[Range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The practice, or one location, is closed on whole local dates: `[start, end)`."""

    id: ClosureId
    start: date
    end: date
    name: str
    location: LocationId | None = None
    life: Life = Life.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOff:
    """A practitioner is away: naive wall time in the practice's zone, half-open."""

    id: TimeOffId
    staff: StaffId
    start: datetime
    end: datetime
    reason: str = ""
    life: Life = Life.ACTIVE


def ranges_on(
    day: date, location: LocationId, weeks: Iterable[Week], exceptions: Iterable[DayException]
) -> tuple[Range, ...]:
    """The hours of one date: its exception, else the period that began last, else the ordinary week."""
    for exception in exceptions:
        if exception.day == day and exception.location == location:
            return exception.hours
    covering = [week for week in weeks if week.location == location and week.covers(day)]
    if not covering:
        return ()
    return max(covering, key=_began).days[day.weekday()]


def working_spans(
    location: LocationId,
    weeks: Sequence[Week],
    exceptions: Sequence[DayException],
    zone_name: str,
    first: date,
    days: int,
) -> tuple[Span, ...]:
    """Working time of several local dates as instants, ascending; ranges that touch or overlap are one."""
    spans = [
        span_of_range(day, span, zone_name)
        for day in (first + timedelta(days=n) for n in range(days))
        for span in ranges_on(day, location, weeks, exceptions)
    ]
    return merged(spans)


def span_of_range(day: date, hours: Range, zone_name: str) -> Span:
    midnight = datetime.combine(day, time())
    return Span(
        start_edge(midnight + timedelta(minutes=hours.start), zone_name),
        end_edge(midnight + timedelta(minutes=hours.end), zone_name),
    )


def span_of_closure(closure: Closure, zone_name: str) -> Span:
    """Whole local dates, so it ends where the next date begins."""
    return Span(day_start(closure.start, zone_name), day_start(closure.end, zone_name))


def span_of_time_off(off: TimeOff, zone_name: str) -> Span:
    return Span(start_edge(off.start, zone_name), end_edge(off.end, zone_name))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans as instants, ascending and apart; empty ones (a range inside a skipped hour) are gone."""
    out: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)


def _began(week: Week) -> tuple[bool, date]:
    return (week.is_period, week.valid_from or date.min)
