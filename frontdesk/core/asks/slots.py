"""Questions to the slot engine."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from frontdesk.core.asks.door import Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Start
from frontdesk.core.domain.views import SlotAnswer, VerdictAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Time off that is planned and not entered yet: naive wall time of the practice, half-open."""

    staff: StaffId
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSlots(Question[SlotAnswer]):
    """Offers on some local dates. Without a practitioner one offer a start. Raises NotFound."""

    needs = Permission.SEE_CALENDAR
    service: ServiceId
    first: date
    days: int = 15
    practitioner: StaffId | None = None
    location: LocationId | None = None
    room: RoomId | None = None
    asking: Asking = Asking.STAFF
    client: ClientId | None = None
    moving: AppointmentId | None = None
    """The appointment that would move: its own time counts as free, its length and buffers stay."""
    request: RequestId | None = None
    """The request that would be approved: its own hold counts as free."""
    hold: UUID | None = None
    """The open picker that asks: what it keeps counts as free."""
    away: Away | None = None
    """Asked as if this were entered."""
    each: bool = False
    """All offers of all practitioners instead of one a start."""
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWhy(Question[VerdictAnswer]):
    """The verdict on a start, of one practitioner or of each who offers the service. Raises NotFound."""

    needs = Permission.SEE_CALENDAR
    service: ServiceId
    start: Start
    practitioner: StaffId | None = None
    location: LocationId | None = None
    room: RoomId | None = None
    asking: Asking = Asking.STAFF
    client: ClientId | None = None
    moving: AppointmentId | None = None
    request: RequestId | None = None
    """The request that would be approved: its own hold counts as free."""
    hold: UUID | None = None
    """The open picker that asks: what it keeps counts as free."""
    away: Away | None = None
    """Asked as if this were entered."""
    nearest: int = 3
    """How many free starts near it to name."""
