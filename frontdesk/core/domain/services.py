"""What can be booked, and where: services, locations, rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import NewType, TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.policies import Approval, Policy

ServiceId = NewType("ServiceId", str)
LocationId = NewType("LocationId", str)
Waiting: TypeAlias = Mapping[str, object]
"""Keys of parts that are not built yet, as they were given: they are kept, and do nothing."""
RoomId = NewType("RoomId", str)


class LocationKind(Enum):
    ADDRESS = "address"
    PHONE = "phone"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    id: LocationId
    name: str
    kind: LocationKind = LocationKind.ADDRESS
    address: str = ""
    link: str = ""
    timezone: str = ""
    """Empty: the practice's."""
    life: Life = Life.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A resource inside a location: room, chair, machine."""

    id: RoomId
    name: str
    location: LocationId
    life: Life = Life.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    id: ServiceId
    name: str
    duration: int
    """Minutes."""
    price: int | None = None
    """Minor units of the practice's currency."""
    online: bool = False
    locations: tuple[LocationId, ...] = ()
    """Empty: all."""
    rooms: tuple[RoomId, ...] = ()
    """Needs one of these; empty: none."""
    approval: Approval | None = None
    start_interval: int | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    reminders: tuple[int, ...] | None = None
    policy: Policy = Policy()
    waiting: Waiting = field(default_factory=dict)
    life: Life = Life.ACTIVE
