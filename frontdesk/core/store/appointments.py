"""Appointments as rows; reads for drawing select columns and give plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, and_, bindparam, func, insert, or_, select, update
from sqlmodel import col

from frontdesk.core.domain.appointments import (
    CANCELLABLE,
    HOLDS_TIME,
    RESCHEDULABLE,
    STILL_NEXT,
    Appointment,
    AppointmentId,
    Cancellation,
    Side,
    Status,
    TermsId,
)
from frontdesk.core.domain.outcomes import cancel_deadline, reschedule_deadline
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import DAY, Instant, Span
from frontdesk.core.domain.views import Block, Named
from frontdesk.core.store import rows, search, terms
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text

_a = rows.Appointment
_INSERT = insert(rows.Appointment)
_UPDATE = update(rows.Appointment).where(col(_a.id) == bindparam("key"))
_COLUMNS = rows.Appointment.__table__.columns  # type: ignore[attr-defined]
_ONE = select(*_COLUMNS)
_NAMED = select(*_COLUMNS, col(rows.Client.name), col(rows.Client.phone), col(rows.Client.born)).join(
    rows.Client, col(rows.Client.id) == col(_a.client_id)
)
_DRAWN = tuple(status.value for status in HOLDS_TIME) + (Status.NO_SHOW.value,)
_BLOCKS = (
    select(
        col(_a.id),
        col(_a.client_id),
        col(rows.Client.name),
        col(_a.service_id),
        col(_a.start),
        col(_a.end),
        col(_a.buffer_before),
        col(_a.buffer_after),
        col(_a.status),
        col(_a.lane),
        col(_a.revision),
    )
    .join(rows.Client, col(rows.Client.id) == col(_a.client_id))
    .where(
        col(_a.practitioner_id) == bindparam("practitioner"),
        col(_a.start) > bindparam("from_"),
        col(_a.start) < bindparam("until"),
        col(_a.status).in_(_DRAWN),
    )
    .order_by(col(_a.start), col(_a.lane))
)
_SPENT = select(col(_a.start), col(_a.end)).where(
    col(_a.practitioner_id) == bindparam("practitioner"),
    col(_a.start) >= bindparam("from_"),
    col(_a.start) < bindparam("until"),
    col(_a.status).in_([status.value for status in HOLDS_TIME]),
)
_OF_CLIENT = select(col(_a.start), col(_a.end), col(_a.id)).where(
    col(_a.client_id) == bindparam("client"),
    col(_a.start) > bindparam("from_"),
    col(_a.start) < bindparam("until"),
    col(_a.status).in_([status.value for status in HOLDS_TIME]),
)
_LATE = select(func.count()).where(
    col(_a.start) >= bindparam("from_"),
    col(_a.start) <= bindparam("now"),
    col(_a.status).in_((Status.BOOKED.value, Status.CONFIRMED.value)),
)
_SEQUENCE = select(col(_a.sequence)).where(col(_a.id) == bindparam("id"))
_UPCOMING = select(func.count()).where(
    col(_a.client_id) == bindparam("client"),
    col(_a.start) > bindparam("now"),
    col(_a.status).in_((Status.BOOKED.value, Status.CONFIRMED.value)),
)


def find(look: Look, id_: AppointmentId) -> Appointment | None:
    row = look.connection.execute(_ONE.where(col(_a.id) == id_)).first()
    return None if row is None else from_row(row)


def of_holder(look: Look, holder: UUID) -> Appointment | None:
    """The appointment that a calendar file names; one whose booking was undone is none."""
    row = look.connection.execute(_ONE.where(col(_a.holder) == holder, _kept())).first()
    return None if row is None else from_row(row)


def all_from_source(look: Look, source: str) -> dict[str, Appointment]:
    """Every appointment of one import source by its id there."""
    found = look.connection.execute(_ONE.where(col(_a.source) == source, _kept()))
    return {value.source_id: value for value in map(from_row, found)}


def everything(look: Look, setup: Setup) -> tuple[Named, ...]:
    """Every appointment there ever was, also of bookings that were undone, by start."""
    return _with_names(look, setup, _NAMED.order_by(col(_a.start), col(_a.id)))


def of_client(look: Look, client: ClientId) -> list[Appointment]:
    """Every appointment of a client that was not undone."""
    theirs = _ONE.where(col(_a.client_id) == client, _kept()).order_by(col(_a.id))
    return [from_row(row) for row in look.connection.execute(theirs)]


def sequence_of(look: Look, id_: int) -> int | None:
    """The sequence of one appointment, without the rest of it."""
    found: int | None = look.connection.execute(_SEQUENCE, {"id": id_}).scalar()
    return found


def standing(look: Look, after: Instant, near: Instant, far: Instant) -> list[Appointment]:
    """Booked or confirmed appointments that begin after a moment and are near, by start; those with reminders of
    their own also when they are far.
    """
    ahead = _ONE.where(
        col(_a.start) > after,
        or_(
            col(_a.start) <= near,
            and_(col(_a.start) <= far, col(_a.reminders).is_not(None)),
        ),
        col(_a.start) <= max(near, far),
        col(_a.status).in_([status.value for status in RESCHEDULABLE]),
    ).order_by(col(_a.start), col(_a.id))
    return [from_row(row) for row in look.connection.execute(ahead)]


def holding_time(look: Look) -> Iterator[Appointment]:
    """Every appointment that has claims."""
    held = _ONE.where(col(_a.status).in_([status.value for status in HOLDS_TIME]))
    yield from map(from_row, look.connection.execute(held))


def naming(look: Look, kind: str, id_: str) -> list[AppointmentId]:
    """Appointments, not undone, that name a client, a service, a practitioner, a location or a room."""
    columns: dict[str, Any] = {
        "client": col(_a.client_id),
        "service": col(_a.service_id),
        "staff": col(_a.practitioner_id),
        "location": col(_a.location_id),
        "room": col(_a.room_id),
    }
    if kind not in columns:
        return []
    value: int | str = int(id_) if kind == "client" else id_
    found = look.connection.execute(select(col(_a.id)).where(columns[kind] == value, _kept())).scalars()
    return [AppointmentId(number) for number in found]


def lock(tx: Tx, id_: AppointmentId) -> Appointment | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE.where(col(_a.id) == id_).with_for_update(key_share=True)).first()
    return None if row is None else from_row(row)


def add(tx: Tx, appointment: Appointment) -> Appointment:
    """A new appointment, with the number the database gives, or one that was kept from another database."""
    values = {"id": appointment.id, **to_row(appointment)} if appointment.id else to_row(appointment)
    made = tx.connection.execute(_INSERT, values).inserted_primary_key
    assert made is not None
    return replace(appointment, id=AppointmentId(made[0]))


def save(tx: Tx, appointment: Appointment) -> None:
    tx.connection.execute(_UPDATE, {**to_row(appointment), "key": appointment.id})


def blocks(look: Look, setup: Setup, practitioner: StaffId, window: Span) -> tuple[Block, ...]:
    """What is drawn of a practitioner in a window: one query on (practitioner, start)."""
    found = look.connection.execute(
        _BLOCKS,
        {"practitioner": practitioner, "from_": window.start - DAY, "until": window.end},
    )
    return tuple(
        Block(
            AppointmentId(id_),
            ClientId(client),
            name,
            setup.services[ServiceId(service)].name,
            start,
            end,
            start - before * 60,
            end + after * 60,
            Status(status),
            lane,
            revision,
        )
        for id_, client, name, service, start, end, before, after, status, lane, revision in found
        if end > window.start
    )


def busy_people(look: Look, people: Collection[StaffId], window: Span) -> set[StaffId]:
    """Which of some people have anything that is drawn in a window: one query on (practitioner, start)."""
    if not people:
        return set()
    found = look.connection.execute(
        select(col(_a.practitioner_id))
        .where(
            col(_a.practitioner_id).in_(people),
            col(_a.start) > window.start - DAY,
            col(_a.start) < window.end,
            col(_a.end) > window.start,
            col(_a.status).in_(_DRAWN),
        )
        .distinct()
    )
    return {StaffId(who) for who in found.scalars()}


def any_priced(look: Look) -> bool:
    """Whether any was ever booked at a price."""
    return look.connection.execute(select(col(_a.id)).where(col(_a.price).is_not(None)).limit(1)).first() is not None


def has_any(look: Look, client: ClientId) -> bool:
    """Whether a client had, or has, an appointment that stands."""
    theirs = select(col(_a.id)).where(
        col(_a.client_id) == client, col(_a.status).in_([status.value for status in HOLDS_TIME])
    )
    return look.connection.execute(theirs.limit(1)).first() is not None


def booked_of(look: Look, practitioner: StaffId, window: Span) -> list[Appointment]:
    """A practitioner's appointments in a window that could still be cancelled, by start."""
    theirs = _ONE.where(
        col(_a.practitioner_id) == practitioner,
        col(_a.start) > window.start - DAY,
        col(_a.start) < window.end,
        col(_a.end) > window.start,
        col(_a.status).in_([status.value for status in CANCELLABLE]),
    ).order_by(col(_a.start), col(_a.id))
    return [from_row(row) for row in look.connection.execute(theirs)]


def client_spans(
    look: Look, client: ClientId, window: Span, but: AppointmentId | None
) -> list[tuple[Span, AppointmentId]]:
    """When a client is somewhere already."""
    where = {"client": client, "from_": window.start - DAY, "until": window.end}
    found = look.connection.execute(_OF_CLIENT, where)
    return [(Span(start, end), AppointmentId(id_)) for start, end, id_ in found if id_ != but]


def booked_minutes(look: Look, practitioner: StaffId, window: Span) -> list[tuple[Instant, int]]:
    """Start and minutes of what a practitioner has booked in a window."""
    where = {"practitioner": practitioner, "from_": window.start, "until": window.end}
    return [(start, (end - start) // 60) for start, end in look.connection.execute(_SPENT, where).all()]


def count_late(look: Look, today: Span) -> int:
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    late = _LATE if own is None else _LATE.where(col(_a.practitioner_id) == own)
    return int(look.connection.execute(late, {"from_": today.start, "now": look.now}).scalar_one())


def count_upcoming(look: Look, client: ClientId) -> int:
    return int(look.connection.execute(_UPCOMING, {"client": client, "now": look.now}).scalar_one())


def next_of(look: Look, clients: Iterable[ClientId]) -> dict[ClientId, tuple[Instant, AppointmentId]]:
    """The next appointment of each client that has one in a calendar the actor may see."""
    wanted, own = list(clients), only_own(look.actor, Permission.SEE_CALENDAR)
    upcoming = (
        select(col(_a.client_id), col(_a.start), col(_a.id))
        .where(
            col(_a.client_id).in_(wanted),
            col(_a.status).in_([status.value for status in HOLDS_TIME]),
            or_(
                col(_a.end) > look.now,
                (col(_a.start) > look.now - STILL_NEXT) & (col(_a.status) != Status.DONE.value),
            ),
        )
        .order_by(col(_a.start).desc())
    )
    if own is not None:
        upcoming = upcoming.where(col(_a.practitioner_id) == own)
    found = look.connection.execute(upcoming)
    return {ClientId(client): (start, AppointmentId(id_)) for client, start, id_ in found}


def named(look: Look, setup: Setup, ids: Iterable[AppointmentId]) -> tuple[Named, ...]:
    """Some appointments with the names around them, by start."""
    return _with_names(look, setup, _NAMED.where(col(_a.id).in_(list(ids))).order_by(col(_a.start)))


def listed(
    look: Look,
    setup: Setup,
    *,
    client: ClientId | None = None,
    practitioner: StaffId | None = None,
    window: Span | None = None,
    statuses: Sequence[Status] = (),
    name: str = "",
    limit: int | None = None,
    latest_first: bool = False,
) -> tuple[Named, ...]:
    """Appointments by start, filtered."""
    statement = _NAMED
    if client is not None:
        statement = statement.where(col(_a.client_id) == client)
    if practitioner is not None:
        statement = statement.where(col(_a.practitioner_id) == practitioner)
    if window is not None:
        statement = statement.where(col(_a.start) >= window.start, col(_a.start) < window.end)
    if statuses:
        statement = statement.where(col(_a.status).in_([status.value for status in statuses]))
    else:
        statement = statement.where(_kept())
    for condition in search.matches(look, name):
        statement = statement.where(condition)
    order = (col(_a.start).desc(), col(_a.id)) if latest_first else (col(_a.start), col(_a.id))
    statement = statement.order_by(*order).limit(limit)
    return _with_names(look, setup, statement)


def pick_up(tx: Tx, id_: AppointmentId) -> None:
    lay_back(tx, id_)
    values = {"actor": tx.actor.who.key, "appointment_id": id_, "at": tx.now}
    tx.connection.execute(insert(rows.PickedUp), values)


def lay_back(tx: Tx, id_: AppointmentId) -> None:
    tx.connection.execute(
        rows.PickedUp.__table__.delete().where(  # type: ignore[attr-defined]
            col(rows.PickedUp.actor) == tx.actor.who.key, col(rows.PickedUp.appointment_id) == id_
        )
    )


def picked_up(look: Look, setup: Setup) -> tuple[Named, ...]:
    mine = (
        _NAMED.join(rows.PickedUp, col(rows.PickedUp.appointment_id) == col(_a.id))
        .where(col(rows.PickedUp.actor) == look.actor.who.key, _kept())
        .order_by(col(rows.PickedUp.at).desc(), col(_a.id).desc())
    )
    return _with_names(look, setup, mine)


def _kept() -> Any:
    return col(_a.status) != Status.UNDONE.value


def _with_names(look: Look, setup: Setup, statement: Select[Any]) -> tuple[Named, ...]:
    return tuple(_named(look, row, setup) for row in look.connection.execute(statement).all())


def _named(look: Look, row: ResultRow[Any], setup: Setup) -> Named:
    appointment = from_row(row)
    agreed = terms.of(look, setup, appointment)
    name, phone, born = tuple(row)[-3:]
    return Named(
        appointment=appointment,
        client_name=name,
        client_phone=phone,
        client_born=date.fromisoformat(born) if born else None,
        service_name=setup.services[appointment.service].name,
        practitioner_name=setup.staff[appointment.practitioner].name,
        location_name=setup.locations[appointment.location].name,
        room_name=setup.rooms[appointment.room].name if appointment.room else "",
        cancel_deadline=cancel_deadline(appointment, agreed),
        reschedule_deadline=reschedule_deadline(appointment, agreed),
    )


def from_row(row: ResultRow[Any]) -> Appointment:
    return Appointment(
        id=AppointmentId(row.id),
        holder=row.holder,
        client=ClientId(row.client_id),
        service=ServiceId(row.service_id),
        practitioner=StaffId(row.practitioner_id),
        location=LocationId(row.location_id),
        room=RoomId(row.room_id) if row.room_id else None,
        start=row.start,
        end=row.end,
        zone=row.zone,
        wall=datetime.fromisoformat(row.wall),
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
        price=row.price,
        terms=TermsId(row.terms or ""),
        missed_cancel=row.missed_cancel,
        missed_reschedule=row.missed_reschedule,
        status=Status(row.status),
        cancellation=Cancellation(
            reason=row.cancel_reason,
            text=row.cancel_text,
            rebook_link=row.cancel_link,
            by=Side(row.cancel_by or "practice"),
            at=row.cancelled_at or 0,
        )
        if row.cancel_reason
        else None,
        override=row.override,
        lane=row.lane,
        room_lane=row.room_lane,
        note=row.note,
        internal_note=row.internal_note,
        reminders=None if row.reminders is None else from_text("reminders", row.reminders),
        timed_at=row.timed_at,
        ticket=row.ticket,
        source=row.source,
        source_id=row.source_id,
        extra=from_text("columns", row.extra) if row.extra != "{}" else {},
        revision=row.revision,
        sequence=row.sequence,
    )


def to_row(appointment: Appointment) -> dict[str, Any]:
    cancelled = appointment.cancellation
    return {
        "holder": appointment.holder,
        "client_id": appointment.client,
        "service_id": appointment.service,
        "practitioner_id": appointment.practitioner,
        "location_id": appointment.location,
        "room_id": appointment.room,
        "start": appointment.start,
        "end": appointment.end,
        "zone": appointment.zone,
        "wall": appointment.wall.isoformat(),
        "buffer_before": appointment.buffer_before,
        "buffer_after": appointment.buffer_after,
        "price": appointment.price,
        "status": appointment.status.value,
        "cancel_reason": cancelled.reason if cancelled else None,
        "cancel_text": cancelled.text if cancelled else "",
        "cancel_link": cancelled.rebook_link if cancelled else False,
        "cancel_by": cancelled.by.value if cancelled else "",
        "cancelled_at": cancelled.at if cancelled else None,
        "terms": appointment.terms or None,
        "missed_cancel": appointment.missed_cancel,
        "missed_reschedule": appointment.missed_reschedule,
        "override": appointment.override,
        "lane": appointment.lane,
        "room_lane": appointment.room_lane,
        "note": appointment.note,
        "internal_note": appointment.internal_note,
        "reminders": None if appointment.reminders is None else to_text("reminders", appointment.reminders),
        "timed_at": appointment.timed_at,
        "ticket": appointment.ticket,
        "source": appointment.source,
        "source_id": appointment.source_id,
        "extra": to_text("columns", appointment.extra) if appointment.extra else "{}",
        "revision": appointment.revision,
        "sequence": appointment.sequence,
    }
