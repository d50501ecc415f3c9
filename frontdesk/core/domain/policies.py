"""Terms a practice, a practitioner or a service sets for cancelling, rescheduling and not coming."""

from __future__ import annotations

from enum import Enum
from typing import Any, Generic, TypeVar

from frontdesk.core.domain.dataclass import dataclass

T = TypeVar("T")


class Approval(Enum):
    """What a client's booking needs before it stands."""

    STAFF = "staff"
    AUTO = "auto"
    FIRST_VISIT = "first_visit"


class Channel(Enum):
    ONLINE = "online"
    PHONE = "phone"


class Inside(Enum):
    """What happens inside the notice."""

    LATE = "late"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Each field as one level sets it; None leaves it to the next level."""

    cancel: Channel | None = None
    reschedule: Channel | None = None
    notice: int | None = None
    """Hours before the start, inclusive."""
    reschedule_notice: int | None = None
    inside_notice: Inside | None = None
    inside_reschedule_notice: Inside | None = None
    late_fee: str | None = None
    """An amount in the practice's currency (`25.00`) or a percentage of the price (`50%`)."""
    late_reschedule_fee: str | None = None
    no_show_fee: str | None = None
    reschedule_needs_approval: bool | None = None
    text: str | None = None


class Level(Enum):
    """Where a term comes from; the first of service, practitioner, practice that sets it wins."""

    SERVICE = "service"
    PRACTITIONER = "practitioner"
    PRACTICE = "practice"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Term(Generic[T]):
    """One field of a policy as it was resolved, with the level it came from."""

    value: T
    level: Level = Level.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A policy as resolved for one appointment when it was booked; kept by content, never changed."""

    cancel: Term[Channel]
    reschedule: Term[Channel]
    notice: Term[int]
    reschedule_notice: Term[int]
    inside_notice: Term[Inside]
    inside_reschedule_notice: Term[Inside]
    late_fee: Term[str]
    late_reschedule_fee: Term[str]
    no_show_fee: Term[str]
    reschedule_needs_approval: Term[bool]
    text: Term[str]


DEFAULTS = Policy(
    cancel=Channel.ONLINE,
    reschedule=Channel.ONLINE,
    notice=24,
    inside_notice=Inside.LATE,
    inside_reschedule_notice=Inside.REFUSE,
    late_fee="0",
    late_reschedule_fee="0",
    no_show_fee="0",
    reschedule_needs_approval=True,
    text="",
)
"""Where no level sets a field; the notice for rescheduling is then the one for cancelling."""


def resolved(service: Policy, practitioner: Policy, practice: Policy) -> Terms:
    """Field by field the first level that sets it."""
    levels = (
        (Level.SERVICE, service),
        (Level.PRACTITIONER, practitioner),
        (Level.PRACTICE, practice),
        (Level.DEFAULT, DEFAULTS),
    )
    found: dict[str, Term[Any]] = {}
    for name in Policy.__dataclass_fields__:
        set_by = ((level, getattr(policy, name)) for level, policy in levels)
        term = next((Term(value, level) for level, value in set_by if value is not None), None)
        found[name] = term if term is not None else found["notice"]
    return Terms(**found)
