"""What an actor may see, as conditions: a practitioner's own clients and history, everything for the others."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission, only_own, scope_of
from frontdesk.core.store import actors
from frontdesk.core.store.look import Look
from frontdesk.core.store.statements import EVERYTHING, NOTHING, Part, either, judged, number_of, shown

_OWN_CLIENTS = judged(
    "(client.id IN (SELECT a.client_id FROM appointment a WHERE a.practitioner_id = :own AND a.status <> 'undone')"
    " OR CAST(client.id AS TEXT) IN (SELECT t.thing_id FROM event_thing t JOIN event ON event.id = t.event_id"
    f" WHERE t.kind = 'client' AND event.operation IN ('add_client', 'book') AND {actors.DONE_BY}))"
)
"""Those with an appointment of theirs, and those they made."""
_TOUCHED = {it: number_of("touched", "kind", "thing_id", it) for it in ("appointment", "request")}
_OWN_EVENTS = judged(
    "EXISTS (SELECT 1 FROM event_thing touched WHERE touched.event_id = event.id AND ("
    f"EXISTS (SELECT 1 FROM appointment b WHERE b.id = {_TOUCHED['appointment']} AND b.practitioner_id = :own)"
    f" OR EXISTS (SELECT 1 FROM request r WHERE r.id = {_TOUCHED['request']} AND r.practitioner_id = :own)"
    " OR (touched.kind = 'client' AND touched.thing_id IN"
    "  (SELECT CAST(client.id AS TEXT) FROM client WHERE {clients}))))"
)
_OWN_REQUESTS = judged(
    "(request.practitioner_id = :own OR EXISTS (SELECT 1 FROM appointment moved"
    " WHERE moved.id = request.appointment_id AND moved.practitioner_id = :own))"
)
_MAILED = {it: number_of("mail", "subject_kind", "subject_id", it) for it in ("appointment", "request")}
_OWN_MAILS = judged(
    f"(EXISTS (SELECT 1 FROM appointment b WHERE b.id = {_MAILED['appointment']} AND b.practitioner_id = :own)"
    f" OR EXISTS (SELECT 1 FROM request r WHERE r.id = {_MAILED['request']} AND r.practitioner_id = :own)"
    " OR mail.staff_id = :own)"
)
_AMONG = shown(lambda look: of_clients(look), "SELECT client.id FROM client WHERE client.id IN :these AND {seen}")


def of_clients(look: Look) -> Part:
    """On `client`: those the actor has, or had, an appointment with, or made; from outside themselves."""
    if look.actor.is_from_outside:
        return Part("client.id = :own_client", {"own_client": look.actor.client or 0})
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    return EVERYTHING if own is None else Part(_OWN_CLIENTS, {"own": own, **actors.values(look.actor.who)})


def of_events(look: Look) -> Part:
    """On `event`: what the actor did, and what happened to their appointments, requests and clients."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is None:
        return EVERYTHING
    clients = of_clients(look)
    return either(
        actors.done_by(look.actor.who),
        Part(_OWN_EVENTS.replace("{clients}", clients.text), {"own": own, **clients.values}),
    )


def of_appointments(look: Look) -> Part:
    """On `appointment`: those in the calendars that the actor sees."""
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    return EVERYTHING if own is None else Part("appointment.practitioner_id = :own", {"own": own})


def of_affairs(look: Look) -> Part:
    """On `appointment`: those whose clients, with what they owe, the actor sees."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    return EVERYTHING if own is None else Part("appointment.practitioner_id = :own", {"own": own})


def of_requests(look: Look) -> Part:
    """On `request`: those for the actor's own time, and those to move their appointments."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    return EVERYTHING if own is None else Part(_OWN_REQUESTS, {"own": own})


def of_mails(look: Look) -> Part:
    """On `mail`: practitioners see those about their own appointments and requests."""
    if scope_of(look.actor, Permission.SEE_CLIENTS) is None:
        return NOTHING
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    return EVERYTHING if own is None else Part(_OWN_MAILS, {"own": own})


def of_work(look: Look) -> Part:
    """On `work`: what is about the calendars that the actor sees."""
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    return EVERYTHING if own is None else Part("work.practitioner_id = :own", {"own": own})


def seen(look: Look, among: Iterable[ClientId]) -> set[ClientId]:
    """Those of some clients that the actor may see."""
    return {ClientId(id_) for id_ in look.ask(_AMONG, {"these": list(among)}).scalars()}
