"""The checks every operation makes the same way, and `record`, which ends each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from frontdesk.core.domain.appointments import Appointment, client_ref
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.errors import NotAllowed, Refused, SlotTaken, Stale
from frontdesk.core.domain.events import AutomationRan, Change, Event
from frontdesk.core.domain.notices import notices_of
from frontdesk.core.domain.objections import Objection, SlotObjection
from frontdesk.core.domain.people import Client, ClientId, Role, StaffId
from frontdesk.core.domain.permissions import Permission, Scope, may, scope_of
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.slots import Offer
from frontdesk.core.operations import automations
from frontdesk.core.operations.telling import tell
from frontdesk.core.store import clients, events, notices, sight
from frontdesk.core.store.look import Look, Tx

E = TypeVar("E", bound=Event)


def record(tx: Tx, event: E) -> E:
    """Write history, who is to be told of it, and the mails that tell; the last thing an operation does.

    What had ended by itself and lay in the way comes first, as the system's doing.
    """
    record_ends(tx)
    return _tell(tx, events.append(tx, event))


def record_ends(tx: Tx) -> tuple[Event, ...]:
    """Write what had ended by itself and was met on the way."""
    ended, tx.ran_out = tx.ran_out, []
    return tuple(_tell(tx, events.append(tx, fact)) for fact in ended)


def _tell(tx: Tx, event: E) -> E:
    notices.add(tx, event.id, notices_of(event))
    tell(tx, event)
    ran = automations.follow(tx, event)
    for it in ran:
        _tell(tx, events.append(tx, it))
    return _as_left(event, ran)


def _as_left(event: E, ran: Iterable[AutomationRan]) -> E:
    """The answer names an appointment as it is now, with what automations noted on it: who goes on is not Stale."""
    noted = {it.after.id: it.after for fact in ran for it in fact.all_changes if isinstance(it.after, Appointment)}
    told = getattr(event, "appointment", None)
    if not isinstance(told, Appointment) or told.id not in noted:
        return event
    now: dict[str, Any] = {"appointment": noted[told.id]}
    return replace(event, **now)


def require_allowed(
    look: Look, permission: Permission, practitioner: StaffId | None = None, *, overriding: Setup | None = None
) -> None:
    """Raises NotAllowed. With `overriding` also what a receptionist's override needs of the settings."""
    if not may(look.actor, permission, practitioner):
        raise NotAllowed(permission.value, look.actor.name)
    if overriding is not None:
        closed = not overriding.practice.desk.receptionists_override
        if not may(look.actor, Permission.OVERRIDE_RULES, practitioner) or (closed and _is_only_receptionist(look)):
            raise NotAllowed(Permission.OVERRIDE_RULES.value, look.actor.name)


def require_decides(look: Look, practice: Setup, practitioner: StaffId, service: ServiceId) -> None:
    """Requests are decided by who has power over that calendar, receptionists where the practice lets them.

    A practitioner decides about their own time, of services they offer. Raises NotAllowed.
    """
    require_allowed(look, Permission.DECIDE_REQUESTS, practitioner)
    if scope_of(look.actor, Permission.DECIDE_REQUESTS) is Scope.OWN and look.actor.staff is not None:
        person = practice.staff.get(look.actor.staff)
        if person is None or service not in person.services:
            raise NotAllowed(Permission.DECIDE_REQUESTS.value, look.actor.name)
    if not practice.practice.desk.receptionists_decide and _is_only_receptionist(look):
        raise NotAllowed(Permission.DECIDE_REQUESTS.value, look.actor.name)


def _is_only_receptionist(look: Look) -> bool:
    return set(look.actor.roles) <= {Role.RECEPTIONIST, Role.VIEWER}


def require_power_over(look: Look, practice: Setup, permission: Permission, appointment: Appointment) -> None:
    """A practitioner has power over their own appointments, of services they offer. Raises NotAllowed."""
    require_allowed(look, permission, appointment.practitioner)
    if scope_of(look.actor, permission) is Scope.OWN and look.actor.staff is not None:
        person = practice.staff.get(look.actor.staff)
        if person is None or appointment.service not in person.services:
            raise NotAllowed(permission.value, look.actor.name)


def require_sees(look: Look, permission: Permission, client: ClientId) -> None:
    """Practitioners have power over the clients they see. Raises NotAllowed."""
    if scope_of(look.actor, permission) is Scope.OWN and not sight.seen(look, [client]):
        raise NotAllowed(permission.value, look.actor.name)


def require_seen(look: Look, thing: Appointment | Client | Request | Charge, seen: int | None) -> None:
    """Raises Stale with who changed it and what, where the asker saw an older revision."""
    if seen is None or seen == thing.revision:
        return
    kind = Change(None, thing).kind
    client = thing if isinstance(thing, Client) else clients.find(look, thing.client) if thing.client else None
    last = events.last_of(look, kind, str(thing.id))
    changes = last.changes if last is not None else ()
    raise Stale(
        kind,
        thing.ref if isinstance(thing, Appointment | Request) else client_ref(thing.id) if client is thing else "",
        by=last.actor if last else "",
        operation=last.operation if last else "",
        at=last.at if last else look.now,
        revision=thing.revision,
        name=client.name if client is not None else "",
        change=next((it for it in changes if (it.kind, it.id) == (kind, str(thing.id))), None),
    )


def require_no_objection(objections: Iterable[Objection]) -> None:
    """Raises Refused with all of them."""
    objections = tuple(objections)
    if objections:
        raise Refused(objections)


def require_free(objections: tuple[SlotObjection, ...], nearest: tuple[Offer, ...] = ()) -> None:
    """Raises SlotTaken where the time is only taken or held, Refused for any other reason."""
    if not objections:
        return
    if all(objection.means_taken for objection in objections):
        raise SlotTaken(objections, nearest)
    raise Refused(objections)
