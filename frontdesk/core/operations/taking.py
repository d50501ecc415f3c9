"""What a booking takes: the locks, the verdict it rests on, its lanes, and the holds that give way to it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.requests import OffersLapsed, RequestExpired
from frontdesk.core.domain.objections import NotOffered
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.requests import Ended, Request, RequestId, RequestState, Slot
from frontdesk.core.domain.scenes import Offer, Verdict
from frontdesk.core.domain.services import LocationId, RoomId, Service
from frontdesk.core.domain.times import DAY, MINUTE, YEARS, Instant, Span, Start, local_date, resolve, wall_time
from frontdesk.core.operations.guard import require_free, require_no_objection
from frontdesk.core.queries import slots
from frontdesk.core.queries.reminders import timed_since
from frontdesk.core.store import appointments, claims, clients, pickers, requests, terms
from frontdesk.core.store.look import Look, Tx


@dataclass(frozen=True, slots=True)
class Taken:
    """What a booking takes: the verdict it rests on, the lanes it lies in, the holds that have to go."""

    verdict: Verdict
    start: Instant
    end: Instant
    room: RoomId | None
    lane: int
    room_lane: int
    holds: tuple[claims.HoldAgainst, ...]
    at: Instant
    """When it was taken."""

    @property
    def slot(self) -> Slot:
        """What is held of it for a request or a picker."""
        return Slot(
            start=self.start,
            end=self.end,
            practitioner=self.verdict.practitioner,
            location=self.verdict.location,
            room=self.room,
        )


def lock(tx: Tx, resources: Iterable[ResourceId]) -> None:
    """Wait for some resources; what has run out there is cleared away, and its end recorded with this change."""
    ids = sorted(set(resources) - tx.locked)
    if not ids:
        return
    require_same_setup, expired = claims.lock(tx, ids), requests.expired_on(tx, ids)
    require_same_setup()
    for id_ in expired():
        end(tx, id_)
    claims.clear_expired(tx, ids)
    tx.locked.update(ids)


def end(tx: Tx, id_: RequestId) -> None:
    """Write what has run out by itself about a request; `record` tells it, as the system's doing."""
    before = requests.lock(tx, id_)
    if before is None or not before.has_run_out(tx.now):
        return
    after = before.as_of(tx.now)
    requests.save(tx, after)
    for kind in (requests.REQUEST, requests.OFFER):
        claims.release(tx, kind, id_)
    fact = RequestExpired if after.state is RequestState.EXPIRED else OffersLapsed
    tx.ran_out.append(fact(before=before, request=after, client_name=name_of(tx, after)))


def name_of(look: Look, request: Request) -> str:
    """Who asks, as their record says, or as they gave it."""
    client = clients.find(look, request.client) if request.client is not None else None
    if client is not None:
        return client.name
    return request.applicant.name if request.applicant is not None else ""


def wanted(
    setup: Setup, search: slots.Search, practitioner: StaffId | None, location: LocationId | None
) -> tuple[ResourceId, ...]:
    """Everything that a search could take."""
    places = slots.places_for(setup, search.wish.service, practitioner, location)
    return slots.resources_of(setup, search.wish, places)


def room_of(setup: Setup, room: RoomId | None) -> RoomId | None:
    """Raises NotFound."""
    if room is not None and room not in setup.rooms:
        raise NotFound("room", room)
    return room


def take(
    tx: Tx,
    setup: Setup,
    search: slots.Search,
    holder: uuid.UUID,
    practitioner: StaffId | None,
    location: LocationId | None,
    start: Start,
    override: str,
    prefer: RoomId | None = None,
) -> Taken:
    """Lock what is wanted, judge it once more, and say which lanes it takes. Raises SlotTaken or Refused."""
    _require_minute(start)
    search = replace(search, holder=holder)
    lock(tx, wanted(setup, search, practitioner, location))
    if prefer is not None and search.wish.room is None:
        kept = replace(search, wish=replace(search.wish, room=prefer))
        verdicts = slots.verdicts_on(tx, setup, kept, practitioner, location, start)
        if any(verdict.ok for verdict in verdicts):
            search = kept
    verdicts = slots.verdicts_on(tx, setup, search, practitioner, location, start)
    if not verdicts:
        require_no_objection([NotOffered(search.wish.service.id, practitioner)])
    chosen = _choose(tx, setup, verdicts, bool(override))
    against = chosen.blocking(bool(override))
    if against:
        near: tuple[Offer, ...] = ()
        if all(objection.means_taken for objection in against):
            near = slots.nearest(tx, setup, search, practitioner, location, start)[:3]
        require_free(against, near)
    at = resolve(chosen.start, setup.zone_of(chosen.location))
    assert at is not None and chosen.end is not None, "a time that does not exist is never free"
    span = Span(at, chosen.end)
    padded = Span(at - search.wish.before, chosen.end + search.wish.after)
    person = setup.staff_resources[chosen.practitioner]
    room = setup.room_resources[chosen.room] if chosen.room is not None else None
    return Taken(
        verdict=chosen,
        start=span.start,
        end=span.end,
        room=chosen.room,
        lane=_lane(tx, person, span, padded, holder, chosen),
        room_lane=_lane(tx, room, span, padded, holder, chosen) if room is not None else 0,
        holds=()
        if chosen.ok
        else tuple(
            dict.fromkeys(
                held
                for resource in (person, room)
                if resource is not None
                for held in claims.holds_against(tx, resource, span, padded, holder)
            )
        ),
        at=tx.now,
    )


def take_holds(tx: Tx, setup: Setup, holds: Iterable[claims.HoldAgainst]) -> tuple[Change, ...]:
    """The holds in the way go: a colleague's picker closes, a request stays pending without its time."""
    changes: list[Change] = []
    lost: dict[RequestId, set[tuple[ResourceId, Span]]] = defaultdict(set)
    for hold in holds:
        if hold.kind == pickers.PICKER:
            pickers.close_numbered(tx, hold.source)
        else:
            lost[RequestId(hold.source)].add((hold.resource, hold.span))
    for id_, taken in sorted(lost.items()):
        before = requests.lock(tx, id_)
        assert before is not None, "a hold is somebody's"
        offers = tuple(
            replace(it, lost=True)
            if any((resource, it.span) in taken for resource in claims.resources_at(setup, it))
            else it
            for it in before.offers
        )
        over = all(it.lost for it in offers)  # a request without an offer has only the time it asked for
        after = before.changed(hold_lost=True, offers=(), answer_by=None) if over else before.changed(offers=offers)
        requests.save(tx, after)
        claims.replace(tx, setup, [after])
        changes.append(Change(before, after))
    return tuple(changes)


def new_appointment(
    tx: Tx, setup: Setup, service: Service, taken: Taken, *, client: ClientId, holder: uuid.UUID, **more: Any
) -> Appointment:
    """A booking of what was taken, with the terms, price and buffers in force now; its claims are still to come."""
    before, after = setup.buffers_of(service)
    return appointments.add(
        tx,
        Appointment(
            id=AppointmentId(0),
            holder=holder,
            client=client,
            service=service.id,
            buffer_before=before,
            buffer_after=after,
            price=service.price,
            terms=terms.keep(tx, setup.terms_of(service.id, taken.verdict.practitioner)),
            **_place_of(setup, taken),
            **more,
        ),
    )


def moved(tx: Tx, setup: Setup, before: Appointment, service: Service, taken: Taken, **more: Any) -> Appointment:
    """An appointment at what was taken; its price and buffers stay unless the service is another one."""
    if service.id != before.service:
        buffers = setup.buffers_of(service)
        more |= {"buffer_before": buffers[0], "buffer_after": buffers[1], "price": service.price}
    after = before.changed(service=service.id, **_place_of(setup, taken), **more)
    return replace(after, timed_at=timed_since(tx, before, after))


def overtake(tx: Tx, setup: Setup, appointment: Appointment) -> tuple[Change, ...]:
    """A pending request to move an appointment that was changed meanwhile has nothing left to decide."""
    asked = requests.to_move(tx, appointment.id)()
    before = requests.lock(tx, asked.id) if asked is not None else None
    if before is None or before.as_of(tx.now).state is not RequestState.PENDING:
        return ()
    after = before.changed(state=RequestState.EXPIRED, ended=Ended.OVERTAKEN, offers=(), answer_by=None)
    requests.save(tx, after)
    claims.replace(tx, setup, [after])
    return (Change(before, after),)


def _place_of(setup: Setup, taken: Taken) -> dict[str, Any]:
    zone_name = setup.zone_of(taken.verdict.location)
    return {
        "practitioner": taken.verdict.practitioner,
        "location": taken.verdict.location,
        "room": taken.room,
        "start": taken.start,
        "end": taken.end,
        "zone": zone_name,
        "wall": wall_time(taken.start, zone_name).replace(tzinfo=None),
        "timed_at": taken.at,
        "lane": taken.lane,
        "room_lane": taken.room_lane,
    }


def _require_minute(start: Start) -> None:
    """The grain is one minute; what is no time people mean is a slip. Raises BadInput."""
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (YEARS.start, YEARS.stop))
    fits = first <= start < last and start % MINUTE == 0 if isinstance(start, int) else start.year in YEARS
    if not fits or (isinstance(start, datetime) and (start.second or start.microsecond)):
        raise BadInput("start", Problem.NOT_A_TIME, str(start), hint="to the minute")


def _choose(tx: Tx, setup: Setup, verdicts: Iterable[Verdict], overridden: bool) -> Verdict:
    """The verdict with least against it; among equals whoever has least booked that day, then by name."""

    def rank(verdict: Verdict) -> tuple[int, int, int, str]:
        zone_name = setup.zone_of(verdict.location)
        at = resolve(verdict.start, zone_name) or 0
        day = local_date(at, zone_name)
        around = Span(at - DAY, at + DAY)
        minutes = sum(
            spent
            for _who, start, spent in appointments.booked_minutes(tx, (verdict.practitioner,), around)
            if local_date(start, zone_name) == day
        )
        name = setup.staff[verdict.practitioner].name
        return (len(verdict.blocking(overridden)), len(verdict.reasons), minutes, name)

    return min(verdicts, key=rank)


def _lane(tx: Tx, resource: ResourceId, span: Span, padded: Span, holder: uuid.UUID, verdict: Verdict) -> int:
    """The lowest lane in which it stands against nothing: 0 unless a rule was overridden."""
    if verdict.ok:
        return 0
    taken = claims.lanes_taken(tx, resource, span, padded, holder)
    return next(lane for lane in range(len(taken) + 1) if lane not in taken)
