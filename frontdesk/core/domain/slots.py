"""The slot engine: `offers` in a window and `verdict` for one start, two faces of the same rules.

Each rule names the starts it removes, as half-open intervals of instants. An offer is a start of the grid
that no rule removed; a verdict asks the same rules about one start and has each say why. So a start of the
grid is offered exactly when its verdict is yes. The cost depends on what lies in the window, never on how
much history there is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple, TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import (
    Away,
    ClientBusy,
    Closed,
    Culprit,
    Held,
    InThePast,
    NoSuchTime,
    NotAtLocation,
    NotForNewClients,
    NotOffered,
    NotOnline,
    OffGrid,
    OutsideHours,
    PractitionerTaken,
    RoomDoesNotFit,
    RoomsTaken,
    ServiceNotActive,
    SlotObjection,
    TooFarAhead,
    TooManyPending,
    TooManyUpcoming,
    TooSoon,
)
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.services import LocationId, RoomId, Service
from frontdesk.core.domain.times import (
    HOUR,
    MINUTE,
    Instant,
    Span,
    Start,
    day_start,
    grid_of_day,
    grid_of_days,
    is_at_least,
    local_date,
    resolve,
    start_edge,
)

Busy: TypeAlias = tuple[Instant, Instant, Instant, Instant]
"""One claim as the engine sees it: start, end, padded start, padded end."""

Removed: TypeAlias = tuple[Instant, Instant]
"""Starts that may not be: from the first, up to but not with the second."""

EVER: Removed = (-(1 << 60), 1 << 60)


class Asking(Enum):
    """On whose behalf a time is looked for."""

    CLIENT = "client"
    NEW = "new"
    STAFF = "staff"


class Offer(NamedTuple):
    start: Instant
    end: Instant
    practitioner: StaffId
    location: LocationId
    room: RoomId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a client has already, for the limits; None where the limit does not apply."""

    upcoming: int | None = None
    pending: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, of whom, and by whom."""

    service: Service
    asking: Asking
    now: Instant
    duration: int
    before: int
    after: int
    """Seconds, as the buffers and the duration are."""
    room: RoomId | None = None
    """The one room staff chose; None takes the first free of the service's list."""
    counts: Counts = Counts()


@dataclass(frozen=True, slots=True)
class Place:
    """One practitioner at one location: where the engine looks."""

    practitioner: StaffId
    location: LocationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What lies around the wish: the practice, and who has which time (claims of the own holder excepted)."""

    setup: Setup
    wish: Wish
    busy: Mapping[ResourceId, Sequence[Busy]]
    client_busy: Sequence[Span] = ()
    culprits: Mapping[ResourceId, Sequence[Culprit]] | None = None
    """The same claims with their stories; only a verdict needs them."""
    client_culprits: Sequence[Culprit] = ()

    @property
    def binds_clients(self) -> bool:
        return self.wish.asking is not Asking.STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to "may this start be booked?", with all the reasons; `slot` is what would be taken."""

    practitioner: StaffId
    location: LocationId
    room: RoomId | None
    start: Start
    end: Instant | None
    reasons: tuple[SlotObjection, ...]
    warnings: tuple[SlotObjection, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reasons

    def blocking(self, overridden: bool) -> tuple[SlotObjection, ...]:
        """The reasons that stand, with or without an override."""
        return tuple(reason for reason in self.reasons if not (overridden and reason.overridable))


def wish_for(
    setup: Setup,
    service: Service,
    asking: Asking,
    now: Instant,
    *,
    room: RoomId | None = None,
    counts: Counts = Counts(),
) -> Wish:
    """A wish with the service's own duration and the buffers in force."""
    before, after = setup.buffers_of(service)
    return Wish(
        service=service,
        asking=asking,
        now=now,
        duration=service.duration * MINUTE,
        before=before * MINUTE,
        after=after * MINUTE,
        room=room,
        counts=counts,
    )


def offers(scene: Scene, places: Iterable[Place], first: date, days: int) -> list[Offer]:
    """All starts of the grid on some local dates, from now on, that no rule removes; by start, then place."""
    found: list[Offer] = []
    for place in places:
        found.extend(_offers_at(scene, place, first, days))
    found.sort()
    return found


def one_a_start(found: Sequence[Offer], setup: Setup, minutes: Callable[[StaffId, date], int]) -> list[Offer]:
    """Any practitioner: one offer a start, to the one with the fewest booked minutes that day, then by name."""
    best: dict[Instant, tuple[tuple[int, str], Offer]] = {}
    for offer in found:
        day = local_date(offer.start, setup.zone_of(offer.location))
        rank = (minutes(offer.practitioner, day), setup.staff[offer.practitioner].name)
        if offer.start not in best or rank < best[offer.start][0]:
            best[offer.start] = (rank, offer)
    return [best[start][1] for start in sorted(best)]


def verdict(scene: Scene, place: Place, start: Start) -> Verdict:
    """Whether this start may be booked here, with every reason against it and what staff should know."""
    wish, setup = scene.wish, scene.setup
    zone_name = setup.zone_of(place.location)
    at = resolve(start, zone_name)
    if at is None:
        assert isinstance(start, datetime)
        skipped = NoSuchTime(start, start_edge(start, zone_name))
        always = tuple(r for rule in RULES if rule.needs_no_time for r in rule.reasons(scene, place, 0))
        return _verdict_on(place, wish, start, None, (*always, skipped), ())
    reasons: list[SlotObjection] = []
    warnings: list[SlotObjection] = []
    for rule in RULES:
        if scene.binds_clients or rule.binds_staff:
            reasons.extend(rule.reasons(scene, place, at))
        elif rule.warns_staff:
            warnings.extend(rule.reasons(scene, place, at))
    if scene.binds_clients and at not in _grid_around(setup, wish.service, place.location, at):
        reasons.append(OffGrid(setup.interval_of(wish.service)))
    room = free_room(scene, place, at)
    if room is None:
        room = wish.room or next(iter(setup.rooms_for(wish.service, place.location)), None)
    return _verdict_on(place, wish, at, room, tuple(reasons), tuple(warnings))


def free_room(scene: Scene, place: Place, start: Instant) -> RoomId | None:
    """The first room of the list that is free for this start."""
    return next(
        (
            room
            for room in _rooms(scene, place)
            if not _is_removed(start, _removed_by_claims(scene, scene.setup.room_resources[room]))
        ),
        None,
    )


class Rule:
    """Removes starts, and can say why each is gone."""

    binds_staff = True
    warns_staff = False
    needs_no_time = False

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        raise NotImplementedError

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        """Called only for a start that the rule removed."""
        raise NotImplementedError

    def reasons(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        window = Span(start, start + 1)
        return self.why(scene, place, start) if _is_removed(start, self.removes(scene, place, window)) else ()


class ServiceIsGivenHere(Rule):
    """The service is active, this practitioner offers it, and at this location."""

    needs_no_time = True

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return (EVER,) if self.why(scene, place, 0) else ()

    def why(self, scene: Scene, place: Place, start: Instant) -> Sequence[SlotObjection]:
        setup, service = scene.setup, scene.wish.service
        person = setup.staff[place.practitioner]
        against: list[SlotObjection] = []
        if service.life is not Life.ACTIVE:
            against.append(ServiceNotActive(service.id))
        if person.life is not Life.ACTIVE or service.id not in person.services:
            against.append(NotOffered(service.id, person.id))
        if place.location not in setup.locations_of(service):
            against.append(NotAtLocation(service.id, place.location))
        return against


class RoomFits(Rule):
    """A service that needs a room has one here, and the chosen one is of its list."""

    needs_no_time = True

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return (EVER,) if self.why(scene, place, 0) else ()

    def why(self, scene: Scene, place: Place, start: Instant) -> Sequence[SlotObjection]:
        wish = scene.wish
        listed = scene.setup.rooms_for(wish.service, place.location)
        if wish.room is not None and wish.room not in listed:
            return (RoomDoesNotFit(wish.service.id, wish.room),)
        if wish.service.rooms and not listed:
            return (RoomDoesNotFit(wish.service.id, None),)
        return ()


class OpenToThisClient(Rule):
    """Bookable online; for new clients only the initial service; within the client's limits."""

    binds_staff = False
    needs_no_time = True

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return (EVER,) if self.why(scene, place, 0) else ()

    def why(self, scene: Scene, place: Place, start: Instant) -> Sequence[SlotObjection]:
        wish, booking = scene.wish, scene.setup.practice.booking
        if not scene.binds_clients:
            return ()
        against: list[SlotObjection] = []
        if not wish.service.online:
            against.append(NotOnline(wish.service.id))
        if wish.asking is Asking.NEW and wish.service.id != booking.initial_service:
            against.append(NotForNewClients(booking.initial_service))
        upcoming, pending = wish.counts.upcoming, wish.counts.pending
        if upcoming is not None and booking.max_upcoming and upcoming >= booking.max_upcoming:
            against.append(TooManyUpcoming(booking.max_upcoming))
        if pending is not None and booking.max_pending and pending >= booking.max_pending:
            against.append(TooManyPending(booking.max_pending))
        return against


class NotInThePast(Rule):
    binds_staff = False
    warns_staff = True

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return ((EVER[0], scene.wish.now),)

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        return (InThePast(scene.wish.now),)


class EnoughNotice(Rule):
    binds_staff = False

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return ((EVER[0], self._earliest(scene)),)

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        hours = scene.setup.practice.booking.minimum_notice
        if is_at_least(hours, before=start, now=scene.wish.now) or start < scene.wish.now:
            return ()
        return (TooSoon(self._earliest(scene)),)

    def _earliest(self, scene: Scene) -> Instant:
        return scene.wish.now + scene.setup.practice.booking.minimum_notice * HOUR


class InsideTheHorizon(Rule):
    binds_staff = False

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        last, zone_name = self._last(scene, place)
        return ((day_start(last + timedelta(days=1), zone_name), EVER[1]),)

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        return (TooFarAhead(self._last(scene, place)[0]),)

    def _last(self, scene: Scene, place: Place) -> tuple[date, str]:
        zone_name = scene.setup.zone_of(place.location)
        horizon = timedelta(days=scene.setup.practice.booking.horizon)
        return local_date(scene.wish.now, zone_name) + horizon, zone_name


class InsideHours(Rule):
    """The whole duration fits in one range of working time."""

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        closed_from = EVER[0]
        for span in self._working(scene, place, window):
            if span.end - span.start >= scene.wish.duration:
                yield closed_from, span.start
                closed_from = span.end - scene.wish.duration + 1
        yield closed_from, EVER[1]

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        zone_name = scene.setup.zone_of(place.location)
        day = local_date(start, zone_name)
        today = Span(day_start(day, zone_name), day_start(day + timedelta(days=1), zone_name))
        working = self._working(scene, place, Span(start, start + 1))
        return (OutsideHours(tuple(span for span in working if span.meets(today))),)

    def _working(self, scene: Scene, place: Place, window: Span) -> tuple[Span, ...]:
        zone_name = scene.setup.zone_of(place.location)
        first = local_date(window.start, zone_name)
        days = (local_date(window.end, zone_name) - first).days + 1
        return scene.setup.working(place.practitioner, place.location, first, days)


class NotClosed(Rule):
    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return _removed_by(scene, scene.setup.closed(place.location))

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        slot = Span(start, start + scene.wish.duration)
        setup = scene.setup
        closures = [
            closure
            for closure in setup.closures
            if closure.life is Life.ACTIVE and closure.location in (None, place.location)
        ]
        for closure, span in zip(closures, setup.closed(place.location), strict=True):
            if span.meets(slot):
                yield Closed(closure.name, closure.end)


class NotAway(Rule):
    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return _removed_by(scene, scene.setup.away(place.practitioner))

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        slot = Span(start, start + scene.wish.duration)
        setup, who = scene.setup, place.practitioner
        for off, span in zip(setup.time_off_of(who), setup.away(who), strict=True):
            if span.meets(slot):
                yield Away(who, off.end, off.reason)


class PractitionerIsFree(Rule):
    """Nobody else has the practitioner, in any lane, buffers kept; a hold counts as taken until it expires."""

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return _removed_by_claims(scene, scene.setup.staff_resources[place.practitioner])

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        who = place.practitioner
        for culprit in _in_the_way(scene, scene.setup.staff_resources[who], start):
            if culprit.expires_at is None:
                slot = Span(start, start + scene.wish.duration)
                yield PractitionerTaken(who, culprit, by_buffer=not culprit.span.meets(slot))
            else:
                yield Held(culprit)


class ARoomIsFree(Rule):
    """One room of the list is free for the whole time."""

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        rooms = _rooms(scene, place)
        if not rooms:
            return ()
        resources = scene.setup.room_resources
        removed = [list(_united(_removed_by_claims(scene, resources[room]))) for room in rooms]
        common = removed[0]
        for more in removed[1:]:
            common = list(_common(common, more))
        return common

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        rooms = _rooms(scene, place)
        resources = scene.setup.room_resources
        in_the_way = [_in_the_way(scene, resources[room], start) for room in rooms]
        for culprits in in_the_way:
            held = [culprit for culprit in culprits if culprit.expires_at is not None]
            if len(held) == len(culprits):
                return (Held(held[0]),)
        return (RoomsTaken(rooms, in_the_way[0][0]),)


class ClientIsFree(Rule):
    """The client has no other appointment at that time."""

    binds_staff = False
    warns_staff = True

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return _removed_by(scene, scene.client_busy)

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        slot = Span(start, start + scene.wish.duration)
        return (ClientBusy(culprit) for culprit in scene.client_culprits if culprit.span.meets(slot))


RULES: tuple[Rule, ...] = (
    ServiceIsGivenHere(),
    OpenToThisClient(),
    RoomFits(),
    NotInThePast(),
    EnoughNotice(),
    InsideTheHorizon(),
    InsideHours(),
    NotClosed(),
    NotAway(),
    PractitionerIsFree(),
    ARoomIsFree(),
    ClientIsFree(),
)


PRESENCE: tuple[Rule, ...] = (InsideHours(), NotClosed(), NotAway())
"""The rules that say whether the practitioner is there at all."""


def conflicts(start: Instant, wish: Wish, busy: Busy) -> bool:
    """Whether a booking from `start` would stand against a claim: the core of one meets the padded other."""
    return _is_removed(start, _starts_removed(wish, (busy,)))


def _offers_at(scene: Scene, place: Place, first: date, days: int) -> Iterable[Offer]:
    setup, wish = scene.setup, scene.wish
    zone_name = setup.zone_of(place.location)
    grid = grid_of_days(first, days, setup.interval_of(wish.service), zone_name)
    if not grid:
        return ()
    window = Span(max(grid[0], wish.now), grid[-1] + 1)
    removed: list[Removed] = []
    for rule in RULES:
        if scene.binds_clients or rule.binds_staff:
            removed.extend(rule.removes(scene, place, window))
    free: list[Instant] = []
    at, end = window.start, window.end
    for taken_from, taken_to in sorted(removed):
        if taken_from > at:
            free.extend(grid[bisect_left(grid, at) : bisect_left(grid, min(taken_from, end))])
        if taken_to > at:
            at = taken_to
            if at >= end:
                break
    else:
        free.extend(grid[bisect_left(grid, at) :])
    who, where, length = place.practitioner, place.location, wish.duration
    if not wish.service.rooms:
        return [Offer(start, start + length, who, where, None) for start in free]
    return [Offer(start, start + length, who, where, free_room(scene, place, start)) for start in free]


def _verdict_on(
    place: Place,
    wish: Wish,
    start: Start,
    room: RoomId | None,
    reasons: tuple[SlotObjection, ...],
    warnings: tuple[SlotObjection, ...],
) -> Verdict:
    return Verdict(
        practitioner=place.practitioner,
        location=place.location,
        room=room,
        start=start,
        end=start + wish.duration if isinstance(start, int) else None,
        reasons=reasons,
        warnings=warnings,
    )


def _grid_around(setup: Setup, service: Service, location: LocationId, start: Instant) -> Sequence[Instant]:
    zone_name = setup.zone_of(location)
    return grid_of_day(local_date(start, zone_name), setup.interval_of(service), zone_name)


def _rooms(scene: Scene, place: Place) -> tuple[RoomId, ...]:
    if scene.wish.room is not None:
        return (scene.wish.room,)
    return scene.setup.rooms_for(scene.wish.service, place.location)


def _removed_by_claims(scene: Scene, resource: ResourceId) -> list[Removed]:
    return _starts_removed(scene.wish, scene.busy.get(resource, ()))


def _starts_removed(wish: Wish, claims: Iterable[Busy]) -> list[Removed]:
    length, before, after = wish.duration - 1, wish.before, wish.after
    return [  # spelled out without min and max: this is the innermost loop of a search
        (
            (start - after if start - after < padded_start else padded_start) - length,
            end + before if end + before > padded_end else padded_end,
        )
        for start, end, padded_start, padded_end in claims
    ]


def _removed_by(scene: Scene, spans: Iterable[Span]) -> Iterable[Removed]:
    return [(span.start - scene.wish.duration + 1, span.end) for span in spans if span.start < span.end]


def _in_the_way(scene: Scene, resource: ResourceId, start: Instant) -> list[Culprit]:
    assert scene.culprits is not None, "a verdict needs the claims with their stories"
    return [
        culprit
        for culprit in scene.culprits.get(resource, ())
        if conflicts(
            start,
            scene.wish,
            (culprit.span.start, culprit.span.end, culprit.padded.start, culprit.padded.end),
        )
    ]


def _is_removed(start: Instant, removed: Iterable[Removed]) -> bool:
    return any(taken_from <= start < taken_to for taken_from, taken_to in removed)


def _united(removed: Iterable[Removed]) -> Iterable[Removed]:
    """The same starts as intervals that ascend and do not touch."""
    begin: Instant | None = None
    end = EVER[0]
    for taken_from, taken_to in sorted(removed):
        if begin is None:
            begin, end = taken_from, taken_to
        elif taken_from <= end:
            end = max(end, taken_to)
        else:
            yield begin, end
            begin, end = taken_from, taken_to
    if begin is not None:
        yield begin, end


def _common(one: Sequence[Removed], other: Sequence[Removed]) -> Iterable[Removed]:
    """What two united lists have in common."""
    i = j = 0
    while i < len(one) and j < len(other):
        begin, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if begin < end:
            yield begin, end
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
