"""The practice itself."""

from __future__ import annotations

from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.domain.events import Change, PracticeApplied
from frontdesk.core.domain.hours import Closure, TimeOff
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import Practice, Setup, StaffMember
from frontdesk.core.domain.practice_file import plan
from frontdesk.core.domain.services import Location
from frontdesk.core.operations.guard import record, require_allowed
from frontdesk.core.operations.schedule import entered, lost_by
from frontdesk.core.render import letters
from frontdesk.core.store import claims, events, setup
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Tx


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
    if any(_touches_rights(change) for change in changes):
        require_allowed(tx, Permission.MANAGE_STAFF)
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


def _touches_rights(change: Change) -> bool:
    """A new person, or other roles than before."""
    after, before = change.after, change.before
    if not isinstance(after, StaffMember):
        return False
    was: tuple[Role, ...] = before.roles if isinstance(before, StaffMember) else ()
    return after.roles != was
