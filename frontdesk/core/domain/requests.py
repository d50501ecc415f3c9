"""Requests: what a client asks for and staff decide; a new appointment, or the rescheduling of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from frontdesk.core.domain.actors import ApplicantId
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.refs import number_of, reference
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import HOUR, MINUTE, Instant, Span

RequestId = NewType("RequestId", int)

MOST_OFFERS = 3
"""Times a counter-offer names at most."""


class RequestKind(Enum):
    NEW = "new"
    RESCHEDULE = "reschedule"


class RequestState(Enum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By the client; shown as cancelled by client."""
    EXPIRED = "expired"
    UNDONE = "undone"
    """What made it was undone."""


class RequestAction(Enum):
    """What people do to a request; each only while it is pending."""

    EDIT = "edit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    DECLINE = "decline"
    OFFER = "offer"
    ANSWER = "answer"


class Ended(Enum):
    """Why a request expired."""

    TIME = "time"
    """Nobody decided in time."""
    OVERTAKEN = "overtaken"
    """Its appointment was moved, cancelled or begun meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks, where no record is known."""

    name: str
    phone: str = ""
    email: str = ""
    id: ApplicantId | None = None
    """Theirs alone where they proved that the address is; None where staff wrote it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time with its people and place, as it may be held."""

    start: Instant
    end: Instant
    practitioner: StaffId
    location: LocationId
    room: RoomId | None = None
    lost: bool = False
    """Offered, and taken by staff since: it stays in its place, so that the others keep their numbers."""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, what is held for it, and how it stands; kept for ever."""

    id: RequestId
    holder: UUID
    """That of the appointment to be moved; a new one's passes on to the appointment made of it."""
    kind: RequestKind
    client: ClientId | None
    """None until a person nobody knows is approved."""
    applicant: Applicant | None
    service: ServiceId
    asked_for: StaffId | None
    """None: any practitioner."""
    slot: Slot
    zone: str
    wall: datetime
    """The wall time that was asked for, naive."""
    buffer_before: int
    buffer_after: int
    asked_at: Instant
    """When the client asked, or last changed the time: the moment that decides whether it was late."""
    expires_at: Instant
    description: str = ""
    """The client's words."""
    internal_note: str = ""
    ticket: str = ""
    appointment: AppointmentId | None = None
    """The one to be moved, or the one that was made of it."""
    state: RequestState = RequestState.PENDING
    ended: Ended | None = None
    hold_lost: bool = False
    """Its time is not kept any more: staff took it, or no offer was taken."""
    offers: tuple[Slot, ...] = ()
    answer_by: Instant | None = None
    """Until when offers are held."""
    revision: int = 1

    @property
    def ref(self) -> str:
        return request_ref(self.id)

    @property
    def ends_at(self) -> Instant:
        """When it expires; an open offer makes that wait for the answer."""
        return max(self.expires_at, self.answer_by) if self.offers and self.answer_by is not None else self.expires_at

    @property
    def held(self) -> tuple[Slot, ...]:
        """The times it keeps free while it is pending."""
        if self.state is not RequestState.PENDING or self.hold_lost:
            return ()
        return tuple(it for it in self.offers if not it.lost) or (self.slot,)

    @property
    def held_until(self) -> Instant:
        return self.answer_by if self.offers and self.answer_by is not None else self.expires_at

    def as_of(self, now: Instant) -> Request:
        """As readers see it: what has run out by itself is over at once, recorded or not."""
        if self.state is not RequestState.PENDING:
            return self
        if now >= self.ends_at:
            return self.changed(state=RequestState.EXPIRED, ended=Ended.TIME, offers=(), answer_by=None)
        if self.offers and self.answer_by is not None and now >= self.answer_by:
            return self.changed(hold_lost=True, offers=(), answer_by=None)
        return self

    def has_run_out(self, now: Instant) -> bool:
        """Whether something about it ended by itself and is not recorded yet."""
        return self.as_of(now) is not self

    def padded(self, slot: Slot) -> Span:
        return Span(slot.start - self.buffer_before * MINUTE, slot.end + self.buffer_after * MINUTE)

    def changed(self, **what: object) -> Request:
        """The next revision."""
        return replace(self, **what, revision=self.revision + 1)  # type: ignore[arg-type]


def expiry(now: Instant, hours: int, start: Instant, moved_from: Instant | None) -> Instant:
    """When a request ends undecided: so many hours on, never past its start nor that of what it would move."""
    return min(now + hours * HOUR, start, *(() if moved_from is None else (moved_from,)))


def request_ref(id_: RequestId) -> str:
    return reference("R", id_)


def request_of_ref(text: str) -> RequestId | None:
    number = number_of("R", text)
    return None if number is None else RequestId(number)
