"""The slot engine: `offers` in a window and `verdict` for one start, two faces of the same rules.

Each rule names the starts it removes, as half-open intervals of instants. An offer is a start of the grid
that no rule removed; a verdict asks the same rules about one start and has each say why. So a start of the
grid is offered exactly when its verdict is yes. The cost depends on what lies in the window, never on how
much history there is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from frontdesk.core.domain.objections import (
    NoSuchTime,
    OffGrid,
    SlotObjection,
)
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.scenes import Offer, Place, Removed, Scene, Verdict, Wish
from frontdesk.core.domain.services import LocationId, RoomId, Service
from frontdesk.core.domain.slot_rules import RULES, is_removed, removed_by_claims, rooms_of
from frontdesk.core.domain.times import (
    Instant,
    Span,
    Start,
    grid_of_day,
    grid_of_days,
    local_date,
    resolve,
    start_edge,
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
            for room in rooms_of(scene, place)
            if not is_removed(start, removed_by_claims(scene, scene.setup.room_resources[room]))
        ),
        None,
    )


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
