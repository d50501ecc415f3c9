"""Forgetting a client: what was told of them, and by them, goes; that something happened stays."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from frontdesk.core.asks.clients import EraseClient
from frontdesk.core.asks.door import Operations
from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, Status, client_ref
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.events.clients import ClientEdited, ClientErased
from frontdesk.core.domain.kinds import Thing, forgotten, kind_of
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import StillOpen
from frontdesk.core.domain.outbox import ARRIVED, Call, Delivery, Letter, Mail, MailState, Webhook
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.requests import Request, RequestState
from frontdesk.core.domain.told import Reader
from frontdesk.core.operations.access import AT_ONE_ADDRESS
from frontdesk.core.operations.guard import require_allowed, require_no_objection
from frontdesk.core.operations.recording import record
from frontdesk.core.store import (
    claims,
    clients,
    codes,
    erasures,
    events,
    links,
    mail_queue,
    mails,
    replies,
    requests,
    things,
)
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Tx

STANDS = HOLDS_TIME - {Status.DONE}


def erase_client(tx: Tx, ask: EraseClient) -> ClientErased:
    require_allowed(tx, ask.needs)
    theirs = lock_all_of(tx, ask.client)
    if not any(isinstance(it, Client) and it.id == ask.client and it.life is not Life.MERGED for it in theirs):
        raise NotFound("client", str(ask.client))
    require_no_objection(_open(tx, theirs))
    event = erase(tx, ask.client, theirs)
    erasures.tidy_search(tx)
    return event


def lock_all_of(tx: Tx, client: ClientId) -> tuple[Thing, ...]:
    """All that is theirs, and of the records that became part of theirs, in the order every writer keeps.

    Without what was forgotten already. Raises Contention where another record became part of theirs meanwhile.
    """
    everybody = sorted({client, *clients.merged_into(tx, client)})
    found = [clients.lock(tx, id_) for id_ in everybody]
    if sorted({client, *clients.merged_into(tx, client)}) != everybody:
        raise Contention
    people = [it for it in found if it is not None and it.life is not Life.ERASED]
    rest = [it for one in people for it in things.lock_of_client(tx, one.id, but=frozenset({"client"}))]
    names = {it.name.casefold() for it in people}
    asked = requests.of_strangers(tx, _theirs_alone(tx, people))  # before anybody knew that it was they
    strangers = [it for it in asked if it.applicant is not None and it.applicant.name.casefold() in names]
    return (*people, *rest, *(it for one in strangers if (it := requests.lock(tx, one.id)) is not None))


def erase(tx: Tx, client: ClientId, theirs: Sequence[Thing], only: Container[ClientId] | None = None) -> ClientErased:
    """Forget a client, whatever is open: their requests end, and appointments that are ahead.

    Of the records that became part of theirs only some, where they are named; the others are by themselves again.
    """
    people = [it for it in theirs if isinstance(it, Client)]
    for it in people:
        if only is not None and it.id not in only:
            alone = replace(it, life=Life.ACTIVE, merged_into=None, revision=it.revision + 1)
            clients.save(tx, alone)
            record(tx, ClientEdited(before=it, client=alone))
            theirs = [one for one in theirs if one != it]
    people = [it for it in theirs if isinstance(it, Client)]
    _forget_what_is_told(tx, people, theirs)
    left = tuple(_forgotten(tx, it) for it in theirs)
    for thing in left:
        things.save(tx, thing)
    numbers = [it.id for it in people]
    links.close_of(tx, numbers)
    booked = [it.id for it in theirs if isinstance(it, Appointment)]
    replies.forget(tx, booked)
    forgets = events.of_clients(tx, numbers, _named(theirs))
    events.forget(tx, forgets)
    own = next(it for it in left if isinstance(it, Client) and it.id == client)
    return record(tx, ClientErased(client=own, left=left, forgets=forgets))


def _open(tx: Tx, theirs: Sequence[Thing]) -> list[StillOpen]:
    ahead = sum(isinstance(it, Appointment) and _is_ahead(tx, it) for it in theirs)
    asked = sum(isinstance(it, Request) and it.as_of(tx.now).state is RequestState.PENDING for it in theirs)
    owed = sum(isinstance(it, Charge) and it.state is ChargeState.DUE for it in theirs)
    return [StillOpen(ahead, asked, owed)] if ahead or asked or owed else []


def _is_ahead(tx: Tx, it: Appointment) -> bool:
    return it.status in STANDS and it.end > tx.now


def _named(theirs: Sequence[Thing]) -> dict[str, list[str]]:
    """By kind the ids."""
    named: dict[str, list[str]] = {}
    for it in theirs:
        named.setdefault(kind_of(it).name, []).append(kind_of(it).id(it))
    return named


def _forgotten(tx: Tx, thing: Thing) -> Thing:
    """Whoever is forgotten though something is open comes from a copy: it was over when they were forgotten first."""
    if isinstance(thing, Appointment) and _is_ahead(tx, thing):
        claims.release(tx, claims.APPOINTMENT, thing.id)
        thing = replace(thing, status=Status.CANCELLED, sequence=thing.sequence + 1)
    if isinstance(thing, Request) and thing.state is RequestState.PENDING:
        for kind in (requests.REQUEST, requests.OFFER):
            claims.release(tx, kind, thing.id)
        ended = thing.as_of(tx.now)
        if ended.state is RequestState.PENDING:
            ended = replace(ended, state=RequestState.WITHDRAWN, offers=(), answer_by=None)
        thing = replace(ended, revision=thing.revision)
    return forgotten(thing)


def _forget_what_is_told(tx: Tx, people: Sequence[Client], theirs: Sequence[Thing]) -> None:
    """Letters, calls and codes: to them, about what is theirs, and to an address that was theirs alone."""
    alone = _theirs_alone(tx, people)
    for owed in mails.of_clients(tx, [it.id for it in people], _named(theirs), alone):
        if not isinstance(owed, Webhook):  # it speaks of numbers
            mails.empty(tx, _blank(owed))
    codes.forget_of(tx, alone)
    mail_queue.forget_words(tx, alone)


def _theirs_alone(tx: Tx, people: Sequence[Client]) -> list[str]:
    """Addresses that are theirs now, or were ever, and no other client's; in small letters."""
    ours = {it.id for it in people}
    known = (*people, *events.clients_as_told(tx, sorted(ours)))
    written = {it.lower() for one in known for it in (one.email, *(it.email for it in one.contacts)) if it}
    used = {it: clients.reached_by(tx, "", it, AT_ONE_ADDRESS) for it in written}
    return sorted(it for it in written if {one.id for one in used[it]} <= ours)


def _blank(it: Mail | Call) -> Mail | Call:
    """That it was written stays, and when; to whom it went, and what it said, does not. It is never sent again."""
    state = it.state if it.state in ARRIVED else MailState.SUPERSEDED
    it = replace(it, state=state, decided_by="", put_aside=None)
    is_theirs = it.reader is Reader.CLIENT
    named = client_ref(it.client) if it.client is not None else ""
    it = replace(
        it,
        name=named if is_theirs else it.name,
        letter=Letter(subject="", text=""),
        message="",
        sealed="",
        known=None,
        tells=None,
    )
    nowhere = f"erased-{it.id}"  # of its own: two letters that told the same to two addresses stay two
    if isinstance(it, Call):
        return replace(it, phone=nowhere)
    delivery = Delivery(attempts=it.delivery.attempts)  # what a server answered may name the address
    return replace(it, address=nowhere if is_theirs else it.address, delivery=delivery)


OPERATIONS: Operations = {
    EraseClient: erase_client,
}
