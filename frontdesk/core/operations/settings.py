"""The practice itself."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.domain.events import Change, PracticeApplied
from frontdesk.core.domain.hours import Closure, TimeOff
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import LastAdmin
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.permissions import Owner, Permission
from frontdesk.core.domain.practice import Practice, Setup, StaffMember
from frontdesk.core.domain.practice_file import plan
from frontdesk.core.domain.services import Location
from frontdesk.core.operations.guard import record, require_allowed, require_no_objection
from frontdesk.core.operations.schedule import entered, lost_by
from frontdesk.core.render import letters
from frontdesk.core.store import claims, events, setup
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx


def apply_practice(tx: Tx, ask: ApplyPractice) -> PracticeApplied:
    require_allowed(tx, ask.needs)
    known = setup.load(tx) if setup.has_practice(tx) else None
    if known is None:
        events.lock_chain(tx)  # the first one: there is nothing else yet to meet at
        if setup.has_practice(tx):
            raise Contention
    else:
        claims.lock(tx, [*known.staff_resources.values(), *known.room_resources.values()])
        setup.lock(tx)
    changes = plan(known, ask.file, ask.prune)
    for change in changes:
        require_may_change(tx, change)
    _require_an_admin(known, changes)
    saved = tuple(Change(change.before, setup.save(tx, change.after)) for change in changes)  # type: ignore[arg-type]
    if any(isinstance(change.after, Practice) for change in saved):
        letters.check_templates(setup.load(tx))
    also = _lost(tx, known, saved) if known is not None else ()
    return record(tx, PracticeApplied(all_changes=saved, also=also))


def _lost(tx: Tx, known: Setup, saved: tuple[Change, ...]) -> tuple[Change, ...]:
    """Appointments that a change of hours, closures or time off leaves without their time."""
    people: dict[StaffId, tuple[str, str]] = {}
    for change in saved:
        match change.after:
            case Closure():
                people |= dict.fromkeys(known.staff, ("closure", change.id))
            case TimeOff(staff=who) if who in known.staff:
                people[who] = ("time_off", change.id)
            case StaffMember(id=who) if who in known.staff:
                people.setdefault(who, ("hours", who))
            case Location() | Practice():
                people = {who: ("hours", who) for who in known.staff} | people
            case _:
                pass
    if not people:
        return ()
    now = setup.load(tx)
    lost = lost_by(tx, known, now, people)
    return tuple(change for who, theirs in lost.items() for change in entered(tx, theirs, *people[who]))


def require_may_change(look: Look, change: Change) -> None:
    """What the set-up's people are is the admin's to change, when they work and what they offer also a manager's.

    Raises NotAllowed.
    """
    before, after = change.before, change.after
    if isinstance(before or after, TimeOff):
        owner = Owner(practitioner=(before or after).staff)  # type: ignore[union-attr]
        require_allowed(look, Permission.CHANGE_TIME_OFF, owner)
        return
    require_allowed(look, Permission.CHANGE_SETTINGS)
    if isinstance(after, StaffMember) and (not isinstance(before, StaffMember) or _who(before) != _who(after)):
        require_allowed(look, Permission.MANAGE_STAFF)


def _who(person: StaffMember) -> tuple[object, ...]:
    """What only an admin changes: who somebody is here."""
    return person.name, person.email, person.roles, person.life, person.mail_my_changes


def _require_an_admin(known: Setup | None, changes: Iterable[Change]) -> None:
    """A practice that has an admin keeps one. Raises Refused."""
    if known is None:
        return
    people = {**known.staff, **{it.after.id: it.after for it in changes if isinstance(it.after, StaffMember)}}
    if _admins(known.staff.values()) and not _admins(people.values()):
        require_no_objection([LastAdmin(next(iter(_admins(known.staff.values()))).name)])


def _admins(people: Iterable[StaffMember]) -> list[StaffMember]:
    return [it for it in people if it.life is Life.ACTIVE and Role.ADMIN in it.roles]
