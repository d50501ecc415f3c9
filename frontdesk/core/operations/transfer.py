"""Taking over what another program kept: one act, undone as one."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.domain.appointments import Appointment, TermsId
from frontdesk.core.domain.dataclass import changed
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.practice import PracticeApplied
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.transfer import ImportDone, RecordImported
from frontdesk.core.domain.people import Client, ClientId, StaffId, with_ids
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.operations import taking
from frontdesk.core.operations.clients import new_contact_id
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.preparing import prepared_by
from frontdesk.core.operations.recording import record, record_all
from frontdesk.core.operations.settings import require_an_admin, require_may_change
from frontdesk.core.queries.transfer import Work, work_of
from frontdesk.core.store import appointments, claims, clients, practice, terms, things
from frontdesk.core.store import events as events_store
from frontdesk.core.store.look import Look, Tx


def prepare_import(look: Look, ask: ImportRecords) -> tuple[int, Work]:
    """What there is to write as things are now, known by the newest event: worked out before anybody waits."""
    return events_store.newest(look), work_of(look, ask.records, ask.source, ask.hours)


def import_records(tx: Tx, ask: ImportRecords) -> ImportDone:
    require_allowed(tx, ask.needs)
    clients.lock_all(tx)
    known = practice.load(tx)
    taking.lock(tx, [*known.staff_resources.values(), *known.room_resources.values()])
    practice.lock(tx)
    as_of, work = tx.prepared if tx.prepared is not None else (0, None)
    if work is None or as_of != events_store.newest(tx):  # somebody changed something meanwhile
        work = work_of(tx, ask.records, ask.source, ask.hours)
    events_store.take_over(tx, ask.records.history)
    ids = {key: client.id for key, client in work.known_clients.items()}
    events: list[Event] = [*_set_up(tx, work), *_take_clients(tx, work, ids), *_take_appointments(tx, work, ids)]
    if work.keeps_numbers:
        highest = events_store.highest_named(ask.records.history)
        tx.store.restart_numbers(tx.connection, things.NUMBERED, highest)
    record_all(tx, events)
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
    new = [_with_contacts(it, work) for it in work.new_clients]
    saved = clients.add_all(tx, [changed(it, merged_into=None) for it in new])
    ids |= {(it.source, it.source_id): it.id for it in saved}
    taken = [
        RecordImported(change=Change(None, changed(it, merged_into=client.merged_into)))
        for it, client in zip(saved, new, strict=True)
    ]
    for client in work.new_clients:
        if client.merged_into is not None:  # now that everybody is there
            clients.save(tx, client)
    for before, now in work.updated_clients:
        after = replace(now, contacts=with_ids(now.contacts, before.contacts, new_contact_id))
        clients.save(tx, after)
        taken.append(RecordImported(change=Change(before, after)))
    return taken


def _take_appointments(tx: Tx, work: Work, ids: dict[tuple[str, str], ClientId]) -> list[RecordImported]:
    setup = practice.load(tx)
    taken, moved_ones = [], []
    terms_by: dict[tuple[ServiceId, StaffId], TermsId] = {}

    def agreed(it: Appointment) -> TermsId:
        """Those in force, of what lies ahead."""
        if it.start <= tx.now:
            return TermsId("")
        key = (it.service, it.practitioner)
        if key not in terms_by:
            terms_by[key] = terms.keep(tx, setup.terms_of(*key))
        return terms_by[key]

    for before, after, client in work.updated_appointments:
        timed_at = tx.now if after.sequence != before.sequence else before.timed_at
        moved = replace(after, client=ids[client], timed_at=timed_at)
        appointments.save(tx, moved)
        moved_ones.append(moved)
        also = _give_way(tx, setup, moved)
        if moved.sequence != before.sequence:
            also += taking.overtake(tx, setup, moved)
        taken.append(RecordImported(change=Change(before, moved), also=also))
    claims.replace(tx, setup, moved_ones)
    new = [
        changed(it, client=ids[client], terms=it.terms or agreed(it), timed_at=tx.now)
        for it, client in work.new_appointments
    ]
    saved = appointments.add_all(tx, new)
    taken += [RecordImported(change=Change(None, it), also=_give_way(tx, setup, it)) for it in saved]
    claims.insert_all(tx, (claim for it in saved for claim in claims.claims_of(setup, it, tx.now)))
    return taken


def _with_contacts(client: Client, work: Work) -> Client:
    theirs = tuple(it for it in client.contacts if it.id) if work.keeps_numbers else ()
    return changed(client, contacts=with_ids(client.contacts, theirs, new_contact_id)) if client.contacts else client


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
    ImportRecords: prepared_by(prepare_import, import_records),
}
