"""What an import brings: clients, appointments and time off as some other program knew them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.hours import Days, Range
from frontdesk.core.domain.people import ClientKind, Contact
from frontdesk.core.domain.times import Start


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    clients: tuple[ClientRecord, ...] = ()
    appointments: tuple[AppointmentRecord, ...] = ()
    time_off: tuple[TimeOffRecord, ...] = ()
    bad: tuple[BadRow, ...] = ()
    ignored: int = 0

    def __add__(self, other: Records) -> Records:
        return Records(
            clients=self.clients + other.clients,
            appointments=self.appointments + other.appointments,
            time_off=self.time_off + other.time_off,
            bad=self.bad + other.bad,
            ignored=self.ignored + other.ignored,
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
