"""Who may do what: roles and kinds of actors to permissions, each for everything or for one's own.

A practitioner's own clients are those they have had, or will have, an appointment with, or made. What clients and
applicants may do themselves is narrowed further by the practice's portal.
"""

from __future__ import annotations

from enum import Enum

from frontdesk.core.domain.actors import Actor, ActorKind, ApplicantId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import NotAllowed
from frontdesk.core.domain.people import ClientId, Role, StaffId
from frontdesk.core.domain.practice import Portal


class Permission(Enum):
    SEE_CALENDAR = "see_calendar"
    SEE_CLIENTS = "see_clients"
    CHANGE_APPOINTMENTS = "change_appointments"
    CHANGE_CLIENTS = "change_clients"
    ERASE_CLIENTS = "erase_clients"
    OVERRIDE_RULES = "override_rules"
    DECIDE_REQUESTS = "decide_requests"
    CHANGE_TIME_OFF = "change_time_off"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_STAFF = "manage_staff"
    MOVE_DATA = "move_data"
    """Import and export of everything."""
    DELIVER_MAILS = "deliver_mails"
    """Nobody's but the system's: people decide about mails, workers carry them."""
    KEEP_TIME = "keep_time"
    """Nobody's but the system's: write down what ended by itself."""
    SIGN_IN = "sign_in"
    """Nobody's but the portal's, which asks for whoever stands at its door."""
    REQUEST = "request"
    """Ask for an appointment, as its client does."""
    ANSWER = "answer"
    """See to what was asked, as its client does: say more, withdraw it, take an offer or none."""
    RESCHEDULE = "reschedule"
    """Ask to move an appointment, as its client does."""
    CANCEL = "cancel"
    """Cancel an appointment as its client does."""
    WRITE = "write"
    """Write to the practice as a client does."""


class Scope(Enum):
    ALL = "all"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a thing is: the practitioner's who sees to it, and the client's or applicant's it is for."""

    practitioner: StaffId | None = None
    client: ClientId | None = None
    applicant: ApplicantId | None = None


SYSTEM_POWERS = frozenset({Permission.DELIVER_MAILS, Permission.KEEP_TIME, Permission.SIGN_IN})

PORTAL_MAY: dict[Permission, str] = {
    Permission.REQUEST: "request",
    Permission.RESCHEDULE: "reschedule",
    Permission.CANCEL: "cancel",
    Permission.WRITE: "write",
}
"""What `portal.may` switches for who acts themself; it binds no staff, who write for a client."""

CLIENT_POWERS = frozenset({*PORTAL_MAY, Permission.ANSWER})
"""What clients do themselves, and staff for them."""

ADMINS_ALONE = frozenset({Permission.MANAGE_STAFF, Permission.ERASE_CLIENTS})

_EVERYTHING = {it: Scope.ALL for it in Permission if it not in SYSTEM_POWERS}
_AS_CLIENTS_DO = dict.fromkeys(CLIENT_POWERS, Scope.ALL)
_AS_ONES_OWN_DO = dict.fromkeys(CLIENT_POWERS, Scope.OWN)

POWERS: dict[Role | ActorKind, dict[Permission, Scope]] = {
    Role.ADMIN: _EVERYTHING,
    Role.MANAGER: {permission: scope for permission, scope in _EVERYTHING.items() if permission not in ADMINS_ALONE},
    Role.PRACTITIONER: {
        Permission.SEE_CALENDAR: Scope.OWN,
        Permission.SEE_CLIENTS: Scope.OWN,
        Permission.CHANGE_APPOINTMENTS: Scope.OWN,
        Permission.CHANGE_CLIENTS: Scope.OWN,
        Permission.OVERRIDE_RULES: Scope.OWN,
        Permission.DECIDE_REQUESTS: Scope.OWN,
        Permission.CHANGE_TIME_OFF: Scope.OWN,
        **_AS_ONES_OWN_DO,
    },
    Role.RECEPTIONIST: {
        Permission.SEE_CALENDAR: Scope.ALL,
        Permission.SEE_CLIENTS: Scope.ALL,
        Permission.CHANGE_APPOINTMENTS: Scope.ALL,
        Permission.CHANGE_CLIENTS: Scope.ALL,
        Permission.OVERRIDE_RULES: Scope.ALL,
        Permission.DECIDE_REQUESTS: Scope.ALL,
        Permission.CHANGE_TIME_OFF: Scope.ALL,
        **_AS_CLIENTS_DO,
    },
    Role.VIEWER: {Permission.SEE_CALENDAR: Scope.ALL},
    ActorKind.CLIENT: _AS_ONES_OWN_DO,
    ActorKind.APPLICANT: {Permission.REQUEST: Scope.OWN, Permission.ANSWER: Scope.OWN},
    ActorKind.SYSTEM: dict.fromkeys(SYSTEM_POWERS, Scope.ALL),
}
"""The desk has the powers of the roles it acts with."""

NOBODY = StaffId("")
"""A practitioner that no practice has."""


def scope_of(actor: Actor, permission: Permission) -> Scope | None:
    """The widest scope any of the actor's roles, or their kind, gives; None where none does."""
    of: tuple[Role | ActorKind, ...] = (actor.kind, *actor.roles)
    scopes = {POWERS[it].get(permission) for it in of if it in POWERS}
    if Scope.ALL in scopes:
        return Scope.ALL
    return Scope.OWN if Scope.OWN in scopes else None


def portal_lets(portal: Portal, actor: Actor, permission: Permission) -> bool:
    """Whether the practice lets clients and applicants do this themselves; staff it does not bind."""
    match actor.kind:
        case ActorKind.APPLICANT:
            may_ask = portal.new_clients and _may(portal, permission)
            return portal.enabled and (permission is Permission.ANSWER or may_ask)
        case ActorKind.CLIENT:
            return portal.enabled and _may(portal, permission)
        case ActorKind.STAFF | ActorKind.DESK | ActorKind.SYSTEM:
            return True


def _may(portal: Portal, permission: Permission) -> bool:
    name = PORTAL_MAY.get(permission)
    return name is None or name in portal.may


def is_hidden(actor: Actor, owner: Owner) -> bool:
    """Whether who comes from outside is not even told that there is such a thing: it is somebody else's."""
    match actor.kind:
        case ActorKind.CLIENT:
            return owner.client != actor.client
        case ActorKind.APPLICANT:
            return owner.applicant != actor.applicant
        case ActorKind.STAFF | ActorKind.DESK | ActorKind.SYSTEM:
            return False


def not_allowed(actor: Actor, permission: Permission) -> NotAllowed:
    """The refusal, naming the roles that may."""
    return NotAllowed(permission.value, actor.name, roles_with(permission))


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Whom to ask: the roles that may do this to everybody's."""
    return tuple(role for role in Role if POWERS[role].get(permission) is Scope.ALL)


def only_own(actor: Actor, permission: Permission) -> StaffId | None:
    """The practitioner whose things alone the actor may do this to, None where it is everybody's.

    The system, which acts for all, is shown all; NOBODY for who else may not do it to everybody's.
    """
    if scope_of(actor, permission) is Scope.ALL or actor.kind is ActorKind.SYSTEM:
        return None
    return actor.staff or NOBODY


def may(actor: Actor, permission: Permission, owner: Owner | None = None) -> bool:
    """Whether the actor may do this at all, or to what is this owner's.

    Staff may do it to what is nobody's yet; who comes from outside only to what is theirs.
    """
    scope = scope_of(actor, permission)
    if scope is not Scope.OWN or owner is None:
        return scope is not None
    if actor.kind is ActorKind.CLIENT:
        return owner.client == actor.client
    if actor.kind is ActorKind.APPLICANT:
        return owner.applicant == actor.applicant
    return owner.practitioner is None or owner.practitioner == actor.staff
