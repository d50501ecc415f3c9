"""Terms a practice, a practitioner or a service sets for cancelling, rescheduling and not coming."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
