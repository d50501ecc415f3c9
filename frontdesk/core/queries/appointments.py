"""One appointment, lists of them, and what somebody picked up."""

from __future__ import annotations

from datetime import timedelta

from frontdesk.core.asks.appointments import ListAppointments, ListPickedUp, ShowAppointment
from frontdesk.core.asks.door import Queries
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.permissions import Owner, Permission, may, not_allowed, only_own
from frontdesk.core.domain.times import Span, day_start
from frontdesk.core.domain.views import AppointmentList, Named
from frontdesk.core.store import appointments, practice
from frontdesk.core.store.look import Look

_EVER = 1 << 60


def show_appointment(look: Look, question: ShowAppointment) -> Named:
    found = appointments.named(look, practice.load(look), [question.appointment])
    if not found:
        raise NotFound("appointment", str(question.appointment))
    if not _may_see(look, found[0]):
        raise not_allowed(look.actor, Permission.SEE_CALENDAR)
    return found[0]


def _may_see(look: Look, named: Named) -> bool:
    return may(look.actor, Permission.SEE_CALENDAR, Owner(practitioner=named.appointment.practitioner))


def list_appointments(look: Look, question: ListAppointments) -> AppointmentList:
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    if own is not None and question.practitioner not in (None, own):
        raise not_allowed(look.actor, Permission.SEE_CALENDAR)
    setup = practice.load(look)
    zone_name = setup.practice.timezone
    first = -_EVER if question.first is None else day_start(question.first, zone_name)
    last = _EVER if question.last is None else day_start(question.last + timedelta(days=1), zone_name)
    found = appointments.listed(
        look,
        setup,
        client=question.client,
        practitioner=own or question.practitioner,
        window=Span(first, last),
        statuses=question.statuses,
        name=question.name,
        latest_first=question.latest_first,
        limit=question.limit + 1,
    )
    return AppointmentList(items=found[: question.limit], more=len(found) > question.limit)


def list_picked_up(look: Look, _: ListPickedUp) -> tuple[Named, ...]:
    return tuple(it for it in appointments.picked_up(look, practice.load(look)) if _may_see(look, it))


QUERIES: Queries = {
    ShowAppointment: show_appointment,
    ListAppointments: list_appointments,
    ListPickedUp: list_picked_up,
}
