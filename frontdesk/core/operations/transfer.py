"""Taking over what another program kept: one act, undone as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, TermsId
from frontdesk.core.domain.dataclass import changed, dataclass
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.practice import PracticeApplied
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.transfer import ImportDone, RecordImported
from frontdesk.core.domain.kinds import KINDS
from frontdesk.core.domain.people import Client, ClientId, with_ids
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.times import Instant
from frontdesk.core.operations import taking
from frontdesk.core.operations.clients import new_contact_id
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.preparing import Prepared, require_prepared
from frontdesk.core.operations.recording import record, record_all
from frontdesk.core.operations.settings import require_an_admin, require_may_change
from frontdesk.core.queries.transfer import Work, work_of
from frontdesk.core.store import appointments, claims, clients, practice, terms, things
from frontdesk.core.store import events as events_store
from frontdesk.core.store.look import Look, Tx

N = TypeVar("N", Client, Appointment)


ROOM = 1000
"""Numbers that are left for what others write meanwhile, once they did."""


@dataclass(slots=True, kw_only=True)
class Import:
    """All that an import writes, worked out before anybody waits, with the rows and the details of its events."""

    as_of: int
    """The newest event as it was worked out."""
    work: Work
    ids: dict[tuple[str, str], ClientId]
    """By source and source id the clients that appointments are for."""
    clients: list[Client]
    appointments: list[Appointment]
    terms: list[Terms]
    """What new appointments are agreed to."""
    client_rows: list[dict[str, Any]]
    appointment_rows: list[dict[str, Any]]
    client_events: list[events_store.Detailed]
    appointment_events: list[events_store.Detailed]


def prepare_import(look: Look, ask: ImportRecords, times: int) -> Import:
    as_of, work = events_store.newest(look), work_of(look, ask.records, ask.source, ask.hours)
    room = ROOM if times else 0
    ids = {key: client.id for key, client in work.known_clients.items()}
    new_clients = _numbered(look, "client", [_with_contacts(it, work) for it in work.new_clients], room)
    ids |= {(it.source, it.source_id): it.id for it in new_clients}
    setup, agreed = work.setup_after, dict[TermsId, Terms]()
    new_appointments = _numbered(
        look,
        "appointment",
        [
            changed(it, client=ids[client], terms=it.terms or _agreed(setup, it, look.now, agreed), timed_at=look.now)
            for it, client in work.new_appointments
        ],
        room,
    )
    return Import(
        as_of=as_of,
        work=work,
        ids=ids,
        clients=new_clients,
        appointments=new_appointments,
        terms=list(agreed.values()),
        # whom somebody was merged into may come later: that is written once everybody is there
        client_rows=[{"id": it.id, **clients.to_row(changed(it, merged_into=None))} for it in new_clients],
        appointment_rows=[{"id": it.id, **appointments.to_row(it)} for it in new_appointments],
        client_events=[events_store.detailed(look, _made(it)) for it in new_clients],
        appointment_events=[events_store.detailed(look, _made(it)) for it in new_appointments],
    )


def import_records(tx: Tx, ask: ImportRecords) -> ImportDone:
    require_allowed(tx, ask.needs)
    clients.lock_all(tx)
    known = practice.load(tx)
    taking.lock(tx, [*known.staff_resources.values(), *known.room_resources.values()])
    practice.lock(tx)
    prepared: Import | None = tx.prepared
    if prepared is None or not _still_stands(tx, prepared):
        require_prepared(tx)
        prepared = prepare_import(tx, ask, 0)
    work = prepared.work
    events_store.take_over(tx, ask.records.history)
    events: list[Event | events_store.Detailed] = [
        *_set_up(tx, work),
        *_take_clients(tx, prepared),
        *_take_appointments(tx, prepared),
    ]
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


def _still_stands(tx: Tx, it: Import) -> bool:
    """Whether what others did since says nothing else about what this import writes."""
    if it.as_of == events_store.newest(tx):
        return True
    kinds = defaultdict(set)
    for kind, id_ in events_store.things_since(tx, it.as_of):
        kinds[kind].add(id_)
    of_setup = any(KINDS[kind].is_setup for kind in kinds if kind in KINDS)
    numbers = (("client", [c.id for c in it.clients]), ("appointment", [a.id for a in it.appointments]))
    if of_setup or it.work.keeps_numbers or not all(things.are_free(tx, *some) for some in numbers):
        return False
    known = {str(id_) for id_ in it.ids.values()} | {str(client.id) for client in it.work.known_clients.values()}
    since = things.several(tx, {("appointment", id_) for id_ in kinds["appointment"]}).values()
    bears_on = (_bears_on(it.work, found) for found in since if isinstance(found, Appointment))
    return kinds["client"].isdisjoint(known) and not any(bears_on)


def _bears_on(work: Work, booked: Appointment) -> bool:
    """Whether an appointment of others has to do with those of an import: is one of them, or lies against one."""
    if work.plan.replaced_staff or booked.source in work.sources:
        return True
    coming = (*(it for it, _ in work.new_appointments), *(after for _, after, _ in work.updated_appointments))
    return booked.status in HOLDS_TIME and any(
        (it.practitioner == booked.practitioner or (it.room is not None and it.room == booked.room))
        and it.padded.meets(booked.padded)
        for it in coming
    )


def _numbered(look: Look, kind: str, new: Sequence[N], room: int) -> list[N]:
    """Each with a number, its own where it has one."""
    wanted = iter(things.numbers_for(look, kind, sum(not it.id for it in new), room))
    return [it if it.id else changed(it, id=next(wanted)) for it in new]


def _agreed(setup: Setup, it: Appointment, now: Instant, agreed: dict[TermsId, Terms]) -> TermsId:
    """What is in force now, of what lies ahead."""
    if it.start <= now:
        return TermsId("")
    found = setup.terms_of(it.service, it.practitioner)
    id_ = next((known for known, terms_ in agreed.items() if terms_ == found), None) or terms.id_of(found)
    agreed[id_] = found
    return id_


def _made(it: Client | Appointment) -> RecordImported:
    return RecordImported(change=Change(None, it))


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


def _take_clients(tx: Tx, it: Import) -> list[RecordImported | events_store.Detailed]:
    clients.insert_all(tx, it.client_rows)
    for client in it.clients:
        if client.merged_into is not None:  # now that everybody is there
            clients.save(tx, client)
    taken: list[RecordImported | events_store.Detailed] = list(it.client_events)
    for before, now in it.work.updated_clients:
        after = replace(now, contacts=with_ids(now.contacts, before.contacts, new_contact_id))
        clients.save(tx, after)
        taken.append(RecordImported(change=Change(before, after)))
    return taken


def _take_appointments(tx: Tx, it: Import) -> list[RecordImported | events_store.Detailed]:
    setup = practice.load(tx)
    taken: list[RecordImported | events_store.Detailed] = []
    moved_ones = []
    for before, after, client in it.work.updated_appointments:
        timed_at = tx.now if after.sequence != before.sequence else before.timed_at
        moved = replace(after, client=it.ids[client], timed_at=timed_at)
        appointments.save(tx, moved)
        moved_ones.append(moved)
        also = _give_way(tx, setup, moved)
        if moved.sequence != before.sequence:
            also += taking.overtake(tx, setup, moved)
        taken.append(RecordImported(change=Change(before, moved), also=also))
    claims.replace(tx, setup, moved_ones)
    for terms_ in it.terms:
        terms.keep(tx, terms_)
    appointments.insert_all(tx, it.appointment_rows)
    for new, told in zip(it.appointments, it.appointment_events, strict=True):
        also = _give_way(tx, setup, new)
        taken.append(replace(_made(new), also=also) if also else told)
    claims.insert_all(tx, (claim for new in it.appointments for claim in claims.claims_of(setup, new, tx.now)))
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
    ImportRecords: Prepared(ImportDone.operation, prepare_import, import_records),
}
