"""Claims: who has the time of which resource. The database refuses overlaps; this module never decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

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
from frontdesk.core.store import practice
from frontdesk.core.store.connection import Later, Values, batched
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.pickers import PICKER
from frontdesk.core.store.requests import OFFER, REQUEST
from frontdesk.core.store.statements import judged

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


_NEAR = (
    # no claim is longer than a day, so what began earlier cannot reach the window
    " c.resource_id IN :resources AND c.padded_start >= :from_ AND c.padded_start < :until"
    " AND (c.expires_at IS NULL OR c.expires_at > :now)"
)
_AGAINST = (
    ' c.holder <> :mine AND ((c.start < :padded_end AND c."end" > :padded_start)'
    " OR (c.padded_end > :begin AND c.padded_start < :finish))"
)
"""The core of one meets the padded other; buffers may meet buffers."""
_BUSY = f'SELECT c.resource_id, c.start, c."end", c.padded_start, c.padded_end FROM claim c WHERE{_NEAR}'
_BUSY_BUT_MINE = f"{_BUSY} AND c.holder <> :holder"
_CULPRITS = judged(
    'SELECT c.start, c."end", c.padded_start, c.padded_end, c.expires_at, c.lane, c.source_kind, c.source_id,'
    " coalesce(client.name, r.name) AS name, picker.actor AS picker,"
    " coalesce(a.practitioner_id, r.practitioner_id) AS who FROM claim c"
    " LEFT JOIN appointment a ON c.source_kind = 'appointment' AND a.id = c.source_id"
    " LEFT JOIN request r ON c.source_kind IN ('request', 'offer') AND r.id = c.source_id"
    " LEFT JOIN picker ON c.source_kind = 'picker' AND picker.id = c.source_id"
    " LEFT JOIN client ON client.id = coalesce(a.client_id, r.client_id)"
    f" WHERE{_NEAR} AND c.holder <> :holder ORDER BY c.padded_start"
)
_HOLDS = judged(
    'SELECT c.id, c.resource_id, c.start, c."end", c.padded_start, c.padded_end, c.expires_at, c.source_kind,'
    " c.source_id, coalesce(client.name, r.name) AS name, picker.actor AS picker, r.service_id, r.appointment_id"
    " FROM claim c"
    " LEFT JOIN request r ON c.source_kind IN ('request', 'offer') AND r.id = c.source_id"
    " LEFT JOIN picker ON c.source_kind = 'picker' AND picker.id = c.source_id"
    " LEFT JOIN client ON client.id = r.client_id"
    f" WHERE{_NEAR} AND c.expires_at IS NOT NULL"
    " AND (picker.terminal IS NULL OR picker.terminal <> :terminal) ORDER BY c.start, c.id"
)
_LOCK = "SELECT id FROM resource WHERE id IN :ids ORDER BY id FOR NO KEY UPDATE"
_TAKEN = f"SELECT DISTINCT c.lane FROM claim c WHERE{_NEAR} AND c.expires_at IS NULL AND{_AGAINST}"
_HELD = (
    'SELECT c.source_kind, c.source_id, c.start, c."end" FROM claim c'
    f" WHERE{_NEAR} AND c.expires_at IS NOT NULL AND{_AGAINST}"
)
_RELEASE = "DELETE FROM claim WHERE source_kind = :kind AND source_id = :source"
_RELEASE_ALL = "DELETE FROM claim WHERE source_kind = :kind AND source_id IN :sources"
_EXPIRED = "DELETE FROM claim WHERE resource_id IN :ids AND expires_at IS NOT NULL AND expires_at <= :now"


def lock(tx: Tx, resources: Iterable[ResourceId]) -> Later[None]:
    """Wait until nobody else writes to these resources; called, raises Contention where the set-up is another one.

    In id order, so that two writers never wait for each other in a ring; SQLite has one writer anyhow.
    """
    if not tx.is_sqlite:
        tx.connection.execute(_LOCK, {"ids": sorted(set(resources))})
    return practice.require_unchanged(tx)


def clear_expired(tx: Tx, resources: Iterable[ResourceId]) -> None:
    """Delete what is not held any more, so that it stands in nobody's way."""
    tx.connection.execute(_EXPIRED, {"ids": sorted(set(resources)), "now": tx.now})


def busy(
    look: Look, resources: Iterable[ResourceId], window: Span, mine: UUID | None = None
) -> dict[ResourceId, list[Busy]]:
    """By resource the claims that may meet a window, those of one holder left out; expired ones are absent."""
    taken: dict[ResourceId, list[Busy]] = {it: [] for it in resources}
    near = _around(look, taken, window)
    found = look.connection.execute(_BUSY if mine is None else _BUSY_BUT_MINE, {**near, "holder": mine})
    for resource, *claim in found.tuples():
        taken[resource].append(tuple(claim))
    return taken


def _around(look: Look, resources: Iterable[ResourceId], window: Span) -> Values:
    return {"resources": list(resources), "from_": window.start - DAY, "until": window.end, "now": look.now}


def culprits(
    look: Look, resource: ResourceId, window: Span, mine: UUID | None = None, lane: int | None = None
) -> Later[tuple[Culprit, ...]]:
    """The same claims with their stories: whose they are, for those who may see that, and until when a hold keeps."""
    answer = look.connection.execute(_CULPRITS, {**_around(look, (resource,), window), "holder": mine or NOBODY})
    return lambda: tuple(
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
    return set(look.connection.execute(_TAKEN, _against(look, resource, span, padded, mine)).scalars())


def holds_against(look: Look, resource: ResourceId, span: Span, padded: Span, mine: UUID) -> list[HoldAgainst]:
    """The holds of others on a resource that stand against a booking."""
    answer = look.connection.execute(_HELD, _against(look, resource, span, padded, mine))
    return [HoldAgainst(kind, source, resource, Span(start, end)) for kind, source, start, end in answer]


def _against(look: Look, resource: ResourceId, span: Span, padded: Span, mine: UUID) -> Values:
    edges = {"padded_start": padded.start, "padded_end": padded.end, "begin": span.start, "finish": span.end}
    return {**_around(look, (resource,), padded), **edges, "mine": mine}


def holds(look: Look, setup: Setup, people: Iterable[StaffId], window: Span) -> dict[StaffId, tuple[Hold, ...]]:
    """What is kept free of each practitioner's time in a window; one's own open pickers left out."""
    whose = {setup.staff_resources[it]: it for it in people}
    where = {**_around(look, whose, window), "terminal": look.machine.terminal}
    seen = may(look.actor, Permission.SEE_CLIENTS)
    held: dict[StaffId, list[Hold]] = {it: [] for it in whose.values()}
    for row in look.connection.execute(_HOLDS, where):
        if row.end <= window.start:
            continue
        hold = Hold(
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
        held[whose[row.resource_id]].append(hold)
    return {it: tuple(found) for it, found in held.items()}


def insert_all(tx: Tx, claims: Iterable[Claim]) -> None:
    """Raises Overlap (at once on SQLite and PostgreSQL) where a lane is taken."""
    tx.connection.insert_all("claim", map(_row, claims))


def _row(claim: Claim) -> Values:
    return {
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
    }


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
    booked = [it.id for it in bookings if isinstance(it, Appointment)]
    asked = [it.id for it in bookings if isinstance(it, Request)]
    for kind, sources in ((APPOINTMENT, booked), (REQUEST, asked), (OFFER, asked)):
        for some in batched(sources):
            tx.connection.execute(_RELEASE_ALL, {"kind": kind, "sources": some})
    insert_all(tx, (claim for booking in bookings for claim in claims_of(setup, booking, tx.now)))
