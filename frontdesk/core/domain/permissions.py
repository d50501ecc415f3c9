"""Who may do what: roles to permissions, each for everything or for one's own.

A practitioner's own clients are those they have had, or will have, an appointment with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from frontdesk.core.domain.people import Role, StaffId


class Permission(Enum):
    SEE_CALENDAR = "see_calendar"
    SEE_CLIENTS = "see_clients"
    CHANGE_APPOINTMENTS = "change_appointments"
    CHANGE_CLIENTS = "change_clients"
    OVERRIDE_RULES = "override_rules"
    DECIDE_REQUESTS = "decide_requests"
    CHANGE_TIME_OFF = "change_time_off"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_STAFF = "manage_staff"
    MOVE_DATA = "move_data"
    """Import and export of everything."""
    DELIVER_MAILS = "deliver_mails"
    """Nobody's but the system's: people decide about mails, workers carry them."""
    SIGN_IN = "sign_in"
    """Nobody's but the portal's, which asks for whoever stands at its door."""


class Scope(Enum):
    ALL = "all"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking. Until people sign in it is `desk`, with the admin role."""

    name: str
    roles: tuple[Role, ...]
    staff: StaffId | None = None


DESK = Actor(name="desk", roles=(Role.ADMIN,))
SYSTEM = Actor(name="system", roles=())
"""What happens by itself, as time passes."""

SYSTEM_POWERS = frozenset({Permission.DELIVER_MAILS, Permission.SIGN_IN})

_EVERYTHING = {it: Scope.ALL for it in Permission if it not in SYSTEM_POWERS}

POWERS: dict[Role, dict[Permission, Scope]] = {
    Role.ADMIN: _EVERYTHING,
    Role.MANAGER: {
        permission: scope for permission, scope in _EVERYTHING.items() if permission is not Permission.MANAGE_STAFF
    },
    Role.PRACTITIONER: {
        Permission.SEE_CALENDAR: Scope.OWN,
        Permission.SEE_CLIENTS: Scope.OWN,
        Permission.CHANGE_APPOINTMENTS: Scope.OWN,
        Permission.CHANGE_CLIENTS: Scope.OWN,
        Permission.OVERRIDE_RULES: Scope.OWN,
        Permission.DECIDE_REQUESTS: Scope.OWN,
        Permission.CHANGE_TIME_OFF: Scope.OWN,
    },
    Role.RECEPTIONIST: {
        Permission.SEE_CALENDAR: Scope.ALL,
        Permission.SEE_CLIENTS: Scope.ALL,
        Permission.CHANGE_APPOINTMENTS: Scope.ALL,
        Permission.CHANGE_CLIENTS: Scope.ALL,
        Permission.OVERRIDE_RULES: Scope.ALL,
        Permission.DECIDE_REQUESTS: Scope.ALL,
        Permission.CHANGE_TIME_OFF: Scope.ALL,
    },
    Role.VIEWER: {Permission.SEE_CALENDAR: Scope.ALL},
}


def scope_of(actor: Actor, permission: Permission) -> Scope | None:
    """The widest scope any of the actor's roles gives, None where no role does."""
    if actor == SYSTEM:
        return Scope.ALL if permission in SYSTEM_POWERS else None
    scopes = {POWERS[role].get(permission) for role in actor.roles}
    if Scope.ALL in scopes:
        return Scope.ALL
    return Scope.OWN if Scope.OWN in scopes else None


def only_own(actor: Actor, permission: Permission) -> StaffId | None:
    """The practitioner whose things alone the actor may do this to, None where it is everybody's."""
    return actor.staff if scope_of(actor, permission) is Scope.OWN else None


def may(actor: Actor, permission: Permission, practitioner: StaffId | None = None) -> bool:
    """Whether the actor may do this, to what belongs to this practitioner where one is named."""
    scope = scope_of(actor, permission)
    if scope is Scope.OWN and practitioner is not None:
        return practitioner == actor.staff
    return scope is not None
