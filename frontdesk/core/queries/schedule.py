"""What an absence leaves without its time, and what waits to be seen to."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.schedule import ListWork, PlanTimeOff
from frontdesk.core.asks.slots import Away
from frontdesk.core.domain.appointments import RESCHEDULABLE, Appointment
from frontdesk.core.domain.effects import lost_because
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.hours import span_of_time_off
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Owner, Permission, may, not_allowed, only_own
from frontdesk.core.domain.plans import PLANNED_DAYS, Lost, Plan
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.scenes import Asking, Busy, Offer
from frontdesk.core.domain.times import local_date
from frontdesk.core.domain.views import PlannedMove, WorkLine
from frontdesk.core.domain.work import TIME_CAUSES
from frontdesk.core.queries import slots
from frontdesk.core.store import appointments, claims, practice, work
from frontdesk.core.store.connection import Later
from frontdesk.core.store.look import Look


def list_work(look: Look, _: ListWork) -> tuple[WorkLine, ...]:
    return waiting_work(look)()


def waiting_work(look: Look) -> Later[tuple[WorkLine, ...]]:
    setup, asked = practice.load(look), work.waiting(look)

    def read() -> tuple[WorkLine, ...]:
        entries = {it.appointment: it for it in asked()}
        return tuple(
            WorkLine(work=entries[it.appointment.id], named=it)
            for it in appointments.named(look, setup, entries)
            if entries[it.appointment.id].cause not in TIME_CAUSES
            or lost_because(setup, it.appointment)  # hours that came back are nothing to see to
        )

    return read


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
    own = only_own(look.actor, Permission.CHANGE_APPOINTMENTS)  # a plan proposes only what its maker may do
    everyone = tuple(inside)
    lost = [_lost(look, setup, it, own) for it in everyone if it.status in RESCHEDULABLE]
    plan = Plan(setup, _taken(look, setup, lost), look.now)
    given = {it.booked.id: plan.give(it) for it in lost}
    named = appointments.named(look, setup, [it.id for it in everyone])
    return tuple(PlannedMove(named=it, to=_slot(given.get(it.appointment.id))) for it in named)


def _lost(look: Look, setup: Setup, it: Appointment, own: StaffId | None) -> Lost:
    service = setup.services[it.service]
    zone_name = setup.zone_of(it.location)
    return Lost(
        booked=it,
        wish=slots.search_for(look, setup, service, Asking.STAFF, it.client, it).wish,
        places=slots.places_for(setup, service, own, None),
        first=max(local_date(it.start, zone_name), local_date(look.now, zone_name)),
    )


def _taken(look: Look, setup: Setup, lost: list[Lost]) -> dict[ResourceId, list[Busy]]:
    """All that is taken of whom and what they could be given, in one read."""
    resources = {resource for it in lost for resource in slots.resources_of(setup, it.wish, it.places)}
    if not resources:
        return {}
    places = tuple({place for it in lost for place in it.places})
    first, last = min(it.first for it in lost), max(it.first for it in lost)
    days = (last - first).days + PLANNED_DAYS
    longest = max(it.wish.before for it in lost)
    return claims.busy(look, sorted(resources), slots.window_of(setup, places, first, days, longest))


def _slot(offer: Offer | None) -> Slot | None:
    return None if offer is None else Slot(**offer._asdict())


QUERIES: Queries = {
    ListWork: list_work,
    PlanTimeOff: plan_time_off,
}
