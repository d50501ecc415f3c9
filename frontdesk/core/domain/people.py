"""The people of a practice: staff members and clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import date
from enum import Enum
from typing import NewType

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life

StaffId = NewType("StaffId", str)
ClientId = NewType("ClientId", int)
ContactId = NewType("ContactId", str)


class Role(Enum):
    ADMIN = "admin"
    MANAGER = "manager"
    PRACTITIONER = "practitioner"
    RECEPTIONIST = "receptionist"
    VIEWER = "viewer"


class ClientKind(Enum):
    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Someone to reach for a client: a parent, a company's front office."""

    name: str
    phone: str = ""
    email: str = ""
    id: ContactId | None = field(default=None, compare=False)
    """Given when it is kept, and to nobody else later; two of whom the same is known are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A person or a company. An e-mail is not identity: it may be missing or shared by a family."""

    id: ClientId
    name: str
    kind: ClientKind = ClientKind.PERSON
    phone: str = ""
    email: str = ""
    born: date | None = None
    contacts: tuple[Contact, ...] = ()
    locale: str = ""
    note: str = ""
    preferences: str = ""
    source: str = ""
    """Which import the source id belongs to."""
    source_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    """Columns of an import that have no field of their own."""
    life: Life = Life.ACTIVE
    merged_into: ClientId | None = None
    created_at: int = 0
    revision: int = 1


def with_ids(
    contacts: Iterable[Contact], before: Iterable[Contact], new_id: Callable[[], ContactId]
) -> tuple[Contact, ...]:
    """Contacts as they are kept: who was there before keeps their id, found by it or by what is known of them.

    Everybody else gets a new one, whatever they bring.
    """
    left, kept = list(before), []
    for it in contacts:
        was = next((was for was in left if it.id is not None and was.id == it.id), None)
        was = was or next((was for was in left if was == it), None)
        if was is not None:
            left.remove(was)
        kept.append(replace(it, id=(was.id if was is not None else None) or new_id()))
    return tuple(kept)
