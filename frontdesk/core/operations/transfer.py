"""Taking over what another program kept: one act, undone as one."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.domain.appointments import Appointment, TermsId
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.practice import PracticeApplied
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.transfer import ImportDone, RecordImported
from frontdesk.core.domain.people import ClientId, with_ids
from frontdesk.core.domain.practice import Setup
from frontdesk.core.operations import taking
from frontdesk.core.operations.clients import new_contact_id
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.recording import record
from frontdesk.core.operations.settings import require_an_admin, require_may_change
from frontdesk.core.queries.transfer import Work, work_of
from frontdesk.core.store import appointments, claims, clients, practice, terms, things
from frontdesk.core.store import events as events_store
from frontdesk.core.store.look import Tx


def import_records(tx: Tx, ask: ImportRecords) -> ImportDone:
    require_allowed(tx, ask.needs)
    clients.lock_all(tx)
    known = practice.load(tx)
    taking.lock(tx, [*known.staff_resources.values(), *known.room_resources.values()])
    practice.lock(tx)
    work = work_of(tx, ask.records, ask.source, ask.hours)
    events_store.take_over(tx, ask.records.history)
    ids = {key: client.id for key, client in work.known_clients.items()}
    events: list[Event] = [*_set_up(tx, work), *_take_clients(tx, work, ids), *_take_appointments(tx, work, ids)]
    if work.keeps_numbers:
        highest = events_store.highest_named(ask.records.history)
        tx.store.restart_numbers(tx.connection, things.NUMBERED, highest)
    for event in events:
        record(tx, event)
    plan = work.plan
    done = ImportDone(
        new=plan.new_clients + plan.new_appointments,
        updated=plan.updated_clients + plan.updated_appointments,
        skipped=plan.skipped_clients + plan.skipped_appointments,
        plan=plan,
    )
    return record(tx, done) if events else done  # what changes nothing is no act, and nothing to undo


def _set_up(tx: Tx, work: Work) -> list[PracticeApplied]:
    """What the records need of the practice: a place, services, people, time off."""
    changes = [Change(None, work.location)] if work.location else []
    changes += [Change(None, service) for service in work.services.values()]
    changes += [Change(before, after) for before, after in work.staff.values()]
    changes += [Change(None, off) for off in work.time_off]
    for change in changes:
        require_may_change(tx, change)
    require_an_admin(practice.load(tx), changes)
    saved = tuple(Change(change.before, practice.save(tx, change.after)) for change in changes)  # type: ignore[arg-type]
    return [PracticeApplied(all_changes=saved)] if saved else []


def _take_clients(tx: Tx, work: Work, ids: dict[tuple[str, str], ClientId]) -> list[RecordImported]:
    taken = []
    for client in work.new_clients:
        theirs = tuple(it for it in client.contacts if it.id) if work.keeps_numbers else ()
        client = replace(client, contacts=with_ids(client.contacts, theirs, new_contact_id))
        saved = clients.add(tx, replace(client, merged_into=None))
        ids[client.source, client.source_id] = saved.id
        taken.append(RecordImported(change=Change(None, replace(saved, merged_into=client.merged_into))))
    for client in work.new_clients:
        if client.merged_into is not None:  # now that everybody is there
            clients.save(tx, client)
    for before, changed in work.updated_clients:
        after = replace(changed, contacts=with_ids(changed.contacts, before.contacts, new_contact_id))
        clients.save(tx, after)
        taken.append(RecordImported(change=Change(before, after)))
    return taken


def _take_appointments(tx: Tx, work: Work, ids: dict[tuple[str, str], ClientId]) -> list[RecordImported]:
    setup = practice.load(tx)
    taken = []
    changed = []
    for before, after, client in work.updated_appointments:
        timed_at = tx.now if after.sequence != before.sequence else before.timed_at
        moved = replace(after, client=ids[client], timed_at=timed_at)
        appointments.save(tx, moved)
        changed.append(moved)
        also = _give_way(tx, setup, moved)
        if moved.sequence != before.sequence:
            also += taking.overtake(tx, setup, moved)
        taken.append(RecordImported(change=Change(before, moved), also=also))
    claims.replace(tx, setup, changed)
    for appointment, client in work.new_appointments:
        agreed = setup.terms_of(appointment.service, appointment.practitioner)
        kept = appointment.terms or (terms.keep(tx, agreed) if appointment.start > tx.now else TermsId(""))
        saved = appointments.add(tx, replace(appointment, client=ids[client], terms=kept, timed_at=tx.now))
        also = _give_way(tx, setup, saved)
        for claim in claims.claims_of(setup, saved, tx.now):
            claims.insert_claim(tx, claim)
        taken.append(RecordImported(change=Change(None, saved), also=also))
    return taken


def _give_way(tx: Tx, setup: Setup, saved: Appointment) -> tuple[Change, ...]:
    """What comes in is fact: holds give way to it, and a request to move what is elsewhere now is over."""
    against = [
        hold
        for claim in claims.claims_of(setup, saved, tx.now)
        if claim.span.end > tx.now  # holds lie ahead
        for hold in claims.holds_against(tx, claim.resource, claim.span, claim.padded, claim.holder)
    ]
    return taking.take_holds(tx, setup, dict.fromkeys(against))


OPERATIONS: Operations = {
    ImportRecords: import_records,
}
