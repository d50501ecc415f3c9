"""Who asks, as they are at this moment: an id is looked up anew for every ask and every question."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.domain.actors import Actor, ActorKind, Entrance, client_actor, renewed
from frontdesk.core.domain.errors import NotAllowed
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, may, not_allowed, portal_lets
from frontdesk.core.store import clients, practice
from frontdesk.core.store.look import Look


def as_now(look: Look, actor: Actor, permission: Permission) -> Actor:
    """The actor with the name and roles they have now. Raises NotAllowed for who is not here any more."""
    match actor.kind:
        case ActorKind.STAFF:
            person = practice.load(look).staff.get(StaffId(actor.who.id))
            if person is None or person.life is not Life.ACTIVE:
                raise NotAllowed(permission.value, actor.name if person is None else person.name, is_gone=True)
            return renewed(actor, person)
        case ActorKind.CLIENT:
            client = clients.living(look, ClientId(int(actor.who.id))) if actor.who.id.isdecimal() else None
            if client is None or client.life is not Life.ACTIVE or not _still_speaks(actor, client):
                raise NotAllowed(permission.value, actor.name, is_gone=True)
            return client_actor(client, actor.entrance or Entrance.CODE, actor.contact)
        case ActorKind.APPLICANT:
            if not actor.who.id:
                raise NotAllowed(permission.value, actor.name, is_gone=True)
            return replace(actor, roles=())
        case ActorKind.DESK | ActorKind.SYSTEM:
            return actor


def require_may(look: Look, permission: Permission, owner: Owner | None = None) -> None:
    """At all, or to what is this owner's; who acts from outside also as far as the portal lets them.

    Raises NotAllowed.
    """
    actor = look.actor
    if not may(actor, permission, owner):
        raise not_allowed(actor, permission)
    if actor.is_from_outside and not portal_lets(practice.load(look).practice.portal, actor, permission):
        raise not_allowed(actor, permission)


def _still_speaks(actor: Actor, client: Client) -> bool:
    """Whether the contact who came in is one of the client's still."""
    return actor.contact is None or any(it.id == actor.contact for it in client.contacts)
