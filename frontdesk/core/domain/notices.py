"""Who is to be told of what: notices follow from events, in one place, by one rule each.

Clients are told of what staff decide and of what they asked for; practitioners of what others do to their
calendar; the desk of what waits for somebody. Mails and bell read the same notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, NewType

from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, Side, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentReinstated,
    AppointmentRescheduled,
)
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.mails import MessageReceived, ReplyNoted
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.requests import (
    OffersLapsed,
    OffersRefused,
    RequestApproved,
    RequestDeclined,
    RequestEdited,
    RequestExpired,
    RequestMade,
    RequestWithdrawn,
    TimesOffered,
)
from frontdesk.core.domain.events.reversals import Redone, Undone
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import Ended, Request, RequestKind, RequestState
from frontdesk.core.domain.work import Answer, Work

NoticeId = NewType("NoticeId", int)


class Audience(Enum):
    CLIENT = "client"
    PRACTITIONER = "practitioner"
    DESK = "desk"
    """Whoever is at the front desk."""


class NoticeKind(Enum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    REQUEST_RECEIVED = "request_received"
    MOVE_ASKED = "move_asked"
    REQUEST_CHANGED = "request_changed"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_APPROVED = "request_approved"
    MOVE_APPROVED = "move_approved"
    REQUEST_DECLINED = "request_declined"
    MOVE_DECLINED = "move_declined"
    REQUEST_EXPIRED = "request_expired"
    MOVE_EXPIRED = "move_expired"
    OVERTAKEN = "overtaken"
    OFFERED = "offered"
    OFFER_TAKEN = "offer_taken"
    OFFER_REFUSED = "offer_refused"
    OFFER_LAPSED = "offer_lapsed"
    HOLD_LOST = "hold_lost"
    NEEDS_WORK = "needs_work"
    ANSWERED_NO = "answered_no"
    """The client's calendar declined, or proposed what they may not have."""
    TAKEN_BACK = "taken_back"
    WROTE = "wrote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One person, or the desk, is told one thing about one appointment or request."""

    audience: Audience
    kind: NoticeKind
    staff: StaffId | None = None
    client: ClientId | None = None
    """Whom it is about; for a notice to a client, who is told. None for a person nobody knows yet."""
    subject_kind: str = ""
    subject_id: str = ""


def notices_of(event: Event) -> tuple[Notice, ...]:
    """Everything that is to be told of an event and of what followed from it."""
    return tuple(dict.fromkeys([*_of(event), *_of_what_followed(event)]))


def _of(event: Event) -> Iterator[Notice]:
    match event:
        case AppointmentBooked(appointment=it, by=by):
            yield from _appointment(NoticeKind.BOOKED, it, by)
        case AppointmentRescheduled(before=was, appointment=it, by=by) if it.sequence != was.sequence:
            yield from _appointment(NoticeKind.MOVED, it, by)
            if was.practitioner != it.practitioner:
                yield _to_practitioner(NoticeKind.MOVED, it, was.practitioner)
        case AppointmentCancelled(appointment=it):
            by = it.cancellation.by if it.cancellation is not None else Side.PRACTICE
            yield from _appointment(NoticeKind.CANCELLED, it, by)
        case AppointmentReinstated(appointment=it):
            yield from _appointment(NoticeKind.REINSTATED, it, Side.PRACTICE)
        case RequestMade(request=it):
            yield from _to_all(_asked(it, NoticeKind.REQUEST_RECEIVED, NoticeKind.MOVE_ASKED), it)
        case RequestEdited(request=it):
            yield from _to_all(NoticeKind.REQUEST_CHANGED, it)
        case RequestWithdrawn(request=it):
            yield from _to_staff(NoticeKind.REQUEST_WITHDRAWN, it)
        case RequestApproved(request=it, appointment=made, taken=taken):
            kind = _asked(it, NoticeKind.REQUEST_APPROVED, NoticeKind.MOVE_APPROVED)
            yield _to_client(kind, made)
            yield _to_practitioner(NoticeKind.OFFER_TAKEN if taken else kind, made, made.practitioner)
            if event.was is not None and event.was.practitioner != made.practitioner:
                yield _to_practitioner(NoticeKind.MOVED, made, event.was.practitioner)
            if taken:
                yield _to_desk(NoticeKind.OFFER_TAKEN, it)
        case RequestDeclined(request=it):
            yield _client_of(_asked(it, NoticeKind.REQUEST_DECLINED, NoticeKind.MOVE_DECLINED), it)
        case TimesOffered(request=it):
            yield _client_of(NoticeKind.OFFERED, it)
        case OffersRefused(request=it):
            yield from _to_staff(NoticeKind.OFFER_REFUSED, it)
        case OffersLapsed(request=it):
            yield from _to_staff(NoticeKind.OFFER_LAPSED, it)
        case RequestExpired(request=it):
            yield from _to_all(_asked(it, NoticeKind.REQUEST_EXPIRED, NoticeKind.MOVE_EXPIRED), it)
        case ReplyNoted(appointment=it) if event.answer is not Answer.ACCEPTED:
            yield _to_practitioner(NoticeKind.ANSWERED_NO, it, it.practitioner)
            yield _to_desk(NoticeKind.ANSWERED_NO, it)
        case MessageReceived(appointment=None, client=client):
            about: dict[str, Any] = {"subject_kind": "client", "subject_id": str(client.id)}
            yield Notice(audience=Audience.DESK, kind=NoticeKind.WROTE, client=client.id, **about)
        case MessageReceived(appointment=Appointment() as it):
            yield _to_practitioner(NoticeKind.WROTE, it, it.practitioner)
            yield _to_desk(NoticeKind.WROTE, it)
        case Undone() | Redone():
            yield from _of_reversed(event.changes)
        case _:
            pass


def _of_what_followed(event: Event) -> Iterator[Notice]:
    """A request that was overtaken, a hold that was lost, an appointment that needs another time."""
    for change in event.also:
        match change.before, change.after:
            case Request(), Request(ended=Ended.OVERTAKEN) as it:
                yield from _to_all(NoticeKind.OVERTAKEN, it)
            case Request() as was, Request() as it if _lost(it) > _lost(was):
                yield from _to_staff(NoticeKind.HOLD_LOST, it)
            case None, Work() as work if work.cause not in _ANSWERS:
                yield Notice(
                    audience=Audience.DESK,
                    kind=NoticeKind.NEEDS_WORK,
                    subject_kind="appointment",
                    subject_id=str(work.appointment),
                )
            case _:
                pass


_ANSWERS = frozenset(it.value for it in Answer)
"""Causes of work that have a notice of their own."""


def _lost(it: Request) -> tuple[bool, int]:
    """How much of what it held is gone."""
    return it.hold_lost, sum(offer.lost for offer in it.offers)


def _of_reversed(changes: tuple[Change, ...]) -> Iterator[Notice]:
    """What was taken back or done again is told to those it concerns, as it now stands."""
    for change in changes:
        before, after = change.before, change.after
        if isinstance(before, Appointment) and isinstance(after, Appointment) and after.sequence != before.sequence:
            yield _to_client(_stands(after), after)
            for who in dict.fromkeys((after.practitioner, before.practitioner)):
                yield _to_practitioner(NoticeKind.TAKEN_BACK, after, who)
        elif isinstance(after, Request) and isinstance(before, Request) and after.state is not before.state:
            if after.state is RequestState.PENDING:
                yield _client_of(NoticeKind.REQUEST_RECEIVED, after)
            yield _to_desk(NoticeKind.TAKEN_BACK, after)


def _stands(appointment: Appointment) -> NoticeKind:
    held = appointment.status in HOLDS_TIME or appointment.status is Status.NO_SHOW
    return NoticeKind.MOVED if held else NoticeKind.CANCELLED


def _asked(request: Request, new: NoticeKind, move: NoticeKind) -> NoticeKind:
    return new if request.kind is RequestKind.NEW else move


def _appointment(kind: NoticeKind, it: Appointment, by: Side) -> Iterator[Notice]:
    """The client and the practitioner; the desk too where the client did it."""
    yield _to_client(kind, it)
    yield _to_practitioner(kind, it, it.practitioner)
    if by is Side.CLIENT:
        yield _to_desk(kind, it)


def _to_all(kind: NoticeKind, it: Request) -> Iterator[Notice]:
    yield _client_of(kind, it)
    yield from _to_staff(kind, it)


def _to_staff(kind: NoticeKind, it: Request) -> Iterator[Notice]:
    yield _to_practitioner(kind, it, it.slot.practitioner)
    yield _to_desk(kind, it)


def _to_client(kind: NoticeKind, it: Appointment) -> Notice:
    return Notice(audience=Audience.CLIENT, kind=kind, client=it.client, **_about(it))


def _client_of(kind: NoticeKind, it: Request) -> Notice:
    return Notice(audience=Audience.CLIENT, kind=kind, client=it.client, **_about(it))


def _to_practitioner(kind: NoticeKind, it: Appointment | Request, who: StaffId) -> Notice:
    return Notice(audience=Audience.PRACTITIONER, kind=kind, staff=who, client=it.client, **_about(it))


def _to_desk(kind: NoticeKind, it: Appointment | Request) -> Notice:
    return Notice(audience=Audience.DESK, kind=kind, client=it.client, **_about(it))


def _about(it: Appointment | Request) -> dict[str, Any]:
    return {"subject_kind": "request" if isinstance(it, Request) else "appointment", "subject_id": str(it.id)}
