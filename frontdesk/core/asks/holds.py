"""Asks about times that an open slot picker keeps."""

from __future__ import annotations

from uuid import UUID

from frontdesk.core.asks.door import Ask
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Instant, Start


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSlot(Ask[Instant]):
    """Keep a free time for some minutes; answers until when. Raises NotFound, Refused or SlotTaken.

    Asked again with the same key it moves, or is renewed. Records nothing.
    """

    needs = Permission.CHANGE_APPOINTMENTS
    key: UUID
    """Chosen by the picker; a booking that names it may take the time."""
    service: ServiceId
    start: Start
    practitioner: StaffId | None = None
    location: LocationId | None = None
    room: RoomId | None = None
    client: ClientId | None = None
    moving: AppointmentId | None = None
    request: RequestId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSlot(Ask[None]):
    """The picker is left: its time is free at once. Records nothing."""

    needs = Permission.CHANGE_APPOINTMENTS
    key: UUID
