"""The practice itself, as it is and as a file would make it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.settings import PlanPractice, ShowSetup
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.effects import Effect, effects_of
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.hours import Closure, TimeOff
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Permission, may
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.practice_file import PracticePlan, applied, plan, planned
from frontdesk.core.domain.services import Location, Room, Service
from frontdesk.core.domain.settings import AUTOMATION, SettingValue, Touches, open_value, setting_of, without_secret
from frontdesk.core.domain.times import DAY, Span
from frontdesk.core.domain.views import PlannedMove
from frontdesk.core.queries.schedule import moves_for
from frontdesk.core.render.letters import check_templates
from frontdesk.core.store import appointments, practice
from frontdesk.core.store.look import Look

TEMPLATES = "mail.templates"

AHEAD = 5 * 366 * DAY
"""How far a change of the set-up looks for appointments that fall outside."""


def show_setup(look: Look, _: ShowSetup) -> Setup:
    """As it is; what webhooks are signed with is for who may change it."""
    known = practice.load(look)
    if not known.practice.automations or may(look.actor, Permission.CHANGE_SETTINGS):
        return known
    plain = tuple(replace(it, do=without_secret(it.do)) for it in known.practice.automations)
    chosen = {path: replace(it, value=open_value(path, it.value)) for path, it in known.chosen.items()}
    return replace(known, practice=replace(known.practice, automations=plain), chosen=chosen)


def plan_practice(look: Look, question: PlanPractice) -> PracticePlan:
    known = practice.load(look) if practice.has_practice(look) else None
    changes = plan(known, question.file, question.prune)
    if known is None:
        return PracticePlan(changes=planned(changes))
    after = applied(known, changes)
    if any(has_templates(change) for change in changes):
        check_templates(after)
    effects = effects_on(known, after, booked_ahead(look, known, changes))
    moves = moves_for(look, after, [it.appointment for it in effects if it.is_archived])
    planned_for = {it.named.appointment.id: it for it in moves}
    rest = [it.appointment.id for it in effects if it.appointment.id not in planned_for]
    outside = [PlannedMove(named=it, to=None) for it in appointments.named(look, known, rest)]
    every = sorted((*moves, *outside), key=lambda it: (it.named.appointment.start, it.named.appointment.id))
    because = {it.appointment.id: it.because for it in effects}
    return PracticePlan(
        changes=planned(changes),
        outside=tuple((it, because[it.named.appointment.id]) for it in every),
    )


def has_templates(change: Change) -> bool:
    """Whether it holds texts of the practice's own, which have to be understood before they are kept."""
    after = change.after
    return isinstance(after, SettingValue) and (after.path == TEMPLATES or after.path.startswith(AUTOMATION))


def effects_on(before: Setup, after: Setup, booked: Iterable[Appointment]) -> tuple[Effect, ...]:
    """What falls outside, by start."""
    return effects_of(before, after, sorted(booked, key=lambda it: (it.start, it.id)))


def booked_ahead(look: Look, known: Setup, changes: Iterable[Change]) -> list[Appointment]:
    """From now on, what some changes may touch: of one person for theirs, of everybody for a place or a service."""
    window = Span(look.now, look.now + AHEAD)
    people = _touched(known, changes)
    return [it for who in people for it in appointments.booked_of(look, who, window) if it.start >= look.now]


def _touched(known: Setup, changes: Iterable[Change]) -> tuple[StaffId, ...]:
    people: set[StaffId] = set()
    for change in changes:
        match change.after:
            case StaffMember(id=who) | TimeOff(staff=who):
                people.add(who)
            case Closure() | Location() | Room() | Service():
                return tuple(known.staff)
            case SettingValue(path=path):
                row = setting_of(path)
                if row is not None and Touches.BOOKED in row.touches:
                    return tuple(known.staff)
            case _:
                pass
    return tuple(who for who in known.staff if who in people)


QUERIES: Queries = {
    ShowSetup: show_setup,
    PlanPractice: plan_practice,
}
