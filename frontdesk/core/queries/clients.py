"""Finding and showing clients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from frontdesk.core.asks.clients import FindClients, FindDuplicates, ShowClient
from frontdesk.core.asks.door import Queries
from frontdesk.core.domain.appointments import (
    HOLDS_TIME,
    Appointment,
    AppointmentId,
    Status,
    appointment_of_ref,
    client_of_ref,
)
from frontdesk.core.domain.charges import ChargeState
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.permissions import Permission, not_allowed, only_own
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import Instant, local_date
from frontdesk.core.domain.views import ClientCard, ClientHit, Named, RequestOrder
from frontdesk.core.parse.when import birth_date
from frontdesk.core.queries.mails import covered
from frontdesk.core.store import appointments, charges, clients, mails, practice, requests, search, sight
from frontdesk.core.store.look import Look

PAST = 50
"""How many past appointments a card shows."""


def find_clients(look: Look, question: FindClients) -> tuple[ClientHit, ...]:
    typed = question.text.strip()
    if not typed:
        return hits(look, clients.by_name(look, 0, question.limit))
    by_reference, named = _referred(look, typed)
    if by_reference is not None:
        return hits(look, [by_reference] if sight.seen(look, [by_reference.id]) else [], named)
    born, rest = _with_birth_date(look, typed)
    if born is not None:
        return hits(look, clients.born_on(look, born, rest, question.limit))
    ids = search.ids(look, typed, question.limit)
    found = clients.several(look, ids)
    return hits(look, [found[id_] for id_ in ids if id_ in found])


def _with_birth_date(look: Look, typed: str) -> tuple[date | None, str]:
    """The birth date among the words, and the other words."""
    settings = practice.load(look).practice
    today = local_date(look.now, settings.timezone)
    words = typed.split()
    for length in (3, 1):
        for at in range(len(words) - length + 1):
            born = birth_date(" ".join(words[at : at + length]), today, settings.locale)
            if born is not None:
                return born, " ".join(words[:at] + words[at + length :])
    return None, typed


MAILS = 12
"""How many of a client's mails their card shows."""


def find_duplicates(look: Look, question: FindDuplicates) -> tuple[ClientHit, ...]:
    found = {client.id: client for client in clients.like(look, question.phone, "", limit=5)}
    if len(folded(question.name)) >= 3:
        ids = search.ids(look, question.name, limit=5, everybody=True)
        found.update(clients.several(look, [id_ for id_ in ids if id_ not in found]))
    same_day = sorted(found.values(), key=lambda client: question.born is not None and client.born != question.born)
    return masked(look, hits(look, same_day[:5]))


def show_client(look: Look, question: ShowClient) -> ClientCard:
    client = clients.find(look, question.client)
    if client is None:
        raise NotFound("client", str(question.client))
    if client.life is Life.MERGED and client.merged_into is not None:
        return show_client(look, ShowClient(client=client.merged_into))
    if not sight.seen(look, [client.id]):
        raise not_allowed(look.actor, Permission.SEE_CLIENTS)
    setup = practice.load(look)
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    theirs = appointments.listed(look, setup, client=client.id, practitioner=own)
    owed = charges.listed(look, client.id, (), limit=None)
    asked = requests.listed(look, setup, client=client.id, order=RequestOrder.NEWEST)
    upcoming, past = parted(theirs, look.now)
    return ClientCard(
        client=client,
        upcoming=upcoming,
        past=past[:PAST],
        visits=sum(it.appointment.status is Status.DONE for it in theirs),
        no_shows=sum(it.appointment.status is Status.NO_SHOW for it in theirs),
        cancelled=sum(it.appointment.status in (Status.CANCELLED, Status.LATE_CANCELLED) for it in theirs),
        late=sum(it.appointment.status is Status.LATE_CANCELLED for it in theirs),
        owes=sum(it.charge.amount for it in owed if it.charge.state is ChargeState.DUE),
        charges=owed,
        requests=asked,
        mails=tuple(map(covered, mails.listed(look, client=client.id, limit=MAILS))),
    )


def parted(theirs: Iterable[Named], now: Instant) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
    """A client's appointments by start as what is next, and what is past or cancelled with the latest first."""
    ahead: list[Named] = []
    over: list[Named] = []
    for it in theirs:
        stands = it.appointment.end > now and it.appointment.status in HOLDS_TIME
        (ahead if stands else over).append(it)
    return tuple(ahead), tuple(reversed(over))


def masked(look: Look, hits: tuple[ClientHit, ...]) -> tuple[ClientHit, ...]:
    """A client somebody else sees is known to be there, so that nobody is made twice, and no more."""
    seen = sight.seen(look, [hit.id for hit in hits])
    return tuple(
        hit if hit.id in seen else replace(hit, phone="", email="", born=None, next=None, next_id=None)
        for hit in hits
    )


def _referred(look: Look, typed: str) -> tuple[Client | None, Appointment | None]:
    """The client a reference names, their own or an appointment's; and that appointment."""
    client, appointment = client_of_ref(typed), None
    if client is None:
        id_ = appointment_of_ref(typed)
        appointment = appointments.find(look, id_) if id_ is not None else None
        client = appointment.client if appointment is not None else None
    found = clients.find(look, client) if client is not None else None
    return (found, appointment) if found is not None and found.life is Life.ACTIVE else (None, None)


def hits(look: Look, found: Iterable[Client], named: Appointment | None = None) -> tuple[ClientHit, ...]:
    """With each its next appointment; with the one whose appointment was named, that."""
    found = list(found)
    if named is not None:
        return tuple(_hit(client, named.start, named.id) for client in found)
    upcoming = appointments.next_of(look, [ClientId(client.id) for client in found])
    return tuple(_hit(client, *upcoming.get(client.id, (None, None))) for client in found)


def _hit(client: Client, start: Instant | None, id_: AppointmentId | None) -> ClientHit:
    return ClientHit(
        id=client.id,
        name=client.name,
        phone=client.phone,
        email=client.email,
        born=client.born,
        next=start,
        next_id=id_,
    )


QUERIES: Queries = {
    FindClients: find_clients,
    FindDuplicates: find_duplicates,
    ShowClient: show_client,
}
