"""Who acts: everybody who asks for something, told apart by kind and id, never by name."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import NewType

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import Client, ClientId, ContactId, Role, StaffId
from frontdesk.core.domain.practice import StaffMember

ApplicantId = NewType("ApplicantId", str)


class ActorKind(Enum):
    STAFF = "staff"
    CLIENT = "client"
    APPLICANT = "applicant"
    """Somebody whose address is known to be theirs, and who is no client yet."""
    DESK = "desk"
    """The service account's own command line, and a terminal where nobody signed in."""
    SYSTEM = "system"
    """What happens by itself, as time passes."""


FROM_OUTSIDE = frozenset({ActorKind.CLIENT, ActorKind.APPLICANT})
"""Clients and applicants who act themselves: what they did is not taken back for them."""


class Entrance(Enum):
    """How somebody from outside proved who they are."""

    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ActorId:
    """What is kept of an actor. Two people of one name have two; a renamed one keeps theirs."""

    kind: ActorKind
    id: str = ""

    @property
    def key(self) -> str:
        """As one text: `staff:ann`, `desk`."""
        return f"{self.kind.value}:{self.id}" if self.id else self.kind.value


def actor_of_key(key: str) -> ActorId:
    kind, _, id_ = key.partition(":")
    return ActorId(ActorKind(kind), id_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who asks, as they are at this moment."""

    who: ActorId
    name: str
    """As it is shown; it decides nothing."""
    roles: tuple[Role, ...] = ()
    """A staff member's, or those the desk acts with."""
    contact: ContactId | None = None
    """Who speaks for a client that is a company."""
    entrance: Entrance | None = None
    """Of those from outside."""
    address: str = ""
    """The e-mail an applicant has shown to be theirs."""

    @property
    def kind(self) -> ActorKind:
        return self.who.kind

    @property
    def staff(self) -> StaffId | None:
        return StaffId(self.who.id) if self.kind is ActorKind.STAFF else None

    @property
    def client(self) -> ClientId | None:
        return ClientId(int(self.who.id)) if self.kind is ActorKind.CLIENT else None

    @property
    def applicant(self) -> ApplicantId | None:
        return ApplicantId(self.who.id) if self.kind is ActorKind.APPLICANT else None

    @property
    def is_from_outside(self) -> bool:
        return self.kind in FROM_OUTSIDE


DESK = Actor(who=ActorId(ActorKind.DESK), name="desk", roles=(Role.ADMIN,))
"""Until the first admin has a PIN it may do everything, and is named so in the history."""
SYSTEM = Actor(who=ActorId(ActorKind.SYSTEM), name="system")


def staff_actor(person: StaffMember) -> Actor:
    return Actor(who=staff_id(person.id), name=person.name, roles=person.roles)


def staff_id(id_: StaffId) -> ActorId:
    return ActorId(ActorKind.STAFF, id_)


def client_actor(client: Client, entrance: Entrance, contact: ContactId | None = None) -> Actor:
    """A client, or for a company one of its contacts, whose name is then shown."""
    speaks = next((it.name for it in client.contacts if contact is not None and it.id == contact), client.name)
    who = ActorId(ActorKind.CLIENT, str(client.id))
    return Actor(who=who, name=speaks, entrance=entrance, contact=contact)


def applicant_actor(id_: ApplicantId, address: str) -> Actor:
    """Somebody who asks for a first appointment, by an id of their own and an e-mail that a code proved."""
    return Actor(who=ActorId(ActorKind.APPLICANT, id_), name=address, entrance=Entrance.CODE, address=address)


def renewed(actor: Actor, person: StaffMember) -> Actor:
    """The same staff member with the name and the roles they have now."""
    return replace(actor, name=person.name, roles=person.roles)
