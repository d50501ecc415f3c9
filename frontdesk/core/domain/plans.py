"""A plan of moves: where each of many appointments goes, no two to the same person or room at the same time."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.scenes import Busy, Offer, Place, Scene, Wish
from frontdesk.core.domain.slots import offers
from frontdesk.core.domain.times import DAY, HOUR, MINUTE, Instant, Span, day_start
from frontdesk.core.domain.views import PlannedMove

PLANNED_DAYS = 28
"""How far on a plan looks for another time."""
STEPS = (1, 4, 12, PLANNED_DAYS)
"""Days that are looked through, until what was found is nearer than what lies beyond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An appointment that has to go elsewhere, what it asks for, where that is given, and from which day on."""

    booked: Appointment
    wish: Wish
    places: tuple[Place, ...]
    first: date


class Plan:
    """The times of many, given one after the other: what one is given counts as taken for the next."""

    def __init__(self, setup: Setup, taken: Mapping[ResourceId, Iterable[Busy]], now: Instant) -> None:
        """`taken` are the claims of all people and rooms that may be given, in all days of the plan."""
        self._setup = setup
        self._taken = {it: sorted(found, key=_begins) for it, found in taken.items()}
        self._earliest = now + setup.practice.booking.minimum_notice * HOUR
        """To another time nobody is moved at shorter notice than they would need to ask for one."""
        self._given: dict[ClientId, list[Span]] = {}

    def give(self, it: Lost) -> Offer | None:
        """The nearest free time, at the same hour with a colleague before any other; None where there is none."""
        best = self._nearest(it)
        if best is not None:
            wish, resources = it.wish, [self._setup.staff_resources[best.practitioner]]
            if best.room is not None:
                resources.append(self._setup.room_resources[best.room])
            claim = (best.start, best.end, best.start - wish.before, best.end + wish.after)
            for resource in resources:
                insort(self._taken[resource], claim, key=_begins)
            self._given.setdefault(it.booked.client, []).append(Span(best.start, best.end))
        return best

    def _nearest(self, it: Lost) -> Offer | None:
        at, theirs = it.booked.start, self._given.get(it.booked.client, ())

        def is_usable(offer: Offer) -> bool:
            """What is given to a client is theirs, wherever it is."""
            in_time = offer.start == at or offer.start >= self._earliest
            return in_time and not any(span.meets(Span(offer.start, offer.end)) for span in theirs)

        zones = {self._setup.zone_of(place.location) for place in it.places}
        best: Offer | None = None
        for days in STEPS:
            edges = [day_start(it.first + timedelta(days=days), zone_name) for zone_name in zones]
            found = filter(is_usable, offers(self._scene(it, max(edges, default=0)), it.places, it.first, days))
            best = min(found, key=lambda offer: _farness(offer, it.booked), default=None)
            if best is not None and abs(best.start - at) < min(edges) - at:
                break
        return best

    def _scene(self, it: Lost, until: Instant) -> Scene:
        """What may stand against the days before an instant, the appointment's own time left out."""
        setup, booked = self._setup, it.booked
        since = min((day_start(it.first, setup.zone_of(place.location)) for place in it.places), default=0)
        own = (booked.start, booked.end, booked.padded.start, booked.padded.end)
        mine = {setup.staff_resources.get(booked.practitioner)}
        if booked.room is not None:
            mine.add(setup.room_resources.get(booked.room))
        busy: dict[ResourceId, Sequence[Busy]] = {}
        for resource, claims in self._taken.items():
            first = bisect_left(claims, since - it.wish.before - DAY, key=_begins)
            near = claims[first : bisect_left(claims, until + DAY, key=_begins)]
            if resource in mine and own in near:
                near.remove(own)
            busy[resource] = near
        return Scene(setup=setup, wish=it.wish, busy=busy)


def _begins(claim: Busy) -> Instant:
    return claim[2]


def _farness(offer: Offer, booked: Appointment) -> tuple[int, bool, str]:
    return abs(offer.start - booked.start), offer.practitioner != booked.practitioner, offer.practitioner


def first_in_the_way(move: PlannedMove, others: Iterable[PlannedMove]) -> PlannedMove | None:
    """The first of some moves that takes what this one would; its own line left out, buffers counted."""
    mine = move.named.appointment.id
    return next((it for it in others if it.named.appointment.id != mine and _meet(move, it)), None)


def _meet(one: PlannedMove, other: PlannedMove) -> bool:
    if one.to is None or other.to is None:
        return False
    shares_room = one.to.room is not None and one.to.room == other.to.room
    if one.to.practitioner != other.to.practitioner and not shares_room:
        return False
    return _padded(one).meets(other.to.span) or _padded(other).meets(one.to.span)


def _padded(move: PlannedMove) -> Span:
    assert move.to is not None, "what goes nowhere takes no time"
    booked = move.named.appointment
    return Span(move.to.start - booked.buffer_before * MINUTE, move.to.end + booked.buffer_after * MINUTE)
