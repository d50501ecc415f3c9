"""The practice itself: by a file, or key by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.settings import ApplyPractice, ChangeSettings
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.effects import OUT_OF_USE, Effect
from frontdesk.core.domain.errors import BadInput, Problem, Stale
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.practice import PracticeApplied, SettingsChanged
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.hours import Closure, TimeOff
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.money import digits_of, is_amount
from frontdesk.core.domain.objections import AmountsAreKept, LastAdmin, NothingToChange
from frontdesk.core.domain.people import Role
from frontdesk.core.domain.permissions import Owner, Permission
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.practice_file import plan, require_known
from frontdesk.core.domain.settings import SettingValue, may_be_unset, setting_of
from frontdesk.core.domain.times import wall_time
from frontdesk.core.domain.work import CAUSE_OUT_OF_USE
from frontdesk.core.operations import schedule
from frontdesk.core.operations.guard import require_allowed, require_no_objection
from frontdesk.core.operations.recording import record
from frontdesk.core.parse.practice import setting_value
from frontdesk.core.queries.setup import booked_ahead, effects_on, has_templates
from frontdesk.core.render import letters
from frontdesk.core.store import appointments, claims, events, practice, terms
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx


def apply_practice(tx: Tx, ask: ApplyPractice) -> Batch[Event]:
    """The file first, so that nothing is moved back into what it takes away; then each move of the plan."""
    require_allowed(tx, ask.needs)
    known = practice.load(tx) if practice.has_practice(tx) else None
    if known is None:
        events.lock_chain(tx)  # the first one: there is nothing else yet to meet at
        if practice.has_practice(tx):
            raise Contention
    else:
        every = (*known.staff_resources.values(), *known.room_resources.values())
        schedule.lock_moves(tx, known, ask.moves, every)
        practice.lock(tx)
    changes = plan(known, ask.file, ask.prune)
    for change in changes:
        require_may_change(tx, change)
    require_an_admin(known, changes)
    require_same_decimals(tx, known, changes)
    if not changes and not ask.moves:
        return Batch(events=())  # it is so already: no act, and nothing to undo
    saved, also = _carried_out(tx, known, changes, but={move.appointment for move in ask.moves})
    applied = record(tx, PracticeApplied(all_changes=saved, also=also))
    moved = schedule.carry_out(tx, practice.load(tx), ask.moves)
    return Batch(events=(applied, *moved))


def change_settings(tx: Tx, ask: ChangeSettings) -> SettingsChanged:
    known = practice.load(tx)
    claims.lock(tx, [*known.staff_resources.values(), *known.room_resources.values()])()
    practice.lock(tx)
    changes = tuple(_choice(tx, known, path, value, ask.seen) for path, value in ask.values.items())
    for change in changes:
        require_may_change(tx, change)
    changes = tuple(change for change in changes if change.before != change.after)
    require_no_objection([] if changes else [NothingToChange()])
    require_known(known, changes)
    require_same_decimals(tx, known, changes)
    saved, also = _carried_out(tx, known, changes, but=set())
    return record(tx, SettingsChanged(all_changes=saved, also=also))


def _choice(look: Look, known: Setup, path: str, value: object, seen: int) -> Change:
    """One key as it would be. Raises BadInput or Stale."""
    plain = None if value is None else setting_value(path, value, known.practice.currency)
    if plain is None and not may_be_unset(path):
        raise BadInput(path, Problem.MISSING)
    chosen = known.chosen.get(path)
    before = SettingValue(path=path, value=chosen.value) if chosen is not None else None
    change = Change(before, SettingValue(path=path, value=plain))
    if chosen is not None and chosen.since > seen:
        last = events.last_of(look, "setting", path) or events.last_of(look, "practice", "practice")
        raise Stale(
            "setting",
            path,
            by=last.actor_name if last else "",
            operation=last.operation if last else "",
            at=chosen.at,
            revision=chosen.since,
            change=next((it for it in last.changes if it.id == path), None) if last else None,
        )
    return change


def _carried_out(
    tx: Tx, known: Setup | None, changes: Iterable[Change], but: set[AppointmentId]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What is written, and what of the booked goes to the work list; `but` has another time already."""
    saved = tuple(Change(change.before, practice.save(tx, change.after)) for change in changes)  # type: ignore[arg-type]
    if any(has_templates(change) for change in saved):
        letters.check_templates(practice.load(tx))
    return saved, entered(tx, known, saved, but) if known is not None else ()


def entered(
    tx: Tx,
    known: Setup,
    saved: Iterable[Change],
    but: Collection[AppointmentId] = (),
    only: Collection[AppointmentId] | None = None,
) -> tuple[Change, ...]:
    """What of the booked loses its time, or what it needs, goes to the work list. The caller records it."""
    saved = tuple(saved)
    setup = practice.load(tx)
    booked = [it for it in booked_ahead(tx, known, saved) if it.id not in but and (only is None or it.id in only)]
    caused = [(it.appointment, *_cause(setup, saved, it)) for it in effects_on(known, setup, booked)]
    return tuple(change for it, *cause in caused for change in schedule.entered(tx, [it], *cause))


def _cause(setup: Setup, saved: Iterable[Change], effect: Effect) -> tuple[str, str]:
    """What the work list says of it: what is out of use first, for that does not come back by itself.

    Hours are a person's own; time off and a closure have ids, and the one that covers the appointment is named.
    """
    first = next((it for it in effect.because if it.rule in OUT_OF_USE), effect.because[0])
    if first.rule in OUT_OF_USE:
        return CAUSE_OUT_OF_USE, f"{first.rule.value}:{first.of}"
    return first.rule.value, _taken_by(setup, saved, first.rule.value, effect.appointment)


def _taken_by(setup: Setup, saved: Iterable[Change], kind: str, it: Appointment) -> str:
    """The id of what was saved and takes an appointment's time, else whose hours did."""
    for change in saved:
        if change.kind == kind and isinstance(change.after, TimeOff | Closure) and _covers(setup, change.after, it):
            return change.id
    return it.practitioner


def _covers(setup: Setup, away: TimeOff | Closure, it: Appointment) -> bool:
    """Whether somebody's time off, or a closure, takes some of an appointment's time."""
    zone_name = setup.practice.timezone if isinstance(away, TimeOff) else setup.zone_of(it.location)
    start, end = (wall_time(at, zone_name).replace(tzinfo=None) for at in (it.start, it.end))
    if isinstance(away, TimeOff):
        return away.staff == it.practitioner and away.start < end and away.end > start
    here = away.location in (None, it.location)
    return here and datetime.combine(away.start, time()) < end and datetime.combine(away.end, time()) > start


def require_may_change(look: Look, change: Change) -> None:
    """As the row of a key says; what people of the practice are is the admin's. Raises NotAllowed."""
    before, after = change.before, change.after
    if isinstance(before or after, TimeOff):
        owner = Owner(practitioner=(before or after).staff)  # type: ignore[union-attr]
        require_allowed(look, Permission.CHANGE_TIME_OFF, owner)
        return
    row = setting_of(after.path) if isinstance(after, SettingValue) else None
    require_allowed(look, row.who if row is not None else Permission.CHANGE_SETTINGS)
    if isinstance(after, StaffMember) and (not isinstance(before, StaffMember) or _who(before) != _who(after)):
        require_allowed(look, Permission.MANAGE_STAFF)


def _who(person: StaffMember) -> tuple[object, ...]:
    """What only an admin changes: who somebody is here."""
    return person.name, person.email, person.roles, person.life, person.mail_my_changes


def require_an_admin(known: Setup | None, changes: Iterable[Change]) -> None:
    """A practice that has an admin keeps one. Raises Refused."""
    if known is None:
        return
    people = {**known.staff, **{it.after.id: it.after for it in changes if isinstance(it.after, StaffMember)}}
    if _admins(known.staff.values()) and not _admins(people.values()):
        require_no_objection([LastAdmin(_admins(known.staff.values())[0].name)])


def require_same_decimals(look: Look, known: Setup | None, changes: Iterable[Change]) -> None:
    """No currency with other decimals while prices, or fees agreed to, are kept in this one. Raises Refused."""
    now = next((it.after for it in changes if it.id == "practice.currency"), None)
    if known is None or not isinstance(now, SettingValue):
        return
    before, after = known.practice.currency, str(now.value or "EUR")
    if digits_of(before) != digits_of(after) and _keeps_amounts(look, known):
        require_no_objection([AmountsAreKept(before)])


def _keeps_amounts(look: Look, setup: Setup) -> bool:
    services = setup.services.values()
    own = (*(it.policy for it in services), *(it.policy for it in setup.staff.values()))
    policies = (setup.practice.policy, *own)
    fees = (fee for it in policies for fee in (it.late_fee, it.late_reschedule_fee, it.no_show_fee) if fee)
    return (
        any(it.price is not None for it in services)
        or any(map(is_amount, fees))
        or appointments.any_priced(look)
        or terms.any_with(look, is_amount)
    )


def _admins(people: Iterable[StaffMember]) -> list[StaffMember]:
    return [it for it in people if it.life is Life.ACTIVE and Role.ADMIN in it.roles]


OPERATIONS: Operations = {
    ApplyPractice: apply_practice,
    ChangeSettings: change_settings,
}
