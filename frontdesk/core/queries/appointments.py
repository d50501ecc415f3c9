"""One appointment, lists of them, and what somebody picked up."""

from __future__ import annotations

from datetime import timedelta

from frontdesk.core.asks.appointments import ListAppointments, ListPickedUp, PageAppointments, ShowAppointment
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


def page_appointments(look: Look, question: PageAppointments) -> AppointmentList:
    setup = practice.load(look)
    begin, place, limit = day_start(question.day, setup.practice.timezone), question.place, question.limit
    parts = [(False, Span(begin, _EVER)), *([(True, Span(-_EVER, begin))] if question.name else [])]
    found: list[Named] = []
    for is_before, window in reversed(parts) if question.backwards else parts:
        here = place if place is not None and place.is_before == is_before else None
        if place is not None and here is None and is_before == question.backwards:
            continue  # all of it lies on the other side of the place
        found += appointments.listed(
            look,
            setup,
            practitioner=only_own(look.actor, Permission.SEE_CALENDAR),
            window=window,
            name=question.name,
            latest_first=is_before != question.backwards,
            beyond=(here.start, here.id) if here is not None else None,
            limit=limit + 1 - len(found),
        )
        if len(found) > limit:
            break
    kept = found[:limit]
    return AppointmentList(items=tuple(reversed(kept) if question.backwards else kept), more=len(found) > limit)


def list_picked_up(look: Look, _: ListPickedUp) -> tuple[Named, ...]:
    return tuple(it for it in appointments.picked_up(look, practice.load(look)) if _may_see(look, it))


QUERIES: Queries = {
    ShowAppointment: show_appointment,
    ListAppointments: list_appointments,
    PageAppointments: page_appointments,
    ListPickedUp: list_picked_up,
}
