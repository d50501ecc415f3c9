"""A practice as values: its settings, and the whole set-up the slot engine works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NewType

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.hours import (
    Closure,
    DayException,
    TimeOff,
    Week,
    span_of_closure,
    span_of_time_off,
    working_spans,
)
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.policies import Approval, Policy, Terms, resolved
from frontdesk.core.domain.services import Location, LocationId, Room, RoomId, Service, ServiceId, Waiting
from frontdesk.core.domain.times import Span

if TYPE_CHECKING:  # settings say who may change them, and so stand above people
    from frontdesk.core.domain.settings import Chosen

ReasonId = NewType("ReasonId", str)
ResourceId = NewType("ResourceId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """How booking works; staff are bound only where the slot engine's rules say so."""

    initial_service: ServiceId | None
    approval: Approval
    start_interval: int
    minimum_notice: int
    horizon: int
    buffer_before: int
    buffer_after: int
    request_expiry: int
    answer_by: int
    picker_hold: int
    max_upcoming: int
    max_pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    enabled: bool
    new_clients: bool
    address: str
    link: str
    may: tuple[str, ...]
    change_service: bool
    consent: str

    @property
    def base(self) -> str:
        """Where links lead; empty while the portal is off or has no address."""
        return self.address.rstrip("/") if self.enabled else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    reminders: tuple[int, ...]
    grace: int
    quiet_hours: tuple[str, str] | None
    service_in_subject: bool
    calendar_files: bool
    templates: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    receptionists_decide: bool
    receptionists_override: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    ticket_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """Something done when an event happens; kept as written until it is run."""

    id: str
    on: str
    when: dict[str, str] = field(default_factory=dict)
    do: dict[str, str] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The settings in force, as the house works with them: what was chosen, else how a practice begins."""

    name: str
    timezone: str
    locale: str
    country: str
    currency: str
    phone: str
    email: str
    labels: Mapping[str, str]
    booking: Booking
    policy: Policy
    portal: Portal
    mail: Mail
    desk: DeskSettings
    requests: Requests
    automations: tuple[Automation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Someone who works here; a practitioner has services and weeks."""

    id: StaffId
    name: str
    email: str = ""
    roles: tuple[Role, ...] = ()
    services: tuple[ServiceId, ...] = ()
    mail_my_changes: bool | None = None
    weeks: tuple[Week, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    policy: Policy = Policy()
    waiting: Waiting = field(default_factory=dict)
    life: Life = Life.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an appointment is cancelled."""

    id: ReasonId
    label: str
    needs_text: bool = False
    rebook_link: bool = False
    offered: bool = True
    """Whether people may choose it; an import's reason is not offered."""
    position: int = 0
    waiting: Waiting = field(default_factory=dict)
    life: Life = Life.ACTIVE


PLACEHOLDER = "Practitioner One"
"""Who a new practice begins with until its people are named."""

BY_CLIENT = ReasonId("client_asked")
"""The reason of a cancel that a client does themself."""

FIRST_REASONS: tuple[Reason, ...] = tuple(
    Reason(
        id=ReasonId(id_),
        label=label,
        rebook_link="rebook_link" in flags,
        needs_text="needs_text" in flags,
        offered=id_ != "imported",
        position=position,
    )
    for position, (id_, label, flags) in enumerate(
        (
            ("client_asked", "Client asked", "rebook_link"),
            ("client_ill", "Client ill", "rebook_link"),
            ("staff_ill", "Practitioner ill", "rebook_link"),
            ("schedule", "Schedule conflict", "rebook_link"),
            ("emergency", "Weather or emergency", "rebook_link"),
            ("ended", "Care ended or moved elsewhere", ""),
            ("mistake", "Booked by mistake", ""),
            ("other", "Other", "rebook_link needs_text"),
            ("imported", "Imported", ""),
        )
    )
)
"""What every practice starts with."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Setup:
    """Everything about a practice that is not a booking, as one value; open time is computed once and kept."""

    practice: Practice
    chosen: Mapping[str, Chosen]
    """What of it somebody chose, by key."""
    locations: Mapping[LocationId, Location]
    rooms: Mapping[RoomId, Room]
    services: Mapping[ServiceId, Service]
    staff: Mapping[StaffId, StaffMember]
    closures: tuple[Closure, ...]
    time_off: tuple[TimeOff, ...]
    reasons: Mapping[ReasonId, Reason]
    staff_resources: Mapping[StaffId, ResourceId]
    room_resources: Mapping[RoomId, ResourceId]
    revision: int
    unknown: Mapping[str, object] = field(default_factory=dict)
    """What a later version kept with it, by where it stands: it stays, and is shown as it is."""
    _kept: dict[tuple[object, ...], tuple[Span, ...]] = field(default_factory=dict, repr=False)
    _terms: dict[tuple[ServiceId, StaffId | None], Terms] = field(default_factory=dict, repr=False)

    def name_of(self, actor: str) -> str:
        """What an actor is called now, by the key that is kept of them; a staff member by their name."""
        kind, _, id_ = actor.partition(":")
        person = self.staff.get(StaffId(id_)) if kind == "staff" else None
        return person.name if person is not None else actor

    def zone_of(self, location: LocationId) -> str:
        return self.locations[location].timezone or self.practice.timezone

    def locations_of(self, service: Service) -> tuple[LocationId, ...]:
        """Where a service is given, in the order of its list or of the practice's."""
        named = service.locations or tuple(self.locations)
        return tuple(id_ for id_ in named if self.locations[id_].life is Life.ACTIVE)

    def practitioners(self) -> tuple[StaffMember, ...]:
        """Who has appointments, in the practice's order."""
        return tuple(
            person
            for person in self.staff.values()
            if person.life is Life.ACTIVE and (Role.PRACTITIONER in person.roles or person.services)
        )

    def offering(self, service: ServiceId) -> tuple[StaffMember, ...]:
        return tuple(person for person in self.practitioners() if service in person.services)

    def interval_of(self, service: Service) -> int:
        return service.start_interval or self.practice.booking.start_interval

    def buffers_of(self, service: Service) -> tuple[int, int]:
        """Minutes before and after: the service's own, else the practice's."""
        booking = self.practice.booking
        before, after = service.buffer_before, service.buffer_after
        return (
            booking.buffer_before if before is None else before,
            booking.buffer_after if after is None else after,
        )

    def terms_of(self, service: ServiceId, practitioner: StaffId | None) -> Terms:
        """The terms in force now: the first of service, practitioner, practice that sets a field wins."""
        key = (service, practitioner)
        if key not in self._terms:
            person = self.staff[practitioner].policy if practitioner is not None else Policy()
            self._terms[key] = resolved(self.services[service].policy, person, self.practice.policy)
        return self._terms[key]

    def approval_of(self, service: Service) -> Approval:
        return service.approval or self.practice.booking.approval

    def rooms_for(self, service: Service, location: LocationId) -> tuple[RoomId, ...]:
        """The rooms the service may use at a location, in its order."""
        return tuple(
            id_
            for id_ in service.rooms
            if self.rooms[id_].location == location and self.rooms[id_].life is Life.ACTIVE
        )

    def working(self, staff: StaffId, location: LocationId, first: date, days: int) -> tuple[Span, ...]:
        """Weekly hours and exceptions of some local dates as instants, with a margin on both sides.

        Two dates after, because a zone may skip a whole one and a visit may reach across it.
        """
        key = ("working", staff, location, first, days)
        if key not in self._kept:
            person = self.staff[staff]
            weeks = tuple(week for week in person.weeks if week.location == location)
            self._kept[key] = working_spans(
                location,
                weeks,
                person.exceptions,
                self.zone_of(location),
                first - timedelta(days=1),
                days + 3,
            )
        return self._kept[key]

    def closed(self, location: LocationId) -> tuple[Span, ...]:
        """The closures of a location as instants."""
        key = ("closed", location)
        if key not in self._kept:
            zone_name = self.zone_of(location)
            self._kept[key] = tuple(
                span_of_closure(closure, zone_name)
                for closure in self.closures
                if closure.life is Life.ACTIVE and closure.location in (None, location)
            )
        return self._kept[key]

    def away(self, staff: StaffId) -> tuple[Span, ...]:
        """A practitioner's time off as instants, in the order of `time_off_of`."""
        key = ("away", staff)
        if key not in self._kept:
            self._kept[key] = tuple(span_of_time_off(off, self.practice.timezone) for off in self.time_off_of(staff))
        return self._kept[key]

    def time_off_of(self, staff: StaffId) -> tuple[TimeOff, ...]:
        return tuple(off for off in self.time_off if off.staff == staff and off.life is Life.ACTIVE)
