"""Forgetting a client: what was told of them, and by them, goes; that something happened stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.core.asks.clients import EraseClient
from frontdesk.core.asks.door import Operations
from frontdesk.core.domain.appointments import Appointment, Status, client_ref
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.events.clients import ClientErased
from frontdesk.core.domain.kinds import Thing, forgotten, kind_of
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import StillOpen
from frontdesk.core.domain.outbox import Call, Delivery, Letter, MailState, Owed, Webhook
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.requests import Request, RequestState
from frontdesk.core.domain.told import Reader
from frontdesk.core.operations.guard import require_allowed, require_no_objection
from frontdesk.core.operations.recording import record
from frontdesk.core.store import (
    claims,
    clients,
    codes,
    erasures,
    events,
    links,
    mails,
    replies,
    requests,
    things,
    work,
)
from frontdesk.core.store.look import Tx

OVER = frozenset({MailState.SENT, MailState.CALLED, MailState.SUPERSEDED, MailState.DROPPED})
"""What nobody waits for any more."""
STANDS = frozenset({Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION})


def erase_client(tx: Tx, ask: EraseClient) -> ClientErased:
    require_allowed(tx, ask.needs)
    client = clients.find(tx, ask.client)
    if client is None or client.life not in (Life.ACTIVE, Life.ARCHIVED):
        raise NotFound("client", str(ask.client))
    theirs = _lock(tx, client.id)
    require_no_objection(_open(tx, theirs))
    return erase(tx, client.id)


def erase(tx: Tx, client: ClientId) -> ClientErased:
    """Forget a client whatever is open: their requests end, their appointments stand as nobody's."""
    theirs = _lock(tx, client)
    left = tuple(_forgotten(tx, it) for it in theirs)
    for it in left:
        things.save(tx, it)
    erasures.tidy_search(tx)
    named: dict[str, list[str]] = {}
    for it in theirs:
        named.setdefault(kind_of(it).name, []).append(kind_of(it).id(it))
    people = [it for it in theirs if isinstance(it, Client)]
    addresses = sorted({it for one in people for it in (one.email, *(it.email for it in one.contacts)) if it})
    numbers = [it.id for it in people]
    for owed in mails.of_clients(tx, numbers, named, addresses):
        mails.save(tx, _blank(tx, owed))
    booked = [it.id for it in theirs if isinstance(it, Appointment)]
    links.close_of(tx, numbers)
    codes.forget_of(tx, addresses)
    replies.forget(tx, booked)
    named["work"] = [str(it.id) for it in work.of_appointments(tx, booked)]
    forgets = events.of_clients(tx, numbers, named)
    events.forget(tx, forgets)
    record_left = next(it for it in left if isinstance(it, Client) and it.id == client)
    return record(tx, ClientErased(client=record_left, left=left, forgets=forgets))


def _lock(tx: Tx, client: ClientId) -> tuple[Thing, ...]:
    """All that is theirs, and of the records that became part of theirs, in the order every writer keeps."""
    everybody = sorted({client, *clients.merged_into(tx, client)})
    people = [it for id_ in everybody if (it := clients.lock(tx, id_)) is not None and it.life is not Life.ERASED]
    rest = [it for one in people for it in things.lock_of_client(tx, one.id, but=frozenset({"client"}))]
    return (*people, *rest)


def _open(tx: Tx, theirs: Sequence[Thing]) -> list[StillOpen]:
    ahead = sum(isinstance(it, Appointment) and it.end > tx.now and it.status in STANDS for it in theirs)
    asked = sum(isinstance(it, Request) and it.as_of(tx.now).state is RequestState.PENDING for it in theirs)
    owed = sum(isinstance(it, Charge) and it.state is ChargeState.DUE for it in theirs)
    return [StillOpen(ahead, asked, owed)] if ahead or asked or owed else []


def _forgotten(tx: Tx, thing: Thing) -> Thing:
    if isinstance(thing, Request) and thing.state is RequestState.PENDING:
        for kind in (requests.REQUEST, requests.OFFER):
            claims.release(tx, kind, thing.id)
        thing = replace(thing, state=RequestState.WITHDRAWN, offers=(), answer_by=None)
    return forgotten(thing)


def _blank(tx: Tx, it: Owed) -> Owed:
    """That it was written stays, and when; to whom it went, and what it said, does not."""
    if it.state not in OVER:
        it = replace(it, state=MailState.DROPPED, decided_by=tx.actor.who.key)
    if isinstance(it, Webhook):
        return replace(it, title="", body="", delivery=_wordless(it.delivery))
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
    return replace(it, address=nowhere if is_theirs else it.address, delivery=_wordless(it.delivery))


def _wordless(it: Delivery) -> Delivery:
    """What a server answered may name the address."""
    return replace(it, trouble=replace(it.trouble, detail="") if it.trouble is not None else None)


OPERATIONS: Operations = {
    EraseClient: erase_client,
}
