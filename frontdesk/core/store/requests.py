"""Requests as rows; what has run out reads as over, whether that is recorded yet or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from frontdesk.core.domain.actors import ApplicantId
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.requests import Applicant, Ended, Request, RequestId, RequestKind, RequestState, Slot
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import Instant, Span
from frontdesk.core.domain.views import RequestCount, RequestLine, RequestOrder
from frontdesk.core.store import search, sight
from frontdesk.core.store.connection import NO_LIMIT, Later, Row, Values, batched, uuid_of
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text
from frontdesk.core.store.statements import LOCKED, Part, both, either, filled, judged, shown

REQUEST, OFFER = "request", "offer"
"""What a claim of a request is for: the time that was asked for, or one that was offered instead."""


_ENDS_AT = (
    "(CASE WHEN request.offers <> '[]' AND request.answer_by > request.expires_at"
    " THEN request.answer_by ELSE request.expires_at END)"
)
_PENDING = f"(request.state = 'pending' AND {_ENDS_AT} > :now)"
"""As readers see it: past its time it is over at once, recorded or not."""
_ONE = judged("SELECT * FROM request WHERE id = :id")
_TO_MOVE = judged(
    "SELECT * FROM request WHERE appointment_id = :appointment AND kind = 'reschedule' AND state = 'pending'"
)
_TO_MOVE_ANY = judged(
    "SELECT * FROM request WHERE appointment_id IN :appointments AND kind = 'reschedule' AND state = 'pending'"
    " ORDER BY appointment_id"
)
_OF_CLIENT = judged("SELECT * FROM request WHERE client_id = :client AND state <> 'undone' ORDER BY id")
_OF_STRANGERS = judged("SELECT * FROM request WHERE client_id IS NULL AND lower(email) IN :addresses ORDER BY id")
_OF_APPLICANT = judged(
    "SELECT id FROM request WHERE applicant_id = :applicant AND applicant_id <> '' AND state = 'pending'"
)
_ALL = judged("SELECT * FROM request ORDER BY id")
_RUN_OUT = judged(
    f"SELECT id FROM request WHERE state = 'pending' AND ({_ENDS_AT} <= :now"
    " OR (offers <> '[]' AND answer_by <= :now)) ORDER BY id LIMIT :limit"
)
_EXPIRED_ON = (
    "SELECT DISTINCT source_id FROM claim WHERE resource_id IN :resources AND expires_at IS NOT NULL"
    " AND expires_at <= :now AND source_kind IN ('request', 'offer')"
)
_COUNT_OF = judged(f"SELECT count(*) FROM request WHERE {{where}} AND {_PENDING} AND request.id <> :but")
_COUNT = shown(
    sight.of_requests, f"SELECT count(*), min(request.asked_at) FROM request WHERE {_PENDING} AND {{seen}}"
)
_ORDERS = {
    RequestOrder.START: "request.start, request.id",
    RequestOrder.ASKED: "request.asked_at, request.id",
    RequestOrder.NEWEST: "request.asked_at DESC, request.id DESC",
    RequestOrder.CLIENT: "client_name, request.start, request.id",
}
_LINES = {
    order: shown(
        sight.of_requests,
        "SELECT request.*, coalesce(client.name, request.name) AS client_name, client.phone AS its_phone,"
        " client.email AS its_email FROM request LEFT JOIN client ON client.id = request.client_id"
        f" WHERE request.state <> 'undone' AND {{where}} AND {{seen}} ORDER BY {by} LIMIT :limit",
    )
    for order, by in _ORDERS.items()
}
_NAMING = judged("SELECT {column}, id FROM request WHERE {column} IN :ids AND {where}")
_MOVES = judged(f"SELECT * FROM request WHERE appointment_id IN :appointments AND kind = 'reschedule' AND {_PENDING}")


def find(look: Look, id_: RequestId) -> Request | None:
    """As it is kept, what has run out included."""
    row = look.connection.execute(_ONE, {"id": id_}).first()
    return None if row is None else from_row(row)


def lock(tx: Tx, id_: RequestId) -> Request | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE + LOCKED, {"id": id_}).first()
    return None if row is None else from_row(row)


def add(tx: Tx, request: Request) -> Request:
    """A new request, with the number the database gives."""
    return replace(request, id=RequestId(tx.connection.insert("request", to_row(request))))


def save(tx: Tx, request: Request) -> None:
    tx.connection.update("request", request.id, to_row(request))


def to_move(look: Look, appointment: AppointmentId) -> Later[Request | None]:
    """The request, recorded as pending, to move an appointment."""
    found = look.connection.execute(_TO_MOVE, {"appointment": appointment})
    return lambda: None if (row := found.first()) is None else from_row(row)


def to_move_any(look: Look, ids: Sequence[AppointmentId]) -> Later[dict[AppointmentId, Request]]:
    """The same for many, by appointment."""
    asked = [look.connection.execute(_TO_MOVE_ANY, {"appointments": some}) for some in batched(ids)]
    return lambda: {AppointmentId(row.appointment_id): from_row(row) for found in asked for row in found}


def of_client(look: Look, client: ClientId) -> list[Request]:
    """Every request of a client that was not undone."""
    return [from_row(row) for row in look.connection.execute(_OF_CLIENT, {"client": client})]


def of_strangers(look: Look, addresses: Sequence[str]) -> list[Request]:
    """What was asked from these addresses, in small letters, by who had no record."""
    return [from_row(row) for row in look.connection.execute(_OF_STRANGERS, {"addresses": addresses})]


def waits_for(look: Look, applicant: ApplicantId) -> bool:
    """Whether somebody without a record asked for something that was not decided yet."""
    return look.connection.execute(_OF_APPLICANT, {"applicant": applicant}).first() is not None


def everything(look: Look) -> list[Request]:
    return [from_row(row) for row in look.connection.execute(_ALL)]


def run_out(look: Look, limit: int) -> Later[list[RequestId]]:
    """Requests about which something ended by itself and is not recorded yet, the oldest first."""
    found = look.connection.execute(_RUN_OUT, {"now": look.now, "limit": limit})
    return lambda: [RequestId(id_) for id_ in found.scalars()]


def expired_on(look: Look, resources: Sequence[ResourceId]) -> Later[list[RequestId]]:
    """Requests whose hold on one of these resources has ended and still lies there."""
    found = look.connection.execute(_EXPIRED_ON, {"resources": resources, "now": look.now})
    return lambda: sorted(RequestId(id_) for id_ in found.scalars())


def count_pending(look: Look, client: ClientId | None, applicant: Applicant | None, but: RequestId | None) -> int:
    """Open requests of a client, or of an unknown person by their e-mail or phone."""
    if client is not None:
        whose = Part("request.client_id = :client", {"client": client})
    else:
        email, phone = (applicant.email, applicant.phone) if applicant is not None else ("", "")
        reached = [
            *([Part("lower(request.email) = :email", {"email": email.lower()})] if email else []),
            *([Part("request.phone = :phone", {"phone": phone})] if phone else []),
        ]
        if not reached:
            return 0
        whose = either(*reached)
    where = {"now": look.now, "but": but or 0}
    return int(look.connection.execute(*filled(_COUNT_OF, where=[whose], values=where)).scalar_one())


def count(look: Look) -> Later[RequestCount]:
    """How many wait for a decision of the actor, and since when the oldest does."""
    found = look.ask(_COUNT, {"now": look.now})

    def read() -> RequestCount:
        pending, oldest = found.one()
        return RequestCount(pending=pending, oldest=oldest)

    return read


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
    where = _named_like(look, name)
    if states:
        where.append(either(*(_is_state(state) for state in states)))
    if client is not None:
        where.append(Part("request.client_id = :client", {"client": client}))
    if ids is not None:
        where.append(Part("request.id IN :these", {"these": list(ids)}))
    values = {"now": look.now, "limit": NO_LIMIT if limit is None else limit}
    return tuple(_line(row, setup, look.now) for row in look.ask(_LINES[order], values, where))


def rivals(look: Look, setup: Setup, request: Request, window: Span) -> tuple[RequestLine, ...]:
    """Other pending requests of the same practitioner for a time that meets this one's."""
    values: Values = {
        "practitioner": request.slot.practitioner,
        "until": window.end,
        "from_": window.start,
        "this": request.id,
    }
    meeting = Part(
        f"{_PENDING} AND request.practitioner_id = :practitioner AND request.start < :until"
        ' AND request."end" > :from_ AND request.id <> :this',
        values,
    )
    found = look.ask(_LINES[RequestOrder.ASKED], {"now": look.now, "limit": NO_LIMIT}, [meeting])
    return tuple(_line(row, setup, look.now) for row in found)


def naming(look: Look, kind: str, ids: Sequence[str]) -> dict[str, list[RequestId]]:
    """Requests by whom or what they name: clients, appointments, services, practitioners, locations or rooms.

    Those that were undone are left out; for an appointment also those that were declined, which rest on nothing.
    """
    found: dict[str, list[RequestId]] = defaultdict(list)
    if kind in _NAMES:
        these = [int(id_) for id_ in ids] if kind in ("client", "appointment") else list(ids)
        stands = "state IN ('pending', 'approved')" if kind == "appointment" else "state <> 'undone'"
        text = _NAMING.replace("{column}", _NAMES[kind])
        for some in batched(these):
            text, values = filled(text, where=[Part(stands)], values={"ids": some})
            for named, number in look.connection.execute(text, values):
                found[str(named)].append(RequestId(number))
    return found


_NAMES = {
    "client": "client_id",
    "appointment": "appointment_id",
    "service": "service_id",
    "staff": "practitioner_id",
    "location": "location_id",
    "room": "room_id",
}
"""Columns by the kinds of thing they name."""


def pending_moves(look: Look, appointments: Sequence[AppointmentId]) -> dict[AppointmentId, Request]:
    """Of some appointments, the pending requests to move them."""
    asked = look.connection.execute(_MOVES, {"appointments": appointments, "now": look.now})
    return {AppointmentId(it.appointment): it for it in map(from_row, asked) if it.appointment is not None}


def _is_state(state: RequestState) -> Part:
    """How readers see it: a pending request past its time is expired at once."""
    if state is RequestState.PENDING:
        return Part(_PENDING)
    if state is RequestState.EXPIRED:
        return Part(f"(request.state = 'expired' OR (request.state = 'pending' AND {_ENDS_AT} <= :now))")
    return Part(f"request.state = '{state.value}'")


def _named_like(look: Look, typed: str) -> list[Part]:
    """Part of a name; of a person nobody knows yet as they gave it."""
    if not typed.strip():
        return []
    text, values = filled(_NAMED_LIKE, where=search.matches(look, typed), values={})
    given = [_given(word, place) for place, word in enumerate(folded(typed).split())]
    return [either(Part(text, values), both(Part("request.client_id IS NULL"), *given))]


_NAMED_LIKE = judged("request.client_id IN (SELECT client.id FROM client WHERE {where})")


def _given(word: str, place: int) -> Part:
    """A word in a name as somebody gave it."""
    name = f"given_{place}"
    pattern = "%" + word.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
    return Part(f"lower(request.name) LIKE :{name} ESCAPE '/'", {name: pattern})


def _line(row: Row, setup: Setup, now: Instant) -> RequestLine:
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


def from_row(row: Row) -> Request:
    unknown = row.client_id is None or row.name
    return Request(
        id=RequestId(row.id),
        holder=uuid_of(row.holder),
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
        hold_lost=bool(row.hold_lost),
        offers=from_text("offers", row.offers) if row.offers != "[]" else (),
        answer_by=row.answer_by,
        revision=row.revision,
    )


def _applicant(row: Row) -> Applicant:
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
