"""Free times and the reasons against others; the facts a booking is judged by are read here too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.slots import AskWhy, Away, FindSlots
from frontdesk.core.domain import objections
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.hours import TimeOff, TimeOffId
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import Culprit, SlotObjection
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, may
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.requests import Applicant, RequestId
from frontdesk.core.domain.scenes import Asking, Busy, Counts, Offer, Place, Scene, Verdict, Wish, wish_for
from frontdesk.core.domain.services import LocationId, RoomId, Service, ServiceId
from frontdesk.core.domain.slots import offers, one_a_start, verdict
from frontdesk.core.domain.times import DAY, MINUTE, Span, Start, day_span, day_start, local_date, resolve
from frontdesk.core.domain.views import SlotAnswer, VerdictAnswer
from frontdesk.core.store import appointments, claims, practice, requests
from frontdesk.core.store.connection import Later
from frontdesk.core.store.look import Look

NEAREST_DAYS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Whose time is looked for, and what counts as their own."""

    wish: Wish
    client: ClientId | None = None
    holder: UUID | None = None
    moving: AppointmentId | None = None


AROUND = 3
"""Days before and after a date in which the nearest free time is looked for."""


def find_slots(look: Look, question: FindSlots) -> SlotAnswer:
    setup = as_if_away(practice.load(look), question.away)
    service = service_of(setup, question.service)
    search = search_for(
        look,
        setup,
        service,
        question.asking,
        question.client,
        moving(look, question.moving),
        room=question.room,
        request=question.request,
        hold=question.hold,
    )
    places = places_for(setup, service, question.practitioner, question.location)
    found: Sequence[Offer] = free_slots(look, setup, search, places, question.first, question.days)
    if question.practitioner is None and not question.each:
        found = fairest(look, setup, found)
    if not found:
        return SlotAnswer(offers=(), why_none=_why_none(look, setup, search, places, question.first))
    kept = tuple(found[: question.limit])
    return SlotAnswer(offers=kept, more=len(kept) < len(found))


def ask_why(look: Look, question: AskWhy) -> VerdictAnswer:
    setup = as_if_away(practice.load(look), question.away)
    service = service_of(setup, question.service)
    search = search_for(
        look,
        setup,
        service,
        question.asking,
        question.client,
        moving(look, question.moving),
        room=question.room,
        request=question.request,
        hold=question.hold,
    )
    verdicts = verdicts_on(look, setup, search, question.practitioner, question.location, question.start)
    if any(verdict.ok for verdict in verdicts) or not question.nearest:
        return VerdictAnswer(verdicts=verdicts)
    near = nearest(look, setup, search, question.practitioner, question.location, question.start)
    return VerdictAnswer(verdicts=verdicts, nearest=near[: question.nearest])


def as_if_away(setup: Setup, away: Away | None) -> Setup:
    """The practice as it would be with somebody's absence entered."""
    if away is None:
        return setup
    off = TimeOff(id=TimeOffId(0), staff=away.staff, start=away.start, end=away.end)
    return replace(setup, time_off=(*setup.time_off, off), _kept={})


def service_of(setup: Setup, id_: ServiceId) -> Service:
    """Raises NotFound."""
    if id_ not in setup.services or setup.services[id_].life is Life.UNDONE:
        raise NotFound("service", id_)
    return setup.services[id_]


def moving(look: Look, id_: AppointmentId | None) -> Appointment | None:
    """Raises NotFound."""
    if id_ is None:
        return None
    found = appointments.find(look, id_)
    if found is None:
        raise NotFound("appointment", str(id_))
    return found


def search_for(
    look: Look,
    setup: Setup,
    service: Service,
    asking: Asking,
    client: ClientId | None,
    appointment: Appointment | None,
    room: RoomId | None = None,
    request: RequestId | None = None,
    hold: UUID | None = None,
    applicant: Applicant | None = None,
) -> Search:
    """A search on behalf of somebody; one that moves an appointment keeps its length and buffers.

    The holds of the request and of the picker that ask count as free; `applicant` is somebody without a record.
    """
    counts = Counts()
    if asking is not Asking.STAFF and appointment is None:
        counts = _counts(look, setup, client, applicant, request)
    wish = wish_for(setup, service, asking, look.now, room=room, counts=counts)
    if appointment is None:
        asked = requests.find(look, request) if request is not None else None
        return Search(wish=wish, client=client, holder=asked.holder if asked is not None else hold)
    if appointment.service == service.id:
        wish = Wish(
            service=service,
            asking=asking,
            now=look.now,
            duration=appointment.end - appointment.start,
            before=appointment.buffer_before * MINUTE,
            after=appointment.buffer_after * MINUTE,
            room=room,
        )
    return Search(wish=wish, client=appointment.client, holder=appointment.holder, moving=appointment.id)


def _counts(
    look: Look, setup: Setup, client: ClientId | None, applicant: Applicant | None, request: RequestId | None
) -> Counts:
    """What somebody has already, where that is limited; a request that is edited does not count against itself."""
    booking = setup.practice.booking
    return Counts(
        upcoming=appointments.count_upcoming(look, client) if client is not None and booking.max_upcoming else None,
        pending=requests.count_pending(look, client, applicant, request) if booking.max_pending else None,
    )


def places_for(
    setup: Setup, service: Service, practitioner: StaffId | None, location: LocationId | None
) -> tuple[Place, ...]:
    """Where a service may be given: each who offers it, at each location. Raises NotFound."""
    if practitioner is not None and practitioner not in setup.staff:
        raise NotFound("staff", practitioner)
    if location is not None and location not in setup.locations:
        raise NotFound("location", location)
    people = (setup.staff[practitioner],) if practitioner is not None else setup.offering(service.id)
    where = (location,) if location is not None else setup.locations_of(service)
    return tuple(Place(person.id, place) for person in people for place in where)


def free_slots(
    look: Look, setup: Setup, search: Search, places: Iterable[Place], first: date, days: int
) -> list[Offer]:
    """The engine on what the store has: one read a resource, as long as the window, whatever the history."""
    places = tuple(places)
    if not places:
        return []
    window = window_of(setup, places, first, days, search.wish.before)
    theirs = _client_spans(look, search, window)
    busy = claims.busy(look, resources_of(setup, search.wish, places), window, search.holder)
    scene = Scene(
        setup=setup,
        wish=search.wish,
        busy=busy,
        client_busy=tuple(span for span, _ in theirs()),
    )
    found = offers(scene, places, first, days)
    return found if len({place.location for place in places}) == 1 else _one_a_person(found)


def nearest_to(look: Look, setup: Setup, search: Search, places: Iterable[Place], wall: datetime) -> Offer | None:
    """Of the free times some days around a wall time the nearest, the earlier of two; None where there is none."""
    places = tuple(places)
    zone_name = setup.zone_of(places[0].location) if places else setup.practice.timezone
    first = max(wall.date() - timedelta(days=AROUND), local_date(look.now, zone_name))
    days = (wall.date() + timedelta(days=AROUND) - first).days + 1
    found = free_slots(look, setup, search, places, first, days) if days > 0 else []
    at = {place.location: resolve(wall, setup.zone_of(place.location)) or 0 for place in places}
    return min(found, key=lambda it: (abs(it.start - at[it.location]), it.start), default=None)


def verdicts_on(
    look: Look,
    setup: Setup,
    search: Search,
    practitioner: StaffId | None,
    location: LocationId | None,
    start: Start,
) -> tuple[Verdict, ...]:
    """One verdict a practitioner: at the location where they work then, else where least stands against it."""
    places = places_for(setup, search.wish.service, practitioner, location)
    judged = [(place.practitioner, verdict_at(look, setup, search, place, start)) for place in places]
    by_person: dict[StaffId, list[Verdict]] = defaultdict(list)
    for who, said in judged:
        by_person[who].append(said())
    return tuple(min(found, key=lambda it: len(it.reasons)) for found in by_person.values())


def verdict_at(look: Look, setup: Setup, search: Search, place: Place, start: Start) -> Later[Verdict]:
    at = resolve(start, setup.zone_of(place.location))
    window = Span(0, 0) if at is None else Span(at - DAY, at + 2 * DAY)
    told = {
        resource: claims.culprits(look, resource, window, search.holder)
        for resource in resources_of(setup, search.wish, (place,))
    }
    theirs = _client_spans(look, search, window)

    def judge() -> Verdict:
        stories, others = {resource: found() for resource, found in told.items()}, theirs()
        scene = Scene(
            setup=setup,
            wish=search.wish,
            busy={resource: [_busy(culprit) for culprit in found] for resource, found in stories.items()},
            culprits=stories,
            client_busy=tuple(span for span, _ in others),
            client_culprits=tuple(Culprit(span=span, padded=span, appointment=id_) for span, id_ in others),
        )
        said = verdict(scene, place, start)
        return replace(
            said,
            reasons=tuple(_as_shown(look, it) for it in said.reasons),
            warnings=tuple(_as_shown(look, it) for it in said.warnings),
        )

    return judge


def _as_shown(look: Look, reason: SlotObjection) -> SlotObjection:
    """Why somebody is away is for who may see their calendar."""
    if not isinstance(reason, objections.Away) or not reason.reason:
        return reason
    shown = may(look.actor, Permission.SEE_CALENDAR, Owner(practitioner=reason.practitioner))
    return reason if shown else replace(reason, reason="")


def nearest(
    look: Look,
    setup: Setup,
    search: Search,
    practitioner: StaffId | None,
    location: LocationId | None,
    start: Start,
) -> tuple[Offer, ...]:
    """Free starts nearest to a wanted one, the same practitioner's before anybody else's."""
    zone_name = setup.practice.timezone
    at = resolve(start, zone_name)
    if at is None:
        assert isinstance(start, datetime)
        at = day_start(start.date(), zone_name)
    first = max(local_date(at, zone_name), local_date(look.now, zone_name)) - timedelta(days=1)
    places = places_for(setup, search.wish.service, practitioner, location)
    found = free_slots(look, setup, search, places, first, NEAREST_DAYS)
    if practitioner is None:
        found = fairest(look, setup, found)
    return tuple(sorted(found, key=lambda offer: (abs(offer.start - at), offer.start)))


def fairest(look: Look, setup: Setup, found: Sequence[Offer]) -> list[Offer]:
    """Any practitioner: one offer a start, to whoever has the least that day."""
    if not found:
        return []
    zone_name = setup.practice.timezone
    days = (local_date(found[0].start, zone_name), local_date(found[-1].start, zone_name))
    window = Span(day_start(days[0], zone_name) - DAY, day_start(days[1], zone_name) + 2 * DAY)
    minutes: dict[tuple[StaffId, date], int] = defaultdict(int)
    people = sorted({offer.practitioner for offer in found})
    for who, start, spent in appointments.booked_minutes(look, people, window):
        minutes[who, local_date(start, zone_name)] += spent
    return one_a_start(found, setup, lambda who, day: minutes[who, day])


def resources_of(setup: Setup, wish: Wish, places: Iterable[Place]) -> tuple[ResourceId, ...]:
    """The practitioners and rooms that a wish could take."""
    places = tuple(places)
    people = {setup.staff_resources[place.practitioner] for place in places}
    rooms = {
        setup.room_resources[room]
        for location in {place.location for place in places}
        for room in setup.rooms_for(wish.service, location)
    }
    if wish.room is not None and wish.room in setup.room_resources:
        rooms.add(setup.room_resources[wish.room])
    return tuple(sorted(people | rooms))


def window_of(setup: Setup, places: tuple[Place, ...], first: date, days: int, before: int) -> Span:
    """The instants of some local dates at all the places, with room for what reaches in from outside."""
    zones = {setup.zone_of(place.location) for place in places}
    begin = min(day_span(first, zone_name).start for zone_name in zones)
    end = max(day_span(first + timedelta(days=days - 1), zone_name).end for zone_name in zones)
    return Span(begin - before, end + DAY)


def _client_spans(look: Look, search: Search, window: Span) -> Later[list[tuple[Span, AppointmentId]]]:
    if search.client is None or window.start == window.end:
        return list
    return appointments.client_spans(look, search.client, window, search.moving)


def _one_a_person(found: list[Offer]) -> list[Offer]:
    """A practitioner with hours at two places at once is offered at the first."""
    return list({(offer.start, offer.practitioner): offer for offer in reversed(found)}.values())[::-1]


def _busy(culprit: Culprit) -> Busy:
    return (culprit.span.start, culprit.span.end, culprit.padded.start, culprit.padded.end)


def _why_none(
    look: Look, setup: Setup, search: Search, places: tuple[Place, ...], first: date
) -> tuple[Verdict, ...]:
    """What stands against the whole window, told by its first noon."""
    wish = search.wish
    noon = datetime(first.year, first.month, first.day, 12)
    return tuple(
        verdict_at(look, setup, Search(wish=wish, client=search.client), place, noon)() for place in places[:1]
    )


QUERIES: Queries = {
    FindSlots: find_slots,
    AskWhy: ask_why,
}
