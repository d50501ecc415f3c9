"""Claims: who has the time of which resource. The database refuses overlaps; this module never decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, or_, select
from sqlmodel import col

from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.objections import Culprit
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Owner, Permission, may
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.requests import Request, RequestId, Slot
from frontdesk.core.domain.scenes import Busy
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import DAY, Instant, Span
from frontdesk.core.domain.views import Hold
from frontdesk.core.store import practice, rows
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.pickers import PICKER
from frontdesk.core.store.requests import OFFER, REQUEST

APPOINTMENT = "appointment"
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A time of a resource, held by a holder; `expires_at` only for holds."""

    resource: ResourceId
    lane: int
    holder: UUID
    source_kind: str
    source_id: int
    span: Span
    padded: Span
    expires_at: Instant | None = None


class HoldAgainst(NamedTuple):
    """A hold that has to go: what it is for, which, of whose time."""

    kind: str
    source: int
    resource: ResourceId
    span: Span


_c = rows.Claim
_near = (
    col(_c.resource_id) == bindparam("resource"),
    # no claim is longer than a day, so what began earlier cannot reach the window
    col(_c.padded_start) >= bindparam("from_"),
    col(_c.padded_start) < bindparam("until"),
    or_(col(_c.expires_at).is_(None), col(_c.expires_at) > bindparam("now")),
)
_BUSY = select(col(_c.start), col(_c.end), col(_c.padded_start), col(_c.padded_end)).where(*_near)
_BUSY_BUT_MINE = _BUSY.where(col(_c.holder) != bindparam("holder"))
_CULPRITS: Select[*tuple[Any, ...]] = (
    select(
        col(_c.start),
        col(_c.end),
        col(_c.padded_start),
        col(_c.padded_end),
        col(_c.expires_at),
        col(_c.lane),
        col(_c.source_kind),
        col(_c.source_id),
        func.coalesce(col(rows.Client.name), col(rows.Request.name)).label("name"),
        col(rows.Picker.actor).label("picker"),
        func.coalesce(col(rows.Appointment.practitioner_id), col(rows.Request.practitioner_id)).label("who"),
    )
    .join(
        rows.Appointment,
        (col(_c.source_kind) == APPOINTMENT) & (col(rows.Appointment.id) == col(_c.source_id)),
        isouter=True,
    )
    .join(
        rows.Request,
        col(_c.source_kind).in_((REQUEST, OFFER)) & (col(rows.Request.id) == col(_c.source_id)),
        isouter=True,
    )
    .join(rows.Picker, (col(_c.source_kind) == PICKER) & (col(rows.Picker.id) == col(_c.source_id)), isouter=True)
    .join(
        rows.Client,
        col(rows.Client.id) == func.coalesce(col(rows.Appointment.client_id), col(rows.Request.client_id)),
        isouter=True,
    )
    .where(*_near, col(_c.holder) != bindparam("holder"))
    .order_by(col(_c.padded_start))
)
_HOLDS: Select[*tuple[Any, ...]] = (
    select(
        col(_c.id),
        col(_c.start),
        col(_c.end),
        col(_c.padded_start),
        col(_c.padded_end),
        col(_c.expires_at),
        col(_c.source_kind),
        col(_c.source_id),
        func.coalesce(col(rows.Client.name), col(rows.Request.name)).label("name"),
        col(rows.Picker.actor).label("picker"),
        col(rows.Request.service_id),
        col(rows.Request.appointment_id),
    )
    .join(
        rows.Request,
        col(_c.source_kind).in_((REQUEST, OFFER)) & (col(rows.Request.id) == col(_c.source_id)),
        isouter=True,
    )
    .join(rows.Picker, (col(_c.source_kind) == PICKER) & (col(rows.Picker.id) == col(_c.source_id)), isouter=True)
    .join(rows.Client, col(rows.Client.id) == col(rows.Request.client_id), isouter=True)
    .where(
        *_near,
        col(_c.expires_at).is_not(None),
        or_(col(rows.Picker.terminal).is_(None), col(rows.Picker.terminal) != bindparam("terminal")),
    )
    .order_by(col(_c.start), col(_c.id))
)
_LOCK = select(col(rows.Resource.id)).where(col(rows.Resource.id).in_(bindparam("ids", expanding=True)))
_LOCK = _LOCK.order_by(col(rows.Resource.id)).with_for_update(key_share=True)
_RELEASE = delete(rows.Claim).where(
    col(_c.source_kind) == bindparam("kind"), col(_c.source_id) == bindparam("source")
)
_EXPIRED = delete(rows.Claim).where(
    col(_c.resource_id).in_(bindparam("ids", expanding=True)),
    col(_c.expires_at).is_not(None),
    col(_c.expires_at) <= bindparam("now"),
)
_INSERT = insert(rows.Claim)


def lock(tx: Tx, resources: Iterable[ResourceId]) -> None:
    """Wait until nobody else writes to these resources.

    In id order, so that two writers never wait for each other in a ring; SQLite has one writer anyhow.
    """
    ids = sorted(set(resources))
    if not ids:
        return
    if not tx.is_sqlite:
        tx.connection.execute(_LOCK, {"ids": ids}).all()
    practice.require_unchanged(tx)


def clear_expired(tx: Tx, resources: Iterable[ResourceId]) -> None:
    """Delete what is not held any more, so that it stands in nobody's way."""
    tx.connection.execute(_EXPIRED, {"ids": sorted(set(resources)), "now": tx.now})


def busy(look: Look, resource: ResourceId, window: Span, mine: UUID | None = None) -> Sequence[Busy]:
    """The claims that may meet a window, those of one holder left out; expired ones are absent."""
    where = {"resource": resource, "from_": window.start - DAY, "until": window.end, "now": look.now}
    if mine is None:
        return look.connection.execute(_BUSY, where).all()
    return look.connection.execute(_BUSY_BUT_MINE, {**where, "holder": mine}).all()


def culprits(
    look: Look, resource: ResourceId, window: Span, mine: UUID | None = None, lane: int | None = None
) -> tuple[Culprit, ...]:
    """The same claims with their stories: whose they are, for those who may see that, and until when a hold keeps."""
    where = {"resource": resource, "from_": window.start - DAY, "until": window.end, "now": look.now}
    answer = look.connection.execute(_CULPRITS, {**where, "holder": mine or NOBODY})
    return tuple(
        Culprit(
            span=Span(start, end),
            padded=Span(padded_start, padded_end),
            appointment=AppointmentId(source) if kind == APPOINTMENT and seen else None,
            client_name=(name or "") if seen and expires_at is None else "",
            request=RequestId(source) if kind in (REQUEST, OFFER) and seen else None,
            held_by=_held_by(look, name, picker) if seen and expires_at is not None else "",
            expires_at=expires_at,
        )
        for start, end, padded_start, padded_end, expires_at, its_lane, kind, source, name, picker, who in answer
        for seen in [_may_see(look, who)]
        if lane is None or lane == its_lane
    )


def _held_by(look: Look, name: str | None, picker: str | None) -> str:
    """Whose a hold is: a client's, an applicant's, or of who has a picker open."""
    return practice.load(look).name_of(picker) if picker is not None else name or ""


def _may_see(look: Look, practitioner: str | None) -> bool:
    whose = Owner(practitioner=None if practitioner is None else StaffId(practitioner))
    return may(look.actor, Permission.SEE_CALENDAR, whose)


def lanes_taken(look: Look, resource: ResourceId, span: Span, padded: Span, mine: UUID) -> set[int]:
    """The lanes in which a booking would stand against somebody else's; holds give way to it."""
    taken = select(col(_c.lane)).where(
        *_near,
        col(_c.expires_at).is_(None),
        col(_c.holder) != mine,
        _stands_against(span, padded),
    )
    where = {"resource": resource, "from_": padded.start - DAY, "until": padded.end, "now": look.now}
    return set(look.connection.execute(taken, where).scalars())


def holds_against(look: Look, resource: ResourceId, span: Span, padded: Span, mine: UUID) -> list[HoldAgainst]:
    """The holds of others on a resource that stand against a booking."""
    held = select(col(_c.source_kind), col(_c.source_id), col(_c.start), col(_c.end)).where(
        *_near, col(_c.expires_at).is_not(None), col(_c.holder) != mine, _stands_against(span, padded)
    )
    where = {"resource": resource, "from_": padded.start - DAY, "until": padded.end, "now": look.now}
    answer = look.connection.execute(held, where)
    return [HoldAgainst(kind, source, resource, Span(start, end)) for kind, source, start, end in answer]


def holds(look: Look, setup: Setup, practitioner: StaffId, window: Span) -> tuple[Hold, ...]:
    """What is kept free of a practitioner's time in a window; one's own open pickers left out."""
    where = {
        "resource": setup.staff_resources[practitioner],
        "from_": window.start - DAY,
        "until": window.end,
        "now": look.now,
        "terminal": look.machine.terminal,
    }
    seen = may(look.actor, Permission.SEE_CLIENTS)
    return tuple(
        Hold(
            id=-row.id,
            request=RequestId(row.source_id) if row.source_kind != PICKER and seen else None,
            name=_held_by(look, row.name, row.picker) if seen else "",
            service_name=setup.services[ServiceId(row.service_id)].name if row.service_id else "",
            start=row.start,
            end=row.end,
            padded_start=row.padded_start,
            padded_end=row.padded_end,
            expires_at=row.expires_at,
            offered=row.source_kind == OFFER,
            moves=AppointmentId(row.appointment_id) if row.appointment_id is not None else None,
        )
        for row in look.connection.execute(_HOLDS, where)
        if row.end > window.start
    )


def insert_claim(tx: Tx, claim: Claim) -> None:
    """Raises Overlap (at once on SQLite and PostgreSQL) where the lane is taken."""
    tx.connection.execute(
        _INSERT,
        {
            "resource_id": claim.resource,
            "lane": claim.lane,
            "holder": claim.holder,
            "source_kind": claim.source_kind,
            "source_id": claim.source_id,
            "start": claim.span.start,
            "end": claim.span.end,
            "padded_start": claim.padded.start,
            "padded_end": claim.padded.end,
            "expires_at": claim.expires_at,
        },
    )


def release(tx: Tx, kind: str, source: int) -> None:
    tx.connection.execute(_RELEASE, {"kind": kind, "source": source})


def resources_of(setup: Setup, booking: Appointment | Request) -> list[ResourceId]:
    """What an appointment takes while its status holds time, or a request while it is pending."""
    places = (booking.slot, *booking.offers) if isinstance(booking, Request) else (booking,)
    return [resource for place in places for resource in resources_at(setup, place)]


def resources_at(setup: Setup, place: Appointment | Slot) -> list[ResourceId]:
    """The practitioner and the room of one time."""
    room = [setup.room_resources[place.room]] if place.room is not None else []
    return [setup.staff_resources[place.practitioner], *room]


def claims_of(setup: Setup, booking: Appointment | Request, now: Instant) -> tuple[Claim, ...]:
    """What a booking holds, as long as its state holds time: a practitioner and a room, for each of its times."""
    return _of_request(setup, booking.as_of(now)) if isinstance(booking, Request) else _of(setup, booking)


def picked(setup: Setup, holder: UUID, picker: int, slot: Slot, padded: Span, until: Instant) -> tuple[Claim, ...]:
    """What an open slot picker holds."""
    return tuple(_for_slot(setup, holder, PICKER, picker, slot, padded, until))


def _of_request(setup: Setup, request: Request) -> tuple[Claim, ...]:
    kind, until = OFFER if request.offers else REQUEST, request.held_until
    return tuple(
        claim
        for slot in request.held
        for claim in _for_slot(setup, request.holder, kind, request.id, slot, request.padded(slot), until)
    )


def _for_slot(
    setup: Setup, holder: UUID, kind: str, source: int, slot: Slot, padded: Span, until: Instant
) -> Iterator[Claim]:
    for resource in resources_at(setup, slot):
        yield Claim(
            resource=resource,
            lane=0,
            holder=holder,
            source_kind=kind,
            source_id=source,
            span=slot.span,
            padded=padded,
            expires_at=until,
        )


def _of(setup: Setup, appointment: Appointment) -> tuple[Claim, ...]:
    if appointment.status not in HOLDS_TIME:
        return ()
    wanted = [(setup.staff_resources[appointment.practitioner], appointment.lane)]
    if appointment.room is not None:
        wanted.append((setup.room_resources[appointment.room], appointment.room_lane))
    return tuple(
        Claim(
            resource=resource,
            lane=lane,
            holder=appointment.holder,
            source_kind=APPOINTMENT,
            source_id=appointment.id,
            span=appointment.span,
            padded=appointment.padded,
        )
        for resource, lane in wanted
    )


def replace(tx: Tx, setup: Setup, bookings: Iterable[Appointment | Request]) -> None:
    """Make the claims of some bookings what their state and time say: all released, then all taken."""
    bookings = tuple(bookings)
    for booking in bookings:
        for kind in (APPOINTMENT,) if isinstance(booking, Appointment) else (REQUEST, OFFER):
            release(tx, kind, booking.id)
    for booking in bookings:
        for claim in claims_of(setup, booking, tx.now):
            insert_claim(tx, claim)


def _stands_against(span: Span, padded: Span) -> ColumnElement[bool]:
    """The core of one meets the padded other; buffers may meet buffers."""
    return or_(
        (col(_c.start) < padded.end) & (col(_c.end) > padded.start),
        (col(_c.padded_end) > span.start) & (col(_c.padded_start) < span.end),
    )
