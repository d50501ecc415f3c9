"""What queries answer: values ready to be drawn or printed."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import NamedTuple

from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.checks import Check
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.hours import TimeOffId
from frontdesk.core.domain.notices import Notice, NoticeId
from frontdesk.core.domain.outbox import Call, Mail, Owed, Standstill
from frontdesk.core.domain.outcomes import Countdown
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Automation
from frontdesk.core.domain.requests import Request, RequestId, Slot
from frontdesk.core.domain.scenes import Offer, Verdict
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.times import Instant, Span
from frontdesk.core.domain.work import Work


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
    cancel_deadline: Instant | None = None
    reschedule_deadline: Instant | None = None
    """The last instants at which a client may change it freely."""


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
    asks_for: Instant | None = None
    """Where a pending request would move it."""

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
    holds: tuple[Hold, ...] = ()

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


class ListPlace(NamedTuple):
    """Where an appointment stands in a list from some day on, after which comes what was before, the latest first."""

    is_before: bool
    start: Instant
    id: AppointmentId

    def just_before(self) -> ListPlace:
        """After which it comes first."""
        return self._replace(id=AppointmentId(self.id + (1 if self.is_before else -1)))


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
    late: int = 0
    """Cancelled late, or moved late."""
    ahead: int = 0
    over: int = 0
    """How many there are in all that are next, and that are past or cancelled: the first of each are here."""
    owes: int = 0
    """Due, in minor units."""
    charges: tuple[ChargeLine, ...] = ()
    requests: tuple[RequestLine, ...] = ()
    mails: tuple[Owed, ...] = ()
    """The last of them, what waits first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """An appointment's terms, what they come to now, and what was charged for it."""

    terms: Terms
    cancelling: Countdown
    rescheduling: Countdown
    late_fee: int
    no_show_fee: int
    """Minor units."""
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    charge: Charge
    client_name: str
    start: Instant
    zone: str
    """Of the appointment it is for."""


class RequestOrder(Enum):
    START = "start"
    ASKED = "asked"
    NEWEST = "newest"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request with the names people know it by, as it stands now."""

    request: Request
    client_name: str
    phone: str
    email: str
    service_name: str
    practitioner_name: str
    location_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestList:
    items: tuple[RequestLine, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount:
    pending: int
    oldest: Instant | None
    """When the one that waits longest was asked."""


class Standing(Enum):
    """How a pending request looks at a glance."""

    CLEAR = "clear"
    """Nothing speaks against it: it can be approved with the others."""
    CLASH = "clash"
    """Somebody else has the time."""
    RULE = "rule"
    """A rule, or a warning, speaks against it."""
    ASKS = "asks"
    """Staff have to choose: a record, or what to do about a lost hold."""
    OFFERED = "offered"
    """Waits for the client's answer."""


class Neighbour(NamedTuple):
    """Somebody else's time in the day around a request."""

    start: Instant
    end: Instant
    name: str
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCard:
    """Everything that speaks for and against a request."""

    line: RequestLine
    standing: Standing
    verdict: Verdict
    checks: tuple[Check, ...]
    nearest: tuple[Offer, ...]
    around: tuple[Neighbour, ...]
    """That practitioner's day, by start."""
    rivals: tuple[RequestLine, ...]
    moves: Named | None
    """The appointment it would move, or the one that was made of it."""
    moving_late: Countdown | None
    known: tuple[ClientHit, ...]
    """Records with the phone or e-mail of a person nobody knows."""
    visits: int
    no_shows: int
    late_cancels: int
    owes: int
    next: Named | None
    history: tuple[Named, ...]
    """The client's last appointments, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """An appointment that lost its time, and what took it."""

    work: Work
    named: Named


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMove:
    """An appointment in the way of an absence, and where it could go; None where nothing was found."""

    named: Named
    to: Slot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BellLine:
    id: NoticeId
    event: EventId
    at: Instant
    notice: Notice
    is_read: bool
    client_name: str = ""
    start: Instant | None = None
    zone: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """A past event that an automation would have followed."""

    automation: Automation
    line: HistoryLine
    on: str
    reference: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """Somebody to be called: what no mail told them, and the number they have now."""

    owed: Mail | Call
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Mails with the state of the whole queue."""

    items: tuple[Owed, ...]
    more: bool
    has_server: bool
    """Whether this machine knows a mail server."""
    standstill: Standstill | None
    """Why no mail leaves; None: nothing is wrong."""
    waiting: int
    stuck: int
    """Due for longer than a healthy queue needs."""
    paused: int
    """Wait for a yes, because many became due at once, or because they may have been told."""
    in_doubt: int
    """Of these, those that may have been told: each waits for a yes of its own."""
    failed: int
    oldest: Instant | None
    keeps_everything: bool
    """Whether nothing leaves from here, by intent: a demo."""
    is_sealed: bool
    """Whether secrets were sealed with a machine's key here: from then on only that key opens them."""
    key_trouble: StoreUnusable | None = None
    """Why this machine cannot open the links that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What every screen's header shows."""

    pending: int
    oldest: Instant | None
    late: int
    unread: int
    work: int
    ended: bool
    """Something ended by itself and is not recorded yet."""
    mails: int = 0
    """Wait to leave."""
    mail_trouble: bool = False
    """Mail is stuck, has failed or waits for a yes."""


class Hold(NamedTuple):
    """A time that is kept for a while: hatched where a client asked, a ghost where a colleague chooses."""

    id: int
    """Negative: no appointment's."""
    request: RequestId | None
    name: str
    service_name: str
    start: Instant
    end: Instant
    padded_start: Instant
    padded_end: Instant
    expires_at: Instant
    offered: bool
    moves: AppointmentId | None


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
