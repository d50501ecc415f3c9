"""What an absence leaves without its time, and what waits to be seen to."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.schedule import ListWork, PlanTimeOff
from frontdesk.core.asks.slots import Away
from frontdesk.core.domain.appointments import RESCHEDULABLE, Appointment, AppointmentId
from frontdesk.core.domain.effects import lost_because
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.hours import span_of_time_off
from frontdesk.core.domain.permissions import Owner, Permission, may, not_allowed, only_own
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.scenes import Asking, Offer
from frontdesk.core.domain.times import HOUR, MINUTE, Span, local_date
from frontdesk.core.domain.views import PlannedMove, WorkLine
from frontdesk.core.domain.work import TIME_CAUSES
from frontdesk.core.queries import slots
from frontdesk.core.store import appointments, practice, work
from frontdesk.core.store.look import Look

PLANNED_DAYS = 28
"""How far on a plan looks for another time."""


def list_work(look: Look, _: ListWork) -> tuple[WorkLine, ...]:
    setup = practice.load(look)
    entries = {it.appointment: it for it in work.waiting(look)}
    found = appointments.named(look, setup, entries)
    return tuple(
        WorkLine(work=entries[it.appointment.id], named=it)
        for it in found
        if entries[it.appointment.id].cause not in TIME_CAUSES
        or lost_because(setup, it.appointment)  # hours that came back are nothing to see to
    )


def plan_time_off(look: Look, question: PlanTimeOff) -> tuple[PlannedMove, ...]:
    """For each appointment the nearest free time, at the same hour with a colleague before any other.

    No two of the plan take the same time: what one is given counts as taken for the next.
    """
    setup = practice.load(look)
    if question.staff not in setup.staff:
        raise NotFound("staff", question.staff)
    if not may(look.actor, question.needs, Owner(practitioner=question.staff)):
        raise not_allowed(look.actor, question.needs)
    if question.end <= question.start:
        raise BadInput("end", Problem.ENDS_BEFORE_IT_STARTS, question.end.isoformat())
    absent = slots.as_if_away(setup, Away(staff=question.staff, start=question.start, end=question.end))
    window = span_of_time_off(absent.time_off[-1], setup.practice.timezone)
    inside = [it for it in appointments.booked_of(look, question.staff, window) if it.end > look.now]
    return moves_for(look, absent, inside)


def moves_for(look: Look, setup: Setup, inside: Iterable[Appointment]) -> tuple[PlannedMove, ...]:
    """For each the nearest free time in a set-up as it would be, none of them given to two; by start."""
    given: list[tuple[Slot, Span, Appointment]] = []
    moves: dict[AppointmentId, Slot | None] = {}
    for it in inside:
        found = _nearest(look, setup, it, given) if it.status in RESCHEDULABLE else None
        moves[it.id] = found
        if found is not None:
            padded = Span(found.start - it.buffer_before * MINUTE, found.end + it.buffer_after * MINUTE)
            given.append((found, padded, it))
    named = appointments.named(look, setup, moves)
    return tuple(PlannedMove(named=it, to=moves[it.appointment.id]) for it in named)


def _nearest(look: Look, setup: Setup, it: Appointment, given: list[tuple[Slot, Span, Appointment]]) -> Slot | None:
    service = setup.services[it.service]
    search = slots.search_for(look, setup, service, Asking.STAFF, it.client, it)
    zone_name = setup.zone_of(it.location)
    first = max(local_date(it.start, zone_name), local_date(look.now, zone_name))
    own = only_own(look.actor, Permission.CHANGE_APPOINTMENTS)  # a plan proposes only what its maker may do
    places = slots.places_for(setup, service, own, None)
    offers = slots.free_slots(look, setup, search, places, first, PLANNED_DAYS)
    # to another time nobody is moved at shorter notice than they would need to ask for one
    earliest = look.now + setup.practice.booking.minimum_notice * HOUR
    usable = (
        offer
        for offer in offers
        if (offer.start == it.start or offer.start >= earliest) and not _meets(offer, it, given)
    )
    best = min(
        usable,
        key=lambda offer: (abs(offer.start - it.start), offer.practitioner != it.practitioner, offer.practitioner),
        default=None,
    )
    if best is None:
        return None
    return Slot(
        start=best.start, end=best.end, practitioner=best.practitioner, location=best.location, room=best.room
    )


def _meets(offer: Offer, it: Appointment, given: list[tuple[Slot, Span, Appointment]]) -> bool:
    """Whether an earlier step of the plan has this time already: of the person, the room or the client."""
    span = Span(offer.start, offer.end)
    padded = Span(offer.start - it.buffer_before * MINUTE, offer.end + it.buffer_after * MINUTE)
    return any(
        (padded.meets(slot.span) or its_padded.meets(span))
        and (
            slot.practitioner == offer.practitioner
            or (slot.room is not None and slot.room == offer.room)
            or (other.client == it.client and slot.span.meets(span))
        )
        for slot, its_padded, other in given
    )


QUERIES: Queries = {
    ListWork: list_work,
    PlanTimeOff: plan_time_off,
}
