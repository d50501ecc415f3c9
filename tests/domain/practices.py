"""Practices for the slot tests: one to build by hand, and random ones that lie around a clock change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from frontdesk.core.domain.hours import Closure, ClosureId, DayException, Days, Range, TimeOff, TimeOffId, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import Culprit
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.practice import Booking, ResourceId, Setup, StaffMember
from frontdesk.core.domain.scenes import Asking, Busy, Counts, Place, Scene, wish_for
from frontdesk.core.domain.services import Location, LocationId, Room, RoomId, Service, ServiceId
from frontdesk.core.domain.settings import practice_of
from frontdesk.core.domain.times import Span
from tests.domain.oracle import MINUTE, Question, Taken

CHANGES: dict[str, tuple[date, ...]] = {
    "America/New_York": (date(2025, 3, 9), date(2025, 11, 2)),
    "Europe/London": (date(2025, 3, 30), date(2025, 10, 26)),
    "Europe/Dublin": (date(2025, 3, 30), date(2025, 10, 26)),
    "Australia/Lord_Howe": (date(2025, 4, 6), date(2025, 10, 5)),
    "Asia/Kathmandu": (date(1986, 1, 1),),
    "Africa/Casablanca": (date(2011, 4, 3), date(2025, 2, 23), date(2025, 4, 6)),
    "Africa/Cairo": (date(2025, 4, 25), date(2025, 10, 30)),
    "America/Santiago": (date(2025, 4, 5), date(2025, 9, 7)),
    "Pacific/Apia": (date(2011, 12, 30), date(2012, 4, 1), date(2012, 9, 30)),
    "Antarctica/Troll": (date(2025, 3, 30), date(2025, 10, 26)),
}
"""Dates on which the clocks of a zone change."""

HERE, THERE = LocationId("here"), LocationId("there")
ANA, BEN = StaffId("ana"), StaffId("ben")
TALK, TREATMENT = ServiceId("talk"), ServiceId("treatment")
ROOMS = (RoomId("blue"), RoomId("green"), RoomId("red"))
PEOPLE_RESOURCES = {ANA: ResourceId(1), BEN: ResourceId(2)}
ROOM_RESOURCES = {room: ResourceId(3 + n) for n, room in enumerate(ROOMS)}
RESOURCES = (*PEOPLE_RESOURCES.values(), *ROOM_RESOURCES.values())

ALL_DAY = (Range(0, 1440),)
THE_PLACE = (Location(id=HERE, name="Here"),)
THE_ROOMS = tuple(Room(id=room, name=room, location=HERE) for room in ROOMS)


def a_booking(**chosen: Any) -> Booking:
    """How booking works where nobody chose anything, but for what is given."""
    begins = {"practice.name": "Practice", "practice.timezone": "UTC"}
    return practice_of({**begins, **{f"booking.{name}": value for name, value in chosen.items()}}).booking


def a_setup(
    *,
    services: tuple[Service, ...],
    staff: tuple[StaffMember, ...],
    timezone: str,
    booking: Booking,
    locations: tuple[Location, ...] = THE_PLACE,
    rooms: tuple[Room, ...] = THE_ROOMS,
    closures: tuple[Closure, ...] = (),
    time_off: tuple[TimeOff, ...] = (),
) -> Setup:
    return Setup(
        practice=replace(practice_of({"practice.name": "Practice", "practice.timezone": timezone}), booking=booking),
        chosen={},
        locations={location.id: location for location in locations},
        rooms={room.id: room for room in rooms},
        services={service.id: service for service in services},
        staff={person.id: person for person in staff},
        closures=closures,
        time_off=time_off,
        reasons={},
        staff_resources=PEOPLE_RESOURCES,
        room_resources=ROOM_RESOURCES,
        revision=1,
    )


def scene_of(question: Question) -> Scene:
    """The question as the engine is asked it; like the store, it leaves expired holds out."""
    stories = _stories(question)
    counts = Counts(upcoming=question.upcoming, pending=question.pending)
    own = tuple(Span(start, end) for start, end in question.own)
    return Scene(
        setup=question.setup,
        wish=wish_for(
            question.setup, question.service, question.asking, question.now, room=question.room, counts=counts
        ),
        busy={resource: [_busy(culprit) for culprit in culprits] for resource, culprits in stories.items()},
        culprits=stories,
        client_busy=own,
        client_culprits=tuple(Culprit(span=span, padded=span) for span in own),
    )


def places_of(question: Question) -> tuple[Place, ...]:
    setup = question.setup
    return tuple(Place(person, location) for person in setup.staff for location in setup.locations)


def at(text: str) -> int:
    """An instant written as ISO 8601 with its offset."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return int(moment.timestamp())


def _stories(question: Question) -> Mapping[ResourceId, tuple[Culprit, ...]]:
    found: dict[ResourceId, list[Culprit]] = defaultdict(list)
    for taken in question.taken:
        if taken.expires_at is None or taken.expires_at > question.now:
            found[taken.resource].append(
                Culprit(
                    span=Span(taken.start, taken.end),
                    padded=Span(taken.start - taken.before, taken.end + taken.after),
                    expires_at=taken.expires_at,
                )
            )
    return {resource: tuple(culprits) for resource, culprits in found.items()}


def _busy(culprit: Culprit) -> Busy:
    return (culprit.span.start, culprit.span.end, culprit.padded.start, culprit.padded.end)


_EDGES = st.one_of(
    st.sampled_from((0, 60, 90, 120, 150, 180, 240, 540, 720, 1020, 1320, 1380, 1410, 1440)),
    st.integers(0, 1440),
)
_LIFE = st.sampled_from((*[Life.ACTIVE] * 19, Life.ARCHIVED))
_BUFFERS = st.sampled_from((None, 0, 5, 10, 30))
_INTERVALS = st.sampled_from((5, 10, 15, 15, 20, 30, 30, 60, 60, 120, 420))
_OPEN = st.sampled_from((ALL_DAY, (Range(0, 240), Range(240, 1440)), (Range(0, 150), Range(480, 1440))))


@st.composite
def _ranges(draw: st.DrawFn) -> tuple[Range, ...]:
    edges = sorted(draw(st.lists(_EDGES, min_size=2, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Range(start, end) for start, end in pairs if start < end)


_MOSTLY_OPEN = st.one_of(_OPEN, _OPEN, _ranges())


def _near(change: date) -> st.SearchStrategy[date]:
    return st.sampled_from((0, 0, 0, -2, -1, 1, 2)).map(lambda days: change + timedelta(days=days))


@st.composite
def _days(draw: st.DrawFn) -> Days:
    patterns = draw(st.lists(_MOSTLY_OPEN, min_size=1, max_size=3))
    return tuple(draw(st.sampled_from(patterns)) for _ in range(7))


@st.composite
def _weeks(draw: st.DrawFn, location: LocationId, change: date) -> tuple[Week, ...]:
    weeks = [Week(location=location, days=draw(_days()))]
    if draw(st.integers(0, 3)) == 0:
        begin = draw(_near(change))
        until = begin + timedelta(days=draw(st.integers(0, 3)))
        weeks.append(Week(location=location, days=draw(_days()), valid_from=begin, valid_until=until))
    return tuple(weeks)


@st.composite
def _person(draw: st.DrawFn, id_: StaffId, change: date) -> StaffMember:
    exceptions = st.builds(
        DayException,
        day=_near(change),
        location=st.sampled_from((HERE, THERE)),
        hours=st.one_of(_MOSTLY_OPEN, st.just(())),
    )
    return StaffMember(
        id=id_,
        name=id_.capitalize(),
        roles=(Role.PRACTITIONER,),
        services=draw(st.sampled_from((*[(TALK, TREATMENT)] * 7, (TREATMENT,)))),
        weeks=(*draw(_weeks(HERE, change)), *draw(_weeks(THERE, change))),
        exceptions=tuple(draw(st.lists(exceptions, max_size=2, unique_by=lambda it: (it.day, it.location)))),
        life=draw(_LIFE),
    )


@st.composite
def _service(draw: st.DrawFn, id_: ServiceId) -> Service:
    return Service(
        id=id_,
        name=id_.capitalize(),
        duration=draw(st.sampled_from((5, 15, 30, 45, 50, 60, 60, 90, 90, 120, 120, 240, 960))),
        online=draw(st.sampled_from((*[True] * 9, False))),
        locations=draw(st.sampled_from(((), (), (), (HERE,), (THERE, HERE)))),
        rooms=draw(st.one_of(st.just(()), st.permutations(ROOMS).map(tuple))),
        start_interval=draw(st.one_of(st.none(), _INTERVALS)),
        buffer_before=draw(_BUFFERS),
        buffer_after=draw(_BUFFERS),
        life=draw(_LIFE),
    )


@st.composite
def _booking(draw: st.DrawFn) -> Booking:
    return a_booking(
        initial_service=draw(st.sampled_from((*[TALK] * 6, TREATMENT, None))),
        start_interval=draw(_INTERVALS),
        minimum_notice=draw(st.sampled_from((0, 0, 0, 0, 1, 24))),
        horizon=draw(st.sampled_from((0, 1, 2, *[60] * 6))),
        buffer_before=draw(st.sampled_from((0, 5, 15))),
        buffer_after=draw(st.sampled_from((0, 10, 15))),
        max_upcoming=draw(st.sampled_from((0, 0, 3))),
        max_pending=draw(st.sampled_from((0, 3))),
    )


@st.composite
def _closures(draw: st.DrawFn, change: date) -> tuple[Closure, ...]:
    if draw(st.integers(0, 3)):
        return ()
    start = draw(_near(change))
    return (
        Closure(
            id=ClosureId(1),
            start=start,
            end=start + timedelta(days=draw(st.integers(1, 2))),
            name="Closed",
            location=draw(st.sampled_from((None, HERE, THERE))),
            life=draw(_LIFE),
        ),
    )


@st.composite
def _time_off(draw: st.DrawFn, change: date) -> tuple[TimeOff, ...]:
    found = []
    for n in range(draw(st.integers(0, 2))):
        start = datetime.combine(draw(_near(change)), time())
        start += timedelta(minutes=draw(st.one_of(st.integers(0, 12).map(lambda n: n * 15), _EDGES)))
        end = start + timedelta(minutes=draw(st.sampled_from((15, 30, 60, 60, 90, 240, 1500))))
        who = draw(st.sampled_from((ANA, BEN)))
        found.append(TimeOff(id=TimeOffId(n), staff=who, start=start, end=end, life=draw(_LIFE)))
    return tuple(found)


@st.composite
def _taken(draw: st.DrawFn, begin: int, minutes: int, now: int) -> Taken:
    start = begin + draw(st.integers(-300, minutes)) * MINUTE
    return Taken(
        resource=draw(st.sampled_from(RESOURCES)),
        start=start,
        end=start + draw(st.sampled_from((5, 15, 30, 60, 90, 300))) * MINUTE,
        before=draw(st.sampled_from((0, 0, 5, 15, 45))) * MINUTE,
        after=draw(st.sampled_from((0, 0, 10, 20, 60))) * MINUTE,
        expires_at=draw(st.one_of(st.none(), st.integers(-2, 2).map(lambda n: now + n * 300))),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A practice with two people, two places, two services and three rooms, asked around a clock change."""
    zone = draw(st.sampled_from(tuple(CHANGES)))
    change = draw(st.sampled_from(CHANGES[zone]))
    first = change + timedelta(days=draw(st.sampled_from((-1, -1, 0, 0, 1, -2))))
    days = draw(st.integers(1, 3))
    begin = int(datetime.combine(first, time(), UTC).timestamp())
    now = begin + draw(st.integers(-1440, 720)) * MINUTE + draw(st.sampled_from((0, 0, 1, 59)))
    setup = draw(_setups(zone, change))
    own_start = begin + draw(st.integers(0, days * 1440)) * MINUTE
    asking = draw(st.sampled_from((*Asking, Asking.CLIENT)))
    is_known = asking is Asking.CLIENT
    return Question(
        setup=setup,
        service=setup.services[draw(st.sampled_from((TALK, TALK, TREATMENT)))],
        asking=asking,
        now=now,
        first=first,
        days=days,
        taken=tuple(draw(st.lists(_taken(begin, days * 1440, now), max_size=8))),
        own=draw(st.sampled_from(((), ((own_start, own_start + 60 * MINUTE),)))) if asking is not Asking.NEW else (),
        upcoming=draw(st.sampled_from((None, 0, 1, 2, 2, 3))) if is_known else None,
        pending=draw(st.sampled_from((None, 0, 1, 2, 2, 3))) if is_known else None,
        room=draw(st.sampled_from((*[None] * 6, *ROOMS))) if asking is Asking.STAFF else None,
    )


@st.composite
def _setups(draw: st.DrawFn, zone: str, change: date) -> Setup:
    zones = st.one_of(st.just(zone), st.sampled_from(tuple(CHANGES)))
    return a_setup(
        timezone=draw(zones),
        booking=draw(_booking()),
        locations=(
            Location(id=HERE, name="Here", timezone=zone),
            Location(id=THERE, name="There", timezone=draw(st.one_of(st.just(""), zones)), life=draw(_LIFE)),
        ),
        rooms=tuple(
            Room(id=room, name=room, location=draw(st.sampled_from((HERE, HERE, THERE))), life=draw(_LIFE))
            for room in ROOMS
        ),
        services=(draw(_service(TALK)), draw(_service(TREATMENT))),
        staff=(draw(_person(ANA, change)), draw(_person(BEN, change))),
        closures=draw(_closures(change)),
        time_off=draw(_time_off(change)),
    )


@st.composite
def starts(draw: st.DrawFn, question: Question) -> int | datetime:
    """Any minute of the window, as an instant or as what a clock may show; often in the small hours."""
    minutes = draw(st.one_of(st.integers(0, 240), st.integers(1320, 1440), st.integers(0, 1439)))
    wall = datetime.combine(question.first + timedelta(days=draw(st.integers(0, question.days - 1))), time())
    wall += timedelta(minutes=minutes)
    if draw(st.booleans()):
        return wall
    return int(wall.replace(tzinfo=UTC).timestamp()) + draw(st.integers(-14, 11)) * 60 * MINUTE
