"""A second opinion on what may be booked: it walks the minutes one by one, from the rules and not from the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from frontdesk.core.domain.hours import Range, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import LocationId, RoomId, Service

MINUTE = 60
HOUR = 60 * MINUTE

BIND_ONLY_CLIENTS = frozenset(
    {
        "not_online",
        "not_for_new_clients",
        "in_the_past",
        "off_grid",
        "client_busy",
        "too_soon",
        "too_far_ahead",
        "too_many_upcoming",
        "too_many_pending",
    }
)
STAFF_ARE_WARNED = frozenset({"in_the_past", "client_busy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A time that somebody else has: a booking, or a hold while it has not expired. All in seconds."""

    resource: ResourceId
    start: int
    end: int
    before: int = 0
    after: int = 0
    expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that an answer depends on, and the local dates that are looked at."""

    setup: Setup
    service: Service
    asking: Asking
    now: int
    first: date
    days: int
    taken: tuple[Taken, ...] = ()
    own: tuple[tuple[int, int], ...] = ()
    """The client's other appointments."""
    upcoming: int | None = None
    pending: int | None = None
    room: RoomId | None = None


class Clock:
    """What the clocks of a zone show, minute by minute, some days around the dates."""

    def __init__(self, zone: str, first: date, days: int) -> None:
        begin = int(datetime.combine(first - timedelta(days=3), time(), UTC).timestamp())
        self.minutes = range(begin, begin + (days + 7) * 24 * HOUR, MINUTE)
        self.shows = {at: shown(at, zone) for at in self.minutes}
        self.latest = {wall: at for at, wall in self.shows.items()}
        self.earliest = {wall: at for at, wall in reversed(self.shows.items())}

    def between(self, start: datetime, end: datetime) -> range:
        """The minutes of a range: from the first time its start is shown to the last time its end is."""
        begin = self.earliest[start] if start in self.earliest else self._after(start)
        stop = self.latest[end] if end in self.latest else self._after(end)
        return range(begin, stop, MINUTE)

    def grid(self, first: date, days: int, step: int) -> Iterator[int]:
        """Minutes on some dates whose wall time is a whole number of steps from 00:00, when first shown."""
        for at in self.minutes:
            if 0 <= (self.shows[at].date() - first).days < days and self.is_on_grid(at, step):
                yield at

    def is_on_grid(self, at: int, step: int) -> bool:
        wall = self.shows[at]
        return (wall.hour * 60 + wall.minute) % step == 0 and self.earliest[wall] == at

    def _after(self, wall: datetime) -> int:
        return next((at for at in self.minutes if self.shows[at] > wall), self.minutes.stop)


def shown(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None)


@lru_cache(maxsize=64)
def clock_of(zone: str, first: date, days: int) -> Clock:
    return Clock(zone, first, days)


class Opinion:
    """What stands against a start with one practitioner at one location."""

    def __init__(self, question: Question, practitioner: StaffId, location: LocationId) -> None:
        setup = question.setup
        self.question, self.setup, self.service = question, setup, question.service
        self.person, self.location = setup.staff[practitioner], location
        self.zone = setup.locations[location].timezone or setup.practice.timezone
        self.clock = clock_of(self.zone, question.first, question.days)
        self.working, self.closed, self.away = set(self._working()), set(self._closed()), set(self._away())
        self.step = self.service.start_interval or setup.practice.booking.start_interval
        self.listed = [
            room
            for room in self.service.rooms
            if setup.rooms[room].location == location and setup.rooms[room].life is Life.ACTIVE
        ]

    def offered(self) -> dict[int, RoomId | None]:
        """The starts of the grid from now on that nothing stands against, each with its room."""
        grid = self.clock.grid(self.question.first, self.question.days, self.step)
        return {at: self.room(at) for at in grid if at >= self.question.now and not self.reasons(at)}

    def reasons(self, start: int | datetime) -> set[str]:
        against = self._against(start)
        return against - BIND_ONLY_CLIENTS if self.question.asking is Asking.STAFF else against

    def warnings(self, start: int | datetime) -> set[str]:
        return self._against(start) & STAFF_ARE_WARNED if self.question.asking is Asking.STAFF else set()

    def room(self, start: int) -> RoomId | None:
        """The first free room of the list, or the chosen one."""
        return next(
            (room for room in self._rooms() if not self._blocking(self.setup.room_resources[room], start)), None
        )

    def _against(self, start: int | datetime) -> set[str]:
        always = {*self._against_service(), *self._against_client()}
        if isinstance(start, datetime):
            if start not in self.clock.earliest:
                return always | {"no_such_time"}
            start = self.clock.earliest[start]
        return always | {*self._against_moment(start), *self._against_hours(start), *self._against_taken(start)}

    def _against_service(self) -> Iterator[str]:
        places = self.service.locations or tuple(self.setup.locations)
        if self.service.life is not Life.ACTIVE:
            yield "service_not_active"
        if self.person.life is not Life.ACTIVE or self.service.id not in self.person.services:
            yield "not_offered"
        if self.location not in places or self.setup.locations[self.location].life is not Life.ACTIVE:
            yield "not_at_location"
        if (self.service.rooms and not self.listed) or (
            self.question.room is not None and self.question.room not in self.listed
        ):
            yield "room_does_not_fit"

    def _against_client(self) -> Iterator[str]:
        question, booking = self.question, self.setup.practice.booking
        if not self.service.online:
            yield "not_online"
        if question.asking is Asking.NEW and self.service.id != booking.initial_service:
            yield "not_for_new_clients"
        if booking.max_upcoming and (question.upcoming or 0) >= booking.max_upcoming:
            yield "too_many_upcoming"
        if booking.max_pending and (question.pending or 0) >= booking.max_pending:
            yield "too_many_pending"

    def _against_moment(self, start: int) -> Iterator[str]:
        question, booking = self.question, self.setup.practice.booking
        if start < question.now:
            yield "in_the_past"
        elif start - question.now < booking.minimum_notice * HOUR:
            yield "too_soon"
        if (shown(start, self.zone).date() - shown(question.now, self.zone).date()).days > booking.horizon:
            yield "too_far_ahead"
        if not self.clock.is_on_grid(start, self.step):
            yield "off_grid"

    def _against_hours(self, start: int) -> Iterator[str]:
        slot = set(self._minutes_from(start))
        if slot - self.working:
            yield "outside_hours"
        if slot & self.closed:
            yield "closed"
        if slot & self.away:
            yield "away"

    def _against_taken(self, start: int) -> Iterator[str]:
        for taken in self._blocking(self.setup.staff_resources[self.person.id], start):
            yield "practitioner_taken" if taken.expires_at is None else "held"
        blocked = [self._blocking(self.setup.room_resources[room], start) for room in self._rooms()]
        if blocked and all(blocked):
            only_held = any(all(taken.expires_at is not None for taken in each) for each in blocked)
            yield "held" if only_held else "rooms_taken"
        end = start + self.service.duration * MINUTE
        if any(own_start < end and start < own_end for own_start, own_end in self.question.own):
            yield "client_busy"

    def _rooms(self) -> list[RoomId]:
        return self.listed if self.question.room is None else [self.question.room]

    def _blocking(self, resource: ResourceId, start: int) -> list[Taken]:
        now = self.question.now
        return [
            taken
            for taken in self.question.taken
            if taken.resource == resource
            and (taken.expires_at is None or now < taken.expires_at)
            and self._too_near(start, taken)
        ]

    def _too_near(self, start: int, taken: Taken) -> bool:
        """Neighbours keep the larger of the two buffers that lie between them."""
        booking, service = self.setup.practice.booking, self.service
        before = booking.buffer_before if service.buffer_before is None else service.buffer_before
        after = booking.buffer_after if service.buffer_after is None else service.buffer_after
        end = start + service.duration * MINUTE
        if end <= taken.start:
            return taken.start - end < max(after * MINUTE, taken.before)
        if taken.end <= start:
            return start - taken.end < max(taken.after, before * MINUTE)
        return True

    def _minutes_from(self, start: int) -> range:
        return range(start, start + self.service.duration * MINUTE, MINUTE)

    def _working(self) -> Iterator[int]:
        for day in sorted({wall.date() for wall in self.clock.earliest}):
            midnight = datetime.combine(day, time())
            for hours in self._hours_on(day):
                start, end = (midnight + timedelta(minutes=minutes) for minutes in hours)
                yield from self.clock.between(start, end)

    def _hours_on(self, day: date) -> Iterable[Range]:
        """An exception replaces the weekly hours; other weeks replace the ordinary ones for their time."""
        for exception in self.person.exceptions:
            if (exception.day, exception.location) == (day, self.location):
                return exception.hours
        weeks = [week for week in self.person.weeks if week.location == self.location and _is_valid(week, day)]
        other = [week for week in weeks if week.valid_from or week.valid_until]
        return next((week.days[day.weekday()] for week in (*other, *weeks)), ())

    def _closed(self) -> Iterator[int]:
        for closure in self.setup.closures:
            if closure.life is Life.ACTIVE and closure.location in (None, self.location):
                yield from (at for at, wall in self.clock.shows.items() if closure.start <= wall.date() < closure.end)

    def _away(self) -> Iterator[int]:
        clock = clock_of(self.setup.practice.timezone, self.question.first, self.question.days)
        for off in self.setup.time_off:
            if off.staff == self.person.id and off.life is Life.ACTIVE:
                yield from clock.between(off.start, off.end)


def _is_valid(week: Week, day: date) -> bool:
    return (week.valid_from is None or week.valid_from <= day) and (
        week.valid_until is None or day <= week.valid_until
    )
