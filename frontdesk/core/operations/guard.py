"""The checks every operation makes the same way."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.errors import Refused, SlotTaken, Stale
from frontdesk.core.domain.kinds import Counted, kind_of, owner_of
from frontdesk.core.domain.objections import Objection, SlotObjection
from frontdesk.core.domain.people import ClientId, Role, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, Scope, not_allowed, scope_of
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.scenes import Offer
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.queries.actors import require_may
from frontdesk.core.store import clients, events, sight
from frontdesk.core.store.look import Look


def require_allowed(
    look: Look, permission: Permission, owner: Owner | None = None, *, overriding: Setup | None = None
) -> None:
    """Raises NotAllowed. With `overriding` also what a receptionist's override needs of the settings."""
    require_may(look, permission, owner)
    if overriding is not None:
        require_may(look, Permission.OVERRIDE_RULES, owner)
        if not overriding.practice.desk.receptionists_override and _is_only_receptionist(look):
            raise not_allowed(look.actor, Permission.OVERRIDE_RULES)


def require_decides(look: Look, setup: Setup, practitioner: StaffId, service: ServiceId) -> None:
    """Requests are decided by who has power over that calendar, receptionists where the practice lets them.

    A practitioner decides about their own time, of services they offer. Raises NotAllowed.
    """
    require_allowed(look, Permission.DECIDE_REQUESTS, Owner(practitioner=practitioner))
    _require_offers(look, setup, Permission.DECIDE_REQUESTS, service)
    if not setup.practice.desk.receptionists_decide and _is_only_receptionist(look):
        raise not_allowed(look.actor, Permission.DECIDE_REQUESTS)


def _is_only_receptionist(look: Look) -> bool:
    return look.actor.staff is not None and set(look.actor.roles) <= {Role.RECEPTIONIST, Role.VIEWER}


def _require_offers(look: Look, setup: Setup, permission: Permission, service: ServiceId) -> None:
    """Who has power over their own alone has it over the services they offer. Raises NotAllowed."""
    staff = look.actor.staff
    if staff is None or scope_of(look.actor, permission) is not Scope.OWN:
        return
    if staff not in setup.staff or service not in setup.staff[staff].services:
        raise not_allowed(look.actor, permission)


def require_power_over(look: Look, setup: Setup, permission: Permission, appointment: Appointment) -> None:
    """A practitioner has power over their own appointments, of services they offer; a client over theirs.

    Raises NotAllowed.
    """
    require_allowed(look, permission, owner_of(appointment))
    _require_offers(look, setup, permission, appointment.service)


def require_sees(look: Look, permission: Permission, client: ClientId) -> None:
    """Practitioners have power over the clients they see, clients over themselves. Raises NotAllowed."""
    require_may(look, permission)
    if scope_of(look.actor, permission) is Scope.OWN and not sight.seen(look, [client]):
        raise not_allowed(look.actor, permission)


def require_seen(look: Look, thing: Counted, seen: int | None) -> None:
    """Raises Stale with who changed it and what, where the asker saw an older revision."""
    if seen is None or seen == thing.revision:
        return
    kind, whose = kind_of(thing), kind_of(thing).client(thing)
    if look.actor.is_from_outside:  # who else works on it is not theirs to know
        raise Stale(kind.name, kind.reference(thing), by="", operation="", at=look.now, revision=thing.revision)
    client = clients.find(look, whose) if whose is not None else None
    last = events.last_of(look, kind.name, kind.id(thing))
    changes = last.changes if last is not None else ()
    raise Stale(
        kind.name,
        kind.reference(thing),
        by=last.actor_name if last else "",
        operation=last.operation if last else "",
        at=last.at if last else look.now,
        revision=thing.revision,
        name=client.name if client is not None else "",
        change=next((it for it in changes if (it.kind, it.id) == (kind.name, kind.id(thing))), None),
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
