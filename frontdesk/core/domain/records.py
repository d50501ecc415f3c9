"""What an import brings: clients, appointments and time off as some other program knew them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.hours import Days, Range
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId, ClientKind, Contact
from frontdesk.core.domain.times import Instant, Start

EXTRA = "extra: "
"""Before a column of an export that came from another program: none is taken for a field of its own."""

K = TypeVar("K", Client, Appointment)

BAD_FIELDS = ("_problem", "_file", "_line")
"""Columns a file of bad rows adds; they mean nothing when it is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClient:
    """What only an export of this program knows; an empty database takes it over as it was."""

    id: ClientId
    created_at: Instant
    life: Life = Life.ACTIVE
    merged_into: ClientId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAppointment:
    """What only an export of this program knows; an empty database takes it over as it was."""

    id: AppointmentId
    holder: UUID
    override: str = ""
    cancel_link: bool = False
    buffer_before: int = 0
    buffer_after: int = 0
    lane: int = 0
    room_lane: int = 0
    revision: int = 1
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """An event of another database, to stand in the history of this one."""

    id: int
    at: Instant
    actor: str
    role: str
    terminal: str
    operation: str
    subject_kind: str
    subject_id: str
    batch: int
    undoes: int | None
    things: tuple[tuple[str, str, bool], ...]
    """Kind and id; whether it is only about it, without a change."""
    salt: str
    detail: str
    """Empty where it was forgotten."""
    detail_digest: str
    actor_kind: str = ""
    """Empty: `actor` is a name, from before actors had ids."""
    meant: tuple[str, str] | None = None
    """Kind and id of whom that name meant there, if of one alone."""
    on_behalf_of: int | None = None
    consent: str = ""
    """What a client agreed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    source_id: str
    name: str = ""
    source: str = ""
    """Empty: the source of the whole import."""
    kind: ClientKind = ClientKind.PERSON
    phone: str = ""
    email: str = ""
    born: date | None = None
    contacts: tuple[Contact, ...] = ()
    locale: str = ""
    note: str = ""
    preferences: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    kept: KeptClient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRecord:
    source_id: str
    client: str
    """The client's id at the source."""
    client_name: str = ""
    source: str = ""
    practitioner: str
    start: Start
    minutes: int
    service: str = ""
    """Empty: the service of this length."""
    location: str = ""
    room: str = ""
    status: Status = Status.BOOKED
    outcome_missing: bool = False
    cancel_reason: str = ""
    cancel_text: str = ""
    note: str = ""
    internal_note: str = ""
    ticket: str = ""
    price: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
    kept: KeptAppointment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOffRecord:
    practitioner: str
    start: datetime
    end: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that could not be understood, kept as it was so that it can be corrected and read again."""

    file: str
    line: int
    problem: str
    row: dict[str, str]
    of: str = "appointments"
    """What the row is one of: `appointments` or `clients`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    clients: tuple[ClientRecord, ...] = ()
    appointments: tuple[AppointmentRecord, ...] = ()
    time_off: tuple[TimeOffRecord, ...] = ()
    history: tuple[PastEvent, ...] = ()
    bad: tuple[BadRow, ...] = ()
    ignored: int = 0
    named_twice: int = 0
    """Rows of which a later one has the same id; the last one counts."""

    def __add__(self, other: Records) -> Records:
        return Records(
            clients=self.clients + other.clients,
            appointments=self.appointments + other.appointments,
            time_off=self.time_off + other.time_off,
            history=self.history + other.history,
            bad=self.bad + other.bad,
            ignored=self.ignored + other.ignored,
            named_twice=self.named_twice + other.named_twice,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import does, or would do."""

    new_clients: int = 0
    updated_clients: int = 0
    skipped_clients: int = 0
    new_appointments: int = 0
    updated_appointments: int = 0
    skipped_appointments: int = 0
    new_services: tuple[str, ...] = ()
    new_staff: tuple[str, ...] = ()
    new_time_off: int = 0
    hours: tuple[tuple[str, str], ...] = ()
    """Practitioner and proposed week, as text."""
    outcome_missing: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    """Source ids of bookings that overlap another one and lie in a higher lane."""
    kept: tuple[str, ...] = ()
    """Source ids of records of which something stays as it was changed here since the last import."""
    unknown_places: tuple[str, ...] = ()
    """Locations and rooms that the practice does not have; their names stand in the appointment's own columns."""
    replaced_staff: tuple[str, ...] = ()
    """Placeholders that give way to the people of the import."""
    history: int = 0


CLIENT_FIELDS = (
    ("name",), ("kind",), ("phone",), ("email",), ("born",), ("contacts",), ("locale",), ("note",), ("preferences",),
    ("extra",),
)  # fmt: skip
APPOINTMENT_FIELDS = (
    ("start", "end", "zone", "wall", "buffer_before", "buffer_after"),
    ("practitioner", "location", "room"),
    ("status", "cancellation"),
    ("service", "price"),
    ("note",), ("internal_note",), ("ticket",), ("extra",), ("override",),
)  # fmt: skip
"""What an import brings, in groups that only make sense together: a group is taken whole or stays whole."""


def as_changed_here(imported: K, before: K, after: K, groups: Iterable[tuple[str, ...]]) -> K:
    """What a source says anew: a group it says as at the last import stays as it was changed here since."""
    stays = [
        name
        for group in groups
        if all(getattr(after, name) == getattr(imported, name) for name in group)
        for name in group
    ]
    return replace(after, **{name: getattr(before, name) for name in stays})


def proposed_week(spans: Iterable[tuple[datetime, datetime]]) -> Days:
    """Weekly hours from history: per weekday from the earliest start to the latest end that recur.

    A gap in the middle of the day in which nothing was ever booked, an hour or longer, is left out.
    """
    by_day: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for start, end in spans:
        begin = start.hour * 60 + start.minute
        by_day[start.weekday()].append((begin, min(begin + int((end - start).total_seconds() // 60), 1440)))
    return tuple(_ranges(by_day.get(weekday, [])) for weekday in range(7))


def _ranges(taken: list[tuple[int, int]]) -> tuple[Range, ...]:
    ranges: list[Range] = []
    for start, end in sorted(taken):
        if ranges and start < ranges[-1].end + 60:
            ranges[-1] = Range(ranges[-1].start, max(ranges[-1].end, end))
        else:
            ranges.append(Range(start, end))
    return tuple(ranges)
