"""Finding and showing clients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from frontdesk.core.asks.appointments import PagePast
from frontdesk.core.asks.clients import FindClients, FindDuplicates, ShowClient
from frontdesk.core.asks.door import Queries
from frontdesk.core.domain.appointments import (
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
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import Instant, local_date
from frontdesk.core.domain.views import AppointmentList, ClientCard, ClientHit, Named, RequestOrder
from frontdesk.core.parse.when import birth_date
from frontdesk.core.queries.mails import covered
from frontdesk.core.store import appointments, charges, clients, mails, practice, requests, search, sight
from frontdesk.core.store.look import Look

AHEAD, PAST = 100, 50
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
    _require_seen(look, client.id)
    setup = practice.load(look)
    theirs = their_appointments(look, setup, client.id, AHEAD, PAST)
    owed = charges.listed(look, client.id, (), limit=None)
    asked = requests.listed(look, setup, client=client.id, order=RequestOrder.NEWEST)
    return ClientCard(
        client=client,
        upcoming=theirs.upcoming,
        past=theirs.past,
        visits=theirs.count(Status.DONE),
        no_shows=theirs.count(Status.NO_SHOW),
        cancelled=theirs.count(Status.CANCELLED, Status.LATE_CANCELLED),
        late=theirs.count(Status.LATE_CANCELLED),
        ahead=theirs.ahead,
        over=theirs.over,
        owes=sum(it.charge.amount for it in owed if it.charge.state is ChargeState.DUE),
        charges=owed,
        requests=asked,
        mails=tuple(map(covered, mails.listed(look, client=client.id, limit=MAILS))),
    )


def page_past(look: Look, question: PagePast) -> AppointmentList:
    _require_seen(look, question.client)
    place = question.place
    found = appointments.listed(
        look,
        practice.load(look),
        client=question.client,
        practitioner=only_own(look.actor, Permission.SEE_CALENDAR),
        latest_first=True,
        stands=False,
        beyond=(place.start, place.id) if place is not None else None,
        limit=question.limit + 1,
    )
    return AppointmentList(items=found[: question.limit], more=len(found) > question.limit)


def _require_seen(look: Look, client: ClientId) -> None:
    if not sight.seen(look, [client]):
        raise not_allowed(look.actor, Permission.SEE_CLIENTS)


class Theirs(NamedTuple):
    """A client's appointments: the next ones, and the latest that are past or cancelled, with how many there are."""

    upcoming: tuple[Named, ...]
    past: tuple[Named, ...]
    counts: list[tuple[Status, bool, int]]

    def count(self, *statuses: Status) -> int:
        return sum(n for status, _, n in self.counts if status in statuses)

    @property
    def ahead(self) -> int:
        return sum(n for _, stands, n in self.counts if stands)

    @property
    def over(self) -> int:
        return sum(n for _, stands, n in self.counts if not stands)


def their_appointments(look: Look, setup: Setup, client: ClientId, ahead: int, past: int) -> Theirs:
    """So many of each, in the calendars that the actor sees."""
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    counts = appointments.count_of(look, client, own)
    return Theirs(
        appointments.listed(look, setup, client=client, practitioner=own, stands=True, limit=ahead),
        appointments.listed(
            look, setup, client=client, practitioner=own, stands=False, latest_first=True, limit=past
        ),
        counts,
    )


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
    PagePast: page_past,
    ShowClient: show_client,
}
