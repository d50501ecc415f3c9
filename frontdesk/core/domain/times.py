"""Instants, spans, wall time: one place decides what a clock change does (`docs/architecture.md`, Time)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from frontdesk.core.domain.dataclass import dataclass

Instant: TypeAlias = int
"""Seconds since 1970-01-01T00:00:00Z."""

Start: TypeAlias = int | datetime
"""A start as people name it: an instant, or a naive wall time at the location."""

MINUTE = 60
HOUR = 3600
DAY = 86400


YEARS = range(1900, 2200)
"""Years of dates that people can mean; anything else is a slip, and may not fit a calendar at all."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open `[start, end)`; touching is not overlapping."""

    start: Instant
    end: Instant

    def meets(self, other: Span) -> bool:
        """Whether they share an instant; an empty span (inside a skipped hour) shares none."""
        return max(self.start, other.start) < min(self.end, other.end)

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // MINUTE


LONGEST_ZONE = 64


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Raises zoneinfo.ZoneInfoNotFoundError or ValueError for a name that is no zone."""
    if len(name) > LONGEST_ZONE:  # which are looked for as files, folder by folder
        raise ValueError(name)
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    try:
        zone(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def wall_time(instant: Instant, zone_name: str) -> datetime:
    """The aware local time of an instant; its fold tells a repeated hour."""
    return datetime.fromtimestamp(instant, zone(zone_name))


def local_date(instant: Instant, zone_name: str) -> date:
    return datetime.fromtimestamp(instant, zone(zone_name)).date()


def exists(wall: datetime, zone_name: str) -> bool:
    """Whether clocks in the zone ever show this naive wall time."""
    aware = wall.replace(tzinfo=zone(zone_name), fold=0)
    return datetime.fromtimestamp(aware.timestamp(), aware.tzinfo).replace(tzinfo=None) == wall


def resolve(start: Start, zone_name: str) -> Instant | None:
    """The instant a start means: the first occurrence in a repeated hour, None for a time that is skipped."""
    if isinstance(start, int):
        return start
    if not exists(start, zone_name):
        return None
    return int(start.replace(tzinfo=zone(zone_name), fold=0).timestamp())


def start_edge(wall: datetime, zone_name: str) -> Instant:
    """Where a range begins: the first occurrence, or the first instant after a skipped hour."""
    return _edge(wall, zone_name, fold=0)


def end_edge(wall: datetime, zone_name: str) -> Instant:
    """Where a range ends: the second occurrence, or the first instant after a skipped hour."""
    return _edge(wall, zone_name, fold=1)


@lru_cache(maxsize=65536)
def day_start(day: date, zone_name: str) -> Instant:
    """The first instant of a local date (of the next one that exists, where a zone skipped a whole day)."""
    return start_edge(datetime(day.year, day.month, day.day), zone_name)


def day_span(day: date, zone_name: str) -> Span:
    return Span(day_start(day, zone_name), day_start(day + timedelta(days=1), zone_name))


@lru_cache(maxsize=16384)
def grid_of_day(day: date, step: int, zone_name: str) -> tuple[Instant, ...]:
    """The starts a grid of `step` minutes has on a local date, ascending.

    Wall-clock times counted from 00:00, never elapsed time: a skipped one is left out, a repeated one stands
    for its first occurrence.
    """
    first = day_start(day, zone_name)
    if day_start(day + timedelta(days=1), zone_name) - first == DAY and _is_plain(first, zone_name):
        return tuple(range(first, first + DAY, step * MINUTE))
    midnight = datetime(day.year, day.month, day.day)
    walls = (midnight + timedelta(minutes=minute) for minute in range(0, 24 * 60, step))
    return tuple(sorted({at for at in (resolve(wall, zone_name) for wall in walls) if at is not None}))


@lru_cache(maxsize=1024)
def grid_of_days(first: date, days: int, step: int, zone_name: str) -> tuple[Instant, ...]:
    """The grid of several local dates, ascending."""
    starts = (grid_of_day(first + timedelta(days=n), step, zone_name) for n in range(days))
    return tuple(sorted({at for day in starts for at in day}))


def is_at_least(hours: int, before: Instant, now: Instant) -> bool:
    """Whether `now` is at least so many hours before an instant: elapsed time, and exactly so many is in time."""
    return now <= latest(hours, before)


def latest(hours: int, before: Instant) -> Instant:
    """The last instant that is still so many hours before another."""
    return before - hours * HOUR


def in_utc(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _is_plain(first: Instant, zone_name: str) -> bool:
    """Whether the clock runs straight through the day that starts here."""
    offset = datetime.fromtimestamp(first, zone(zone_name)).utcoffset()
    return all(
        datetime.fromtimestamp(first + hours * HOUR, zone(zone_name)).utcoffset() == offset
        for hours in (6, 12, 18, 24)
    )


@lru_cache(maxsize=65536)
def _edge(wall: datetime, zone_name: str, fold: int) -> Instant:
    where = zone(zone_name)
    if exists(wall, zone_name):
        return int(wall.replace(tzinfo=where, fold=fold).timestamp())
    before = int(wall.replace(tzinfo=where, fold=1).timestamp())
    after = int(wall.replace(tzinfo=where, fold=0).timestamp())
    skipped_from = datetime.fromtimestamp(before, where).utcoffset()
    while after - before > 1:  # the change lies between the two readings of a time that never was
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, where).utcoffset() == skipped_from:
            before = middle
        else:
            after = middle
    return after
