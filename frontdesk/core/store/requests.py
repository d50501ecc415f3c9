"""Requests as rows; what has run out reads as over, whether that is recorded yet or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, insert, or_, select, update
from sqlmodel import col

from frontdesk.core.domain.actors import ApplicantId
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.requests import Applicant, Ended, Request, RequestId, RequestKind, RequestState, Slot
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import Instant, Span
from frontdesk.core.domain.views import RequestCount, RequestLine, RequestOrder
from frontdesk.core.store import rows, search
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text

REQUEST, OFFER = "request", "offer"
"""What a claim of a request is for: the time that was asked for, or one that was offered instead."""


_r = rows.Request
_COLUMNS = rows.Request.__table__.columns  # type: ignore[attr-defined]
_ONE = select(*_COLUMNS)
_INSERT = insert(rows.Request)
_UPDATE = update(rows.Request).where(col(_r.id) == bindparam("key"))
_NAME = func.coalesce(col(rows.Client.name), col(_r.name)).label("client_name")
_LINES = select(
    *_COLUMNS, _NAME, col(rows.Client.phone).label("its_phone"), col(rows.Client.email).label("its_email")
)
_LINES = _LINES.join(rows.Client, col(rows.Client.id) == col(_r.client_id), isouter=True)
_ENDS_AT = case(
    (and_(col(_r.offers) != "[]", col(_r.answer_by) > col(_r.expires_at)), col(_r.answer_by)),
    else_=col(_r.expires_at),
)
_PENDING = col(_r.state) == RequestState.PENDING.value


def find(look: Look, id_: RequestId) -> Request | None:
    """As it is kept, what has run out included."""
    row = look.connection.execute(_ONE.where(col(_r.id) == id_)).first()
    return None if row is None else from_row(row)


def lock(tx: Tx, id_: RequestId) -> Request | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE.where(col(_r.id) == id_).with_for_update(key_share=True)).first()
    return None if row is None else from_row(row)


def add(tx: Tx, request: Request) -> Request:
    """A new request, with the number the database gives."""
    made = tx.connection.execute(_INSERT, to_row(request)).inserted_primary_key
    assert made is not None
    return replace(request, id=RequestId(made[0]))


def save(tx: Tx, request: Request) -> None:
    tx.connection.execute(_UPDATE, {**to_row(request), "key": request.id})


def to_move(look: Look, appointment: AppointmentId) -> Request | None:
    """The request, recorded as pending, to move an appointment."""
    asked = _ONE.where(col(_r.appointment_id) == appointment, col(_r.kind) == RequestKind.RESCHEDULE.value, _PENDING)
    row = look.connection.execute(asked).first()
    return None if row is None else from_row(row)


def of_client(look: Look, client: ClientId) -> list[Request]:
    """Every request of a client that was not undone."""
    theirs = _ONE.where(col(_r.client_id) == client, _kept()).order_by(col(_r.id))
    return [from_row(row) for row in look.connection.execute(theirs)]


def of_strangers(look: Look, addresses: Sequence[str]) -> list[Request]:
    """What was asked from these addresses, in small letters, by who had no record."""
    theirs = _ONE.where(col(_r.client_id).is_(None), func.lower(col(_r.email)).in_(addresses)).order_by(col(_r.id))
    return [from_row(row) for row in look.connection.execute(theirs)]


def of_applicant(look: Look, applicant: ApplicantId) -> list[Request]:
    """What somebody without a record asked for."""
    theirs = _ONE.where(col(_r.applicant_id) == applicant, _kept()).order_by(col(_r.id))
    return [from_row(row) for row in look.connection.execute(theirs)]


def everything(look: Look) -> list[Request]:
    return [from_row(row) for row in look.connection.execute(_ONE.order_by(col(_r.id)))]


def run_out(look: Look, limit: int) -> list[RequestId]:
    """Requests about which something ended by itself and is not recorded yet, the oldest first."""
    over = or_(look.now >= _ENDS_AT, and_(col(_r.offers) != "[]", col(_r.answer_by) <= look.now))
    found = select(col(_r.id)).where(_PENDING, over).order_by(col(_r.id)).limit(limit)
    return [RequestId(id_) for id_ in look.connection.execute(found).scalars()]


def expired_on(look: Look, resources: Sequence[ResourceId]) -> list[RequestId]:
    """Requests whose hold on one of these resources has ended and still lies there."""
    found = select(col(rows.Claim.source_id)).where(
        col(rows.Claim.resource_id).in_(resources),
        col(rows.Claim.expires_at).is_not(None),
        col(rows.Claim.expires_at) <= look.now,
        col(rows.Claim.source_kind).in_((REQUEST, OFFER)),
    )
    return sorted({RequestId(id_) for id_ in look.connection.execute(found).scalars()})


def count_pending(look: Look, client: ClientId | None, applicant: Applicant | None, but: RequestId | None) -> int:
    """Open requests of a client, or of an unknown person by their e-mail or phone."""
    reached = [
        *([func.lower(col(_r.email)) == applicant.email.lower()] if applicant and applicant.email else []),
        *([col(_r.phone) == applicant.phone] if applicant and applicant.phone else []),
    ]
    if client is None and not reached:
        return 0
    whose = col(_r.client_id) == client if client is not None else or_(*reached)
    found = select(func.count()).where(whose, _is_state(RequestState.PENDING, look.now), col(_r.id) != (but or 0))
    return int(look.connection.execute(found).scalar_one())


def count(look: Look) -> RequestCount:
    """How many wait for a decision of the actor, and since when the oldest does."""
    waiting = select(func.count(), func.min(col(_r.asked_at))).where(
        _is_state(RequestState.PENDING, look.now), *_seen(look)
    )
    pending, oldest = look.connection.execute(waiting).one()
    return RequestCount(pending=pending, oldest=oldest)


def listed(
    look: Look,
    setup: Setup,
    *,
    states: Sequence[RequestState] = (),
    client: ClientId | None = None,
    name: str = "",
    order: RequestOrder = RequestOrder.START,
    ids: Iterable[RequestId] | None = None,
    limit: int | None = None,
) -> tuple[RequestLine, ...]:
    """Requests with the names around them, filtered by how readers see them."""
    statement = _LINES.where(_kept(), *_seen(look))
    if states:
        statement = statement.where(or_(*(_is_state(state, look.now) for state in states)))
    if client is not None:
        statement = statement.where(col(_r.client_id) == client)
    if ids is not None:
        statement = statement.where(col(_r.id).in_(list(ids)))
    for condition in _named_like(look, name):
        statement = statement.where(condition)
    found = look.connection.execute(statement.order_by(*_ORDERS[order]).limit(limit))
    return tuple(_line(row, setup, look.now) for row in found)


def rivals(look: Look, setup: Setup, request: Request, window: Span) -> tuple[RequestLine, ...]:
    """Other pending requests of the same practitioner for a time that meets this one's."""
    return tuple(
        line
        for line in (
            _line(row, setup, look.now)
            for row in look.connection.execute(
                _LINES.where(
                    _is_state(RequestState.PENDING, look.now),
                    col(_r.practitioner_id) == request.slot.practitioner,
                    col(_r.start) < window.end,
                    col(_r.end) > window.start,
                    col(_r.id) != request.id,
                    *_seen(look),
                ).order_by(col(_r.asked_at))
            )
        )
    )


def naming(look: Look, kind: str, id_: str) -> list[RequestId]:
    """Requests, not undone, that name a client, a service, a practitioner, a location, a room, an appointment."""
    columns: dict[str, Any] = {
        "client": col(_r.client_id),
        "appointment": col(_r.appointment_id),
        "service": col(_r.service_id),
        "staff": col(_r.practitioner_id),
        "location": col(_r.location_id),
        "room": col(_r.room_id),
    }
    if kind not in columns:
        return []
    value: int | str = int(id_) if kind in ("client", "appointment") else id_
    counts = col(_r.state).in_((RequestState.PENDING.value, RequestState.APPROVED.value))
    stands = counts if kind == "appointment" else _kept()  # what was declined rests on nothing
    found = look.connection.execute(select(col(_r.id)).where(columns[kind] == value, stands)).scalars()
    return [RequestId(number) for number in found]


def pending_moves(look: Look, appointments: Sequence[AppointmentId]) -> dict[AppointmentId, Request]:
    """Of some appointments, the pending requests to move them."""
    asked = _ONE.where(
        col(_r.appointment_id).in_(appointments),
        col(_r.kind) == RequestKind.RESCHEDULE.value,
        _is_state(RequestState.PENDING, look.now),
    )
    found = (from_row(row) for row in look.connection.execute(asked))
    return {AppointmentId(it.appointment): it for it in found if it.appointment is not None}


def _seen(look: Look) -> list[ColumnElement[bool]]:
    """Practitioners see the requests for their own time, and those to move their appointments."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is None:
        return []
    theirs = select(col(rows.Appointment.id)).where(
        col(rows.Appointment.id) == col(_r.appointment_id), col(rows.Appointment.practitioner_id) == own
    )
    return [or_(col(_r.practitioner_id) == own, theirs.exists())]


def _is_state(state: RequestState, now: Instant) -> ColumnElement[bool]:
    """How readers see it: a pending request past its time is expired at once."""
    if state is RequestState.PENDING:
        return and_(_PENDING, now < _ENDS_AT)
    if state is RequestState.EXPIRED:
        return or_(col(_r.state) == state.value, and_(_PENDING, now >= _ENDS_AT))
    return and_(col(_r.state) == state.value)


def _named_like(look: Look, typed: str) -> list[ColumnElement[bool]]:
    """Part of a name; of a person nobody knows yet as they gave it."""
    if not typed.strip():
        return []
    known = select(col(rows.Client.id)).where(*search.matches(look, typed))
    given = [func.lower(col(_r.name)).contains(word, autoescape=True) for word in folded(typed).split()]
    return [or_(col(_r.client_id).in_(known), and_(col(_r.client_id).is_(None), *given))]


_ORDERS: dict[RequestOrder, tuple[Any, ...]] = {
    RequestOrder.START: (col(_r.start), col(_r.id)),
    RequestOrder.ASKED: (col(_r.asked_at), col(_r.id)),
    RequestOrder.NEWEST: (col(_r.asked_at).desc(), col(_r.id).desc()),
    RequestOrder.CLIENT: (_NAME, col(_r.start), col(_r.id)),
}


def _kept() -> ColumnElement[bool]:
    return col(_r.state) != RequestState.UNDONE.value


def _line(row: Any, setup: Setup, now: Instant) -> RequestLine:
    request = from_row(row).as_of(now)
    return RequestLine(
        request=request,
        client_name=row.client_name,
        phone=(row.its_phone if request.client is not None else row.phone) or "",
        email=(row.its_email if request.client is not None else row.email) or "",
        service_name=setup.services[request.service].name,
        practitioner_name=setup.staff[request.slot.practitioner].name,
        location_name=setup.locations[request.slot.location].name,
    )


def from_row(row: Any) -> Request:
    unknown = row.client_id is None or row.name
    return Request(
        id=RequestId(row.id),
        holder=row.holder,
        kind=RequestKind(row.kind),
        client=None if row.client_id is None else ClientId(row.client_id),
        applicant=_applicant(row) if unknown else None,
        service=ServiceId(row.service_id),
        asked_for=None if row.asked_for is None else StaffId(row.asked_for),
        slot=Slot(
            start=row.start,
            end=row.end,
            practitioner=StaffId(row.practitioner_id),
            location=LocationId(row.location_id),
            room=None if row.room_id is None else RoomId(row.room_id),
        ),
        zone=row.zone,
        wall=datetime.fromisoformat(row.wall),
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        description=row.description,
        internal_note=row.internal_note,
        ticket=row.ticket,
        appointment=None if row.appointment_id is None else AppointmentId(row.appointment_id),
        state=RequestState(row.state),
        ended=Ended(row.ended) if row.ended else None,
        hold_lost=row.hold_lost,
        offers=from_text("offers", row.offers) if row.offers != "[]" else (),
        answer_by=row.answer_by,
        revision=row.revision,
    )


def _applicant(row: Any) -> Applicant:
    who = ApplicantId(row.applicant_id) if row.applicant_id else None
    return Applicant(name=row.name, phone=row.phone, email=row.email, id=who)


def to_row(request: Request) -> dict[str, Any]:
    who = request.applicant or Applicant(name="")
    return {
        "holder": request.holder,
        "kind": request.kind.value,
        "client_id": request.client,
        "name": who.name,
        "phone": who.phone,
        "email": who.email,
        "applicant_id": who.id or "",
        "service_id": request.service,
        "asked_for": request.asked_for,
        "practitioner_id": request.slot.practitioner,
        "location_id": request.slot.location,
        "room_id": request.slot.room,
        "start": request.slot.start,
        "end": request.slot.end,
        "zone": request.zone,
        "wall": request.wall.isoformat(),
        "buffer_before": request.buffer_before,
        "buffer_after": request.buffer_after,
        "asked_at": request.asked_at,
        "expires_at": request.expires_at,
        "description": request.description,
        "internal_note": request.internal_note,
        "ticket": request.ticket,
        "appointment_id": request.appointment,
        "state": request.state.value,
        "ended": request.ended.value if request.ended else "",
        "hold_lost": request.hold_lost,
        "offers": to_text("offers", request.offers) if request.offers else "[]",
        "answer_by": request.answer_by,
        "revision": request.revision,
    }
