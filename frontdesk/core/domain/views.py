"""What queries answer: values ready to be drawn or printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status
from frontdesk.core.domain.hours import TimeOffId
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.slots import Offer, Verdict
from frontdesk.core.domain.times import Instant, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An appointment with the names people know it by."""

    appointment: Appointment
    client_name: str
    client_phone: str
    client_born: date | None
    service_name: str
    practitioner_name: str
    location_name: str
    room_name: str = ""


class Block(NamedTuple):
    """One appointment in the grid."""

    id: AppointmentId
    client: ClientId
    client_name: str
    service_name: str
    start: Instant
    end: Instant
    padded_start: Instant
    padded_end: Instant
    status: Status
    lane: int
    revision: int

    def is_late(self, now: Instant) -> bool:
        return self.status in (Status.BOOKED, Status.CONFIRMED) and self.start <= now


class Shut(NamedTuple):
    """Time of a column that is not open: `closed`, `away` or simply outside hours (empty label)."""

    start: Instant
    end: Instant
    label: str = ""
    time_off: TimeOffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One practitioner on one local date."""

    practitioner: StaffId
    name: str
    day: date
    zone: str
    location: LocationId | None
    span: Span
    open: tuple[Span, ...]
    shut: tuple[Shut, ...]
    blocks: tuple[Block, ...]

    @property
    def load(self) -> int:
        """Booked minutes in per cent of open ones; 0 where nothing is open."""
        minutes = sum(span.minutes for span in self.open)
        taken = sum((b.end - b.start) // 60 for b in self.blocks if b.status is not Status.NO_SHOW)
        return round(100 * taken / minutes) if minutes else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Some days of some practitioners, day by day, in the practice's order within a day."""

    columns: tuple[Column, ...]
    now: Instant
    late: int
    """Booked or confirmed today, and the start has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    day: date
    booked: int
    minutes: int
    open_minutes: int

    @property
    def load(self) -> int:
        return round(100 * self.minutes / self.open_minutes) if self.open_minutes else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentList:
    items: tuple[Named, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHit:
    """A client as a search finds them."""

    id: ClientId
    name: str
    phone: str
    email: str
    born: date | None
    next: Instant | None
    """Their next appointment; the one that was named, where its reference was."""
    next_id: AppointmentId | None

    @property
    def birthday(self) -> str:
        """The birth date as ISO text, or nothing."""
        return self.born.isoformat() if self.born else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    client: Client
    upcoming: tuple[Named, ...]
    past: tuple[Named, ...]
    visits: int
    no_shows: int
    cancelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotAnswer:
    """Offers, and what to say when there are none."""

    offers: tuple[Offer, ...]
    more: bool = False
    why_none: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictAnswer:
    verdicts: tuple[Verdict, ...]
    nearest: tuple[Offer, ...] = ()
