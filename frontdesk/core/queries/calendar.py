"""Days to draw: columns of practitioners with their open time, what is shut, and who is booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from frontdesk.core.asks.calendar import ShowCalendar, ShowMonth
from frontdesk.core.asks.door import Queries
from frontdesk.core.domain.hours import merged
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.times import Span, day_span, local_date
from frontdesk.core.domain.views import Block, Calendar, Column, Hold, MonthDay, Shut
from frontdesk.core.store import appointments, claims, practice, requests
from frontdesk.core.store.look import Look


def show_calendar(look: Look, question: ShowCalendar) -> Calendar:
    setup = practice.load(look)
    whole = _span(setup, question.first, question.days)
    people = _people(look, setup, question.practitioners)
    if not question.practitioners:
        people += _others(look, setup, people, whole)
    names = [person.id for person in people]
    drawn = appointments.blocks(look, setup, names, whole)
    held = claims.holds(look, setup, names, whole)
    drawn = _with_what_is_asked(look, drawn)
    days = [question.first + timedelta(days=n) for n in range(question.days)]
    return Calendar(
        columns=tuple(
            _column(setup, person, day, drawn[person.id], held[person.id]) for day in days for person in people
        ),
        now=look.now,
    )


def show_month(look: Look, question: ShowMonth) -> tuple[MonthDay, ...]:
    setup = practice.load(look)
    people = _people(look, setup, (question.practitioner,) if question.practitioner else ())
    whole = _span(setup, question.first, question.days)
    zone_name = setup.practice.timezone
    booked: dict[date, int] = defaultdict(int)
    minutes: dict[date, int] = defaultdict(int)
    for _who, start, spent in appointments.booked_minutes(look, [person.id for person in people], whole):
        day = local_date(start, zone_name)
        booked[day] += 1
        minutes[day] += spent
    days = [question.first + timedelta(days=n) for n in range(question.days)]
    return tuple(
        MonthDay(
            day=day,
            booked=booked[day],
            minutes=minutes[day],
            open_minutes=sum(span.minutes for person in people for span in _open(setup, person, day)),
        )
        for day in days
    )


def _people(look: Look, setup: Setup, named: tuple[StaffId, ...]) -> tuple[StaffMember, ...]:
    """The columns: those named, else every practitioner; a person who sees only their own has only that."""
    people = setup.practitioners()
    if named:
        people = tuple(setup.staff[id_] for id_ in named if id_ in setup.staff)
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    return people if own is None else tuple(person for person in people if person.id == own)


def _others(look: Look, setup: Setup, people: tuple[StaffMember, ...], whole: Span) -> tuple[StaffMember, ...]:
    """Who is no practitioner any more, or not here, and still has appointments: they have a column for as long."""
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    known = {person.id for person in people}
    rest = [who for who in setup.staff if who not in known and own in (None, who)]
    busy = appointments.busy_people(look, rest, whole)
    return tuple(setup.staff[who] for who in rest if who in busy)


def _span(setup: Setup, first: date, days: int) -> Span:
    zone_name = setup.practice.timezone
    return Span(day_span(first, zone_name).start, day_span(first + timedelta(days=days - 1), zone_name).end)


def _with_what_is_asked(look: Look, drawn: dict[StaffId, tuple[Block, ...]]) -> dict[StaffId, tuple[Block, ...]]:
    """Each appointment that a pending request would move, with where to."""
    upcoming = [block.id for blocks in drawn.values() for block in blocks if block.start > look.now]
    asked = requests.pending_moves(look, upcoming) if upcoming else {}
    if not asked:
        return drawn
    return {
        who: tuple(it._replace(asks_for=asked[it.id].slot.start) if it.id in asked else it for it in blocks)
        for who, blocks in drawn.items()
    }


def _column(setup: Setup, person: StaffMember, day: date, drawn: tuple[Block, ...], held: tuple[Hold, ...]) -> Column:
    zone_name = setup.practice.timezone
    span = day_span(day, zone_name)
    where = next((place for place, _ in _working_at(setup, person, day)), None)
    return Column(
        practitioner=person.id,
        name=person.name,
        day=day,
        zone=zone_name,
        location=where,
        span=span,
        open=_open(setup, person, day),
        shut=tuple(_shut(setup, person, day)),
        blocks=tuple(block for block in drawn if block.start < span.end and block.end > span.start),
        holds=tuple(hold for hold in held if hold.start < span.end and hold.end > span.start),
    )


def _working(setup: Setup, person: StaffMember, day: date) -> tuple[Span, ...]:
    """Working time of a day at all locations."""
    span = day_span(day, setup.practice.timezone)
    return merged(Span(max(it.start, span.start), min(it.end, span.end)) for _, it in _working_at(setup, person, day))


def _working_at(setup: Setup, person: StaffMember, day: date) -> Iterator[tuple[LocationId, Span]]:
    """Where somebody works on a day, and when, location by location."""
    span = day_span(day, setup.practice.timezone)
    places = dict.fromkeys(week.location for week in person.weeks)
    places.update(dict.fromkeys(exception.location for exception in person.exceptions))
    for place in places:
        for it in setup.working(person.id, place, day, 1):
            if it.meets(span):
                yield place, it


def _open(setup: Setup, person: StaffMember, day: date) -> tuple[Span, ...]:
    """Working time less closures and time off."""
    taken = [Span(shut.start, shut.end) for shut in _named_shut(setup, person, day)]
    return tuple(_without(_working(setup, person, day), taken))


def _shut(setup: Setup, person: StaffMember, day: date) -> Iterator[Shut]:
    """Closures and time off with their names, and what lies outside hours without one."""
    span = day_span(day, setup.practice.timezone)
    yield from _named_shut(setup, person, day)
    for gap in _without((span,), list(_working(setup, person, day))):
        yield Shut(gap.start, gap.end)


def _named_shut(setup: Setup, person: StaffMember, day: date) -> Iterator[Shut]:
    span = day_span(day, setup.practice.timezone)
    away = zip(setup.time_off_of(person.id), setup.away(person.id), strict=True)
    for off, its_span in away:
        if its_span.meets(span):
            label = off.reason or "off"
            yield Shut(max(its_span.start, span.start), min(its_span.end, span.end), label, off.id)
    places = dict.fromkeys([week.location for week in person.weeks] or list(setup.locations))
    everywhere = [set(setup.closed(place)) for place in places]
    for closed in sorted(set.intersection(*everywhere)) if everywhere else ():
        if closed.meets(span):
            name = next(
                (
                    closure.name
                    for closure in setup.closures
                    if closed in setup.closed(closure.location or next(iter(places)))
                    and closure.start <= day < closure.end
                ),
                "closed",
            )
            yield Shut(max(closed.start, span.start), min(closed.end, span.end), name)


def _without(spans: tuple[Span, ...], taken: list[Span]) -> Iterator[Span]:
    for span in spans:
        at = span.start
        for hole in merged(taken):
            if hole.meets(Span(at, span.end)):
                if hole.start > at:
                    yield Span(at, hole.start)
                at = hole.end
        if at < span.end:
            yield Span(at, span.end)


QUERIES: Queries = {
    ShowCalendar: show_calendar,
    ShowMonth: show_month,
}
