"""What may be done to clients."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from frontdesk.core.asks.clients import AddClient, EditClient, LogOpening, MergeClients, NewClient
from frontdesk.core.asks.door import Operations
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.events.clients import ClientAdded, ClientEdited, ClientsMerged
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.kinds import handed_over
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import SameClient
from frontdesk.core.domain.people import Client, ClientId, Contact, ContactId, with_ids
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.text import clean_line, clean_text
from frontdesk.core.domain.times import YEARS, Instant, local_date
from frontdesk.core.operations import taking
from frontdesk.core.operations.guard import require_allowed, require_no_objection, require_seen, require_sees
from frontdesk.core.operations.recording import record
from frontdesk.core.parse import contacts
from frontdesk.core.store import access_log, appointments, claims, clients, practice, requests, things
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Tx


def add_client(tx: Tx, ask: AddClient) -> ClientAdded:
    require_allowed(tx, ask.needs)
    return record(tx, ClientAdded(client=add_record(tx, practice.load(tx), ask.client)))


def edit_client(tx: Tx, ask: EditClient) -> ClientEdited:
    require_allowed(tx, ask.needs)
    setup = practice.load(tx)
    before = _active(tx, ask.client)
    require_sees(tx, ask.needs, before.id)
    require_seen(tx, before, ask.seen)
    given = {
        name: getattr(ask, name)
        for name in ("name", "kind", "phone", "email", "born", "contacts", "locale", "note", "preferences")
        if getattr(ask, name) is not None
    }
    fields = _cleaned(given, setup, tx.now)
    if "contacts" in fields:
        fields["contacts"] = with_ids(fields["contacts"], before.contacts, new_contact_id)
    after = replace(before, **fields, revision=before.revision + 1)
    clients.save(tx, after)
    return record(tx, ClientEdited(before=before, client=after))


def merge_clients(tx: Tx, ask: MergeClients) -> ClientsMerged:
    require_allowed(tx, ask.needs)
    if ask.keep == ask.drop:
        require_no_objection([SameClient()])
    first, second = sorted((ask.keep, ask.drop))
    found = {id_: _active(tx, id_) for id_ in (first, second)}
    for id_ in found:
        require_sees(tx, ask.needs, id_)
    kept, dropped = found[ask.keep], found[ask.drop]
    setup = practice.load(tx)
    theirs = appointments.of_client(tx, dropped.id)
    claims.lock(tx, {resource for it in theirs for resource in claims.resources_of(setup, it)})()
    if [appointments.lock(tx, it.id) for it in theirs] != theirs:
        raise Contention
    moved = [(it, it.changed(client=kept.id)) for it in theirs]
    for it in requests.of_client(tx, dropped.id):
        taking.end(tx, it.id)
    others = things.lock_of_client(tx, dropped.id, but=frozenset({"client", "appointment"}))
    taken = [(it, handed_over(it, kept.id)) for it in others]
    after = _with_all_of(kept, dropped)
    gone = replace(dropped, life=Life.MERGED, merged_into=kept.id, revision=dropped.revision + 1)
    for _, appointment in moved:
        appointments.save(tx, appointment)
    clients.save(tx, after)
    clients.save(tx, gone)
    for _, thing in taken:
        things.save(tx, thing)
    return record(
        tx,
        ClientsMerged(
            kept=after,
            also=tuple(Change(was, is_now) for was, is_now in taken),
            all_changes=(
                Change(kept, after),
                Change(dropped, gone),
                *(Change(was, is_now) for was, is_now in moved),
            ),
        ),
    )


def _with_all_of(kept: Client, dropped: Client) -> Client:
    """What only the other record knows is known of this one too."""
    return replace(
        kept,
        phone=kept.phone or dropped.phone,
        email=kept.email or dropped.email,
        born=kept.born or dropped.born,
        contacts=with_ids(
            (*kept.contacts, *(replace(it, id=None) for it in dropped.contacts if it not in kept.contacts)),
            kept.contacts,
            new_contact_id,
        ),
        locale=kept.locale or dropped.locale,
        note="\n".join(filter(None, (kept.note, dropped.note))),
        preferences=kept.preferences or dropped.preferences,
        extra={**dropped.extra, **kept.extra},
        revision=kept.revision + 1,
    )


def log_opening(tx: Tx, ask: LogOpening) -> None:
    access_log.note(tx, ask.client)


def add_record(tx: Tx, setup: Setup, new: NewClient) -> Client:
    """A new client's row, cleaned; the caller records it. Raises BadInput."""
    given: dict[str, Any] = {name: getattr(new, name) for name in NewClient.__dataclass_fields__}
    fields = _cleaned(given, setup, tx.now)
    fields["contacts"] = with_ids(fields["contacts"], (), new_contact_id)
    return clients.add(tx, Client(id=ClientId(0), created_at=tx.now, **fields))


def new_contact_id() -> ContactId:
    return ContactId(uuid.uuid4().hex[:12])


def _cleaned(given: dict[str, Any], setup: Setup, now: Instant) -> dict[str, Any]:
    """What came from outside, made fit to keep. Raises BadInput."""
    fields, country = dict(given), setup.practice.country
    born = fields.get("born")
    if born is not None and (born.year not in YEARS or born > local_date(now, setup.practice.timezone)):
        raise BadInput("born", Problem.OUT_OF_RANGE, born.isoformat())
    for name in ("locale",):
        if name in fields:
            fields[name] = clean_line(fields[name], limit=20)
    for name in ("note", "preferences"):
        if name in fields:
            fields[name] = clean_text(fields[name])
    if "name" in fields:
        fields["name"] = clean_line(fields["name"])
        if not fields["name"]:
            raise BadInput("name", Problem.MISSING)
    if "phone" in fields:
        fields["phone"] = contacts.phone(fields["phone"], country)
    if "email" in fields:
        fields["email"] = contacts.email(fields["email"])
    if "contacts" in fields:
        fields["contacts"] = tuple(
            Contact(
                id=it.id,
                name=clean_line(it.name),
                phone=contacts.phone(it.phone, country),
                email=contacts.email(it.email, "contacts.email"),
            )
            for it in fields["contacts"]
        )
    return fields


def _active(tx: Tx, id_: ClientId) -> Client:
    client = clients.lock(tx, id_)
    if client is None or client.life is not Life.ACTIVE:
        raise NotFound("client", str(id_))
    return client


OPERATIONS: Operations = {
    AddClient: add_client,
    EditClient: edit_client,
    MergeClients: merge_clients,
    LogOpening: log_opening,
}
