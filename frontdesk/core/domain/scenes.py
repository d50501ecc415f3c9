"""What a search for slots looks at, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.objections import (
    Culprit,
    SlotObjection,
)
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.services import LocationId, RoomId, Service
from frontdesk.core.domain.times import (
    MINUTE,
    Instant,
    Span,
    Start,
)

Busy: TypeAlias = tuple[Instant, Instant, Instant, Instant]
"""One claim as the engine sees it: start, end, padded start, padded end."""
Removed: TypeAlias = tuple[Instant, Instant]
"""Starts that may not be: from the first, up to but not with the second."""
EVER: Removed = (-(1 << 60), 1 << 60)


class Asking(Enum):
    """On whose behalf a time is looked for."""

    CLIENT = "client"
    NEW = "new"
    STAFF = "staff"


class Offer(NamedTuple):
    start: Instant
    end: Instant
    practitioner: StaffId
    location: LocationId
    room: RoomId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a client has already, for the limits; None where the limit does not apply."""

    upcoming: int | None = None
    pending: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, of whom, and by whom."""

    service: Service
    asking: Asking
    now: Instant
    duration: int
    before: int
    after: int
    """Seconds, as the buffers and the duration are."""
    room: RoomId | None = None
    """The one room staff chose; None takes the first free of the service's list."""
    counts: Counts = Counts()


@dataclass(frozen=True, slots=True)
class Place:
    """One practitioner at one location: where the engine looks."""

    practitioner: StaffId
    location: LocationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What lies around the wish: the practice, and who has which time (claims of the own holder excepted)."""

    setup: Setup
    wish: Wish
    busy: Mapping[ResourceId, Sequence[Busy]]
    client_busy: Sequence[Span] = ()
    culprits: Mapping[ResourceId, Sequence[Culprit]] | None = None
    """The same claims with their stories; only a verdict needs them."""
    client_culprits: Sequence[Culprit] = ()

    @property
    def binds_clients(self) -> bool:
        return self.wish.asking is not Asking.STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to "may this start be booked?", with all the reasons; `slot` is what would be taken."""

    practitioner: StaffId
    location: LocationId
    room: RoomId | None
    start: Start
    end: Instant | None
    reasons: tuple[SlotObjection, ...]
    warnings: tuple[SlotObjection, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reasons

    def blocking(self, overridden: bool) -> tuple[SlotObjection, ...]:
        """The reasons that stand, with or without an override."""
        return tuple(reason for reason in self.reasons if not (overridden and reason.overridable))


def wish_for(
    setup: Setup,
    service: Service,
    asking: Asking,
    now: Instant,
    *,
    room: RoomId | None = None,
    counts: Counts = Counts(),
) -> Wish:
    """A wish with the service's own duration and the buffers in force."""
    before, after = setup.buffers_of(service)
    return Wish(
        service=service,
        asking=asking,
        now=now,
        duration=service.duration * MINUTE,
        before=before * MINUTE,
        after=after * MINUTE,
        room=room,
        counts=counts,
    )
