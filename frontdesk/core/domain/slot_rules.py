"""What makes a time free: one rule each, with its two faces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import (
    Away,
    ClientBusy,
    Closed,
    Culprit,
    Held,
    InThePast,
    NotAtLocation,
    NotForNewClients,
    NotOffered,
    NotOnline,
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
from frontdesk.core.domain.practice import ResourceId
from frontdesk.core.domain.scenes import EVER, Asking, Busy, Place, Removed, Scene, Wish
from frontdesk.core.domain.services import RoomId
from frontdesk.core.domain.times import (
    HOUR,
    Instant,
    Span,
    day_start,
    is_at_least,
    local_date,
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
        return self.why(scene, place, start) if is_removed(start, self.removes(scene, place, window)) else ()


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
        return removed_by(scene, scene.setup.closed(place.location))

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
        return removed_by(scene, scene.setup.away(place.practitioner))

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        slot = Span(start, start + scene.wish.duration)
        setup, who = scene.setup, place.practitioner
        for off, span in zip(setup.time_off_of(who), setup.away(who), strict=True):
            if span.meets(slot):
                yield Away(who, off.end, off.reason)


class PractitionerIsFree(Rule):
    """Nobody else has the practitioner, in any lane, buffers kept; a hold counts as taken until it expires."""

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        return removed_by_claims(scene, scene.setup.staff_resources[place.practitioner])

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        who = place.practitioner
        for culprit in what_stands_in(scene, scene.setup.staff_resources[who], start):
            if culprit.expires_at is None:
                slot = Span(start, start + scene.wish.duration)
                yield PractitionerTaken(who, culprit, by_buffer=not culprit.span.meets(slot))
            else:
                yield Held(culprit)


class ARoomIsFree(Rule):
    """One room of the list is free for the whole time."""

    def removes(self, scene: Scene, place: Place, window: Span) -> Iterable[Removed]:
        rooms = rooms_of(scene, place)
        if not rooms:
            return ()
        resources = scene.setup.room_resources
        removed = [list(united(removed_by_claims(scene, resources[room]))) for room in rooms]
        always = removed[0]
        for more in removed[1:]:
            always = list(common(always, more))
        return always

    def why(self, scene: Scene, place: Place, start: Instant) -> Iterable[SlotObjection]:
        rooms = rooms_of(scene, place)
        resources = scene.setup.room_resources
        in_the_way = [what_stands_in(scene, resources[room], start) for room in rooms]
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
        return removed_by(scene, scene.client_busy)

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


def rooms_of(scene: Scene, place: Place) -> tuple[RoomId, ...]:
    if scene.wish.room is not None:
        return (scene.wish.room,)
    return scene.setup.rooms_for(scene.wish.service, place.location)


def removed_by_claims(scene: Scene, resource: ResourceId) -> list[Removed]:
    return starts_removed(scene.wish, scene.busy.get(resource, ()))


def starts_removed(wish: Wish, claims: Iterable[Busy]) -> list[Removed]:
    length, before, after = wish.duration - 1, wish.before, wish.after
    return [  # spelled out without min and max: this is the innermost loop of a search
        (
            (start - after if start - after < padded_start else padded_start) - length,
            end + before if end + before > padded_end else padded_end,
        )
        for start, end, padded_start, padded_end in claims
    ]


def removed_by(scene: Scene, spans: Iterable[Span]) -> Iterable[Removed]:
    return [(span.start - scene.wish.duration + 1, span.end) for span in spans if span.start < span.end]


def what_stands_in(scene: Scene, resource: ResourceId, start: Instant) -> list[Culprit]:
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


def is_removed(start: Instant, removed: Iterable[Removed]) -> bool:
    return any(taken_from <= start < taken_to for taken_from, taken_to in removed)


def united(removed: Iterable[Removed]) -> Iterable[Removed]:
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


def common(one: Sequence[Removed], other: Sequence[Removed]) -> Iterable[Removed]:
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


def conflicts(start: Instant, wish: Wish, busy: Busy) -> bool:
    """Whether a booking from `start` would stand against a claim: the core of one meets the padded other."""
    return is_removed(start, starts_removed(wish, (busy,)))
