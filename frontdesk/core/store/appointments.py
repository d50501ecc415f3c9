"""Appointments as rows; reads for drawing select columns and give plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

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
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import DAY, Instant, Span
from frontdesk.core.domain.touched import PICKED_UP
from frontdesk.core.domain.views import Block, Named
from frontdesk.core.store import search, sight, terms, touched
from frontdesk.core.store.connection import NO_LIMIT, Answer, Later, Row, Values, batched, uuid_of
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text
from frontdesk.core.store.statements import LOCKED, Part, filled, judged, shown, words

_HOLDS, _DRAWN = words(HOLDS_TIME), words((*HOLDS_TIME, Status.NO_SHOW))
_COMES = words(RESCHEDULABLE)
_ONE = judged("SELECT * FROM appointment WHERE id = :id")
_SEVERAL = judged("SELECT * FROM appointment WHERE id IN :these")
_OF_HOLDER = judged("SELECT * FROM appointment WHERE holder = :holder AND status <> 'undone'")
_OF_SOURCE = judged("SELECT * FROM appointment WHERE source = :source AND status <> 'undone'")
_OF_CLIENT = judged("SELECT * FROM appointment WHERE client_id = :client AND status <> 'undone' ORDER BY id")
_HOLDING = judged(f"SELECT * FROM appointment WHERE status IN ({_HOLDS})")
_SEQUENCE = judged("SELECT sequence FROM appointment WHERE id = :id")
_STANDING = judged(
    "SELECT * FROM appointment WHERE start > :after AND start <= :last AND (start <= :near"
    f" OR (start <= :far AND reminders IS NOT NULL)) AND status IN ({_COMES}) ORDER BY start, id"
)
_NAMING = judged("SELECT {column}, id FROM appointment WHERE {column} IN :ids AND status <> 'undone'")
_PRICED = judged("SELECT id FROM appointment WHERE price IS NOT NULL LIMIT 1")
_ANY = judged(f"SELECT id FROM appointment WHERE client_id = :client AND status IN ({_HOLDS}) LIMIT 1")
_CANCELLABLE = judged(
    "SELECT * FROM appointment WHERE practitioner_id = :practitioner AND start > :from_ AND start < :until"
    f' AND "end" > :begin AND status IN ({words(CANCELLABLE)}) ORDER BY start, id'
)
_SPENT = judged(
    'SELECT practitioner_id, start, "end" FROM appointment WHERE practitioner_id IN :people AND start >= :from_'
    f" AND start < :until AND status IN ({_HOLDS})"
)
_SPANS = judged(
    'SELECT start, "end", id FROM appointment WHERE client_id = :client AND start > :from_ AND start < :until'
    f" AND status IN ({_HOLDS})"
)
_UPCOMING = judged(
    f"SELECT count(*) FROM appointment WHERE client_id = :client AND start > :now AND status IN ({_COMES})"
)
_BLOCKS = judged(
    'SELECT practitioner_id, appointment.id, client_id, name, service_id, start, "end", buffer_before, buffer_after,'
    " status, lane, appointment.revision FROM appointment JOIN client ON client.id = client_id"
    " WHERE practitioner_id IN :people AND start > :from_ AND start < :until"
    f" AND status IN ({_DRAWN}) ORDER BY start, lane"
)
_BUSY = judged(
    "SELECT DISTINCT practitioner_id FROM appointment WHERE practitioner_id IN :people AND start > :from_"
    f' AND start < :until AND "end" > :begin AND status IN ({_DRAWN})'
)
_LATE = shown(
    sight.of_appointments,
    "SELECT count(*) FROM appointment WHERE appointment.start >= :from_ AND appointment.start <= :now"
    f" AND appointment.status IN ({_COMES}) AND {{seen}}",
)
_STANDS = f'(appointment."end" > :now AND appointment.status IN ({_HOLDS}))'
"""Still to come, or going on."""
_COUNT_OF = judged(
    f"SELECT appointment.status, {_STANDS} AS stands, count(*) FROM appointment WHERE appointment.client_id = :client"
    f" AND appointment.status <> 'undone' GROUP BY appointment.status, {_STANDS}"
)
_COUNT_OF_ONE = judged(_COUNT_OF.replace(" GROUP", " AND appointment.practitioner_id = :practitioner GROUP"))
_NEXT = shown(
    sight.of_appointments,
    "SELECT appointment.client_id, appointment.start, appointment.id FROM appointment"
    f" WHERE appointment.client_id IN :clients AND appointment.status IN ({_HOLDS})"
    " AND (appointment.\"end\" > :now OR (appointment.start > :just AND appointment.status <> 'done'))"
    " AND {seen} ORDER BY appointment.start DESC",
)
_NAMED = judged(
    "SELECT appointment.*, client.name, client.phone, client.born FROM appointment"
    " JOIN client ON client.id = appointment.client_id"
)
_LISTED = judged(_NAMED + " WHERE {where} ORDER BY {order} LIMIT :limit")
_THESE = judged(_NAMED + " WHERE appointment.id IN :these ORDER BY appointment.start")
_EVERYTHING = judged(_NAMED + " ORDER BY appointment.start, appointment.id")
_PICKED_UP = judged(
    _NAMED + " JOIN picked_up ON picked_up.appointment_id = appointment.id WHERE picked_up.actor = :actor"
    " AND appointment.status <> 'undone' ORDER BY picked_up.at DESC, appointment.id DESC"
)


def find(look: Look, id_: AppointmentId) -> Appointment | None:
    row = look.connection.execute(_ONE, {"id": id_}).first()
    return None if row is None else from_row(row)


def several(look: Look, ids: Collection[AppointmentId]) -> dict[AppointmentId, Appointment]:
    found = map(from_row, look.connection.execute(_SEVERAL, {"these": ids}) if ids else ())
    return {it.id: it for it in found}


def of_holder(look: Look, holder: UUID) -> Appointment | None:
    """The appointment that a calendar file names; one whose booking was undone is none."""
    row = look.connection.execute(_OF_HOLDER, {"holder": holder}).first()
    return None if row is None else from_row(row)


def all_from_source(look: Look, source: str) -> dict[str, Appointment]:
    """Every appointment of one import source by its id there."""
    found = look.connection.execute(_OF_SOURCE, {"source": source})
    return {value.source_id: value for value in map(from_row, found)}


def everything(look: Look, setup: Setup) -> tuple[Named, ...]:
    """Every appointment there ever was, also of bookings that were undone, by start."""
    return _with_names(look, setup, look.connection.execute(_EVERYTHING))


def of_client(look: Look, client: ClientId) -> list[Appointment]:
    """Every appointment of a client that was not undone."""
    return [from_row(row) for row in look.connection.execute(_OF_CLIENT, {"client": client})]


def sequence_of(look: Look, id_: int) -> int | None:
    """The sequence of one appointment, without the rest of it."""
    found: int | None = look.connection.execute(_SEQUENCE, {"id": id_}).scalar()
    return found


def standing(look: Look, after: Instant, near: Instant, far: Instant) -> list[Appointment]:
    """Booked or confirmed appointments that begin after a moment and are near, by start; those with reminders of
    their own also when they are far.
    """
    where = {"after": after, "near": near, "far": far, "last": max(near, far)}
    return [from_row(row) for row in look.connection.execute(_STANDING, where)]


def holding_time(look: Look) -> Iterator[Appointment]:
    """Every appointment that has claims."""
    yield from map(from_row, look.connection.execute(_HOLDING))


def naming(look: Look, kind: str, ids: Sequence[str]) -> dict[str, list[AppointmentId]]:
    """Appointments, not undone, by whom or what they name: clients, services, practitioners, locations or rooms."""
    found: dict[str, list[AppointmentId]] = defaultdict(list)
    if kind in _NAMES:
        these = [int(id_) for id_ in ids] if kind == "client" else list(ids)
        text = _NAMING.replace("{column}", _NAMES[kind])
        for some in batched(these):
            for named, number in look.connection.execute(text, {"ids": some}):
                found[str(named)].append(AppointmentId(number))
    return found


_NAMES = {
    "client": "client_id",
    "service": "service_id",
    "staff": "practitioner_id",
    "location": "location_id",
    "room": "room_id",
}
"""Columns by the kinds of thing they name."""


def lock(tx: Tx, id_: AppointmentId) -> Appointment | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE + LOCKED, {"id": id_}).first()
    return None if row is None else from_row(row)


def add(tx: Tx, appointment: Appointment) -> Appointment:
    """A new appointment, with the number the database gives, or one that was kept from another database."""
    values = {"id": appointment.id, **to_row(appointment)} if appointment.id else to_row(appointment)
    return replace(appointment, id=AppointmentId(tx.connection.insert("appointment", values)))


def insert_all(tx: Tx, rows: Sequence[Values]) -> None:
    """Many at once, as `to_row` says them, with numbers."""
    tx.connection.insert_all("appointment", rows)


def save(tx: Tx, appointment: Appointment) -> None:
    tx.connection.update("appointment", appointment.id, to_row(appointment))


def blocks(look: Look, setup: Setup, people: Collection[StaffId], window: Span) -> dict[StaffId, tuple[Block, ...]]:
    """What is drawn of each of some people in a window: one query on (practitioner, start)."""
    where = {"people": people, "from_": window.start - DAY, "until": window.end}
    drawn: dict[StaffId, list[Block]] = {it: [] for it in people}
    for who, id_, client, name, service, start, end, before, after, status, lane, revision in (
        look.connection.execute(_BLOCKS, where).tuples() if people else ()
    ):
        if end > window.start:
            drawn[who].append(
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
            )
    return {it: tuple(found) for it, found in drawn.items()}


def busy_people(look: Look, people: Collection[StaffId], window: Span) -> set[StaffId]:
    """Which of some people have anything that is drawn in a window: one query on (practitioner, start)."""
    if not people:
        return set()
    found = look.connection.execute(_BUSY, {"people": people, **_around(window)})
    return {StaffId(who) for who in found.scalars()}


def _around(window: Span) -> dict[str, Instant]:
    """Nothing lasts longer than a day: what began before cannot reach the window."""
    return {"from_": window.start - DAY, "until": window.end, "begin": window.start}


def any_priced(look: Look) -> bool:
    """Whether any was ever booked at a price."""
    return look.connection.execute(_PRICED).first() is not None


def has_any(look: Look, client: ClientId) -> bool:
    """Whether a client had, or has, an appointment that stands."""
    return look.connection.execute(_ANY, {"client": client}).first() is not None


def booked_of(look: Look, practitioner: StaffId, window: Span) -> list[Appointment]:
    """A practitioner's appointments in a window that could still be cancelled, by start."""
    theirs = look.connection.execute(_CANCELLABLE, {"practitioner": practitioner, **_around(window)})
    return [from_row(row) for row in theirs]


def client_spans(
    look: Look, client: ClientId, window: Span, but: AppointmentId | None
) -> Later[list[tuple[Span, AppointmentId]]]:
    """When a client is somewhere already."""
    where = {"client": client, "from_": window.start - DAY, "until": window.end}
    found = look.connection.execute(_SPANS, where)
    return lambda: [(Span(start, end), AppointmentId(id_)) for start, end, id_ in found if id_ != but]


def booked_minutes(look: Look, people: Collection[StaffId], window: Span) -> list[tuple[StaffId, Instant, int]]:
    """Who has what booked in a window: its start and its minutes."""
    where = {"people": people, "from_": window.start, "until": window.end}
    found = look.connection.execute(_SPENT, where).tuples()
    return [(StaffId(who), start, (end - start) // 60) for who, start, end in found]


def count_late(look: Look, today: Span) -> Later[int]:
    found = look.ask(_LATE, {"from_": today.start, "now": look.now})
    return lambda: int(found.scalar_one())


def count_upcoming(look: Look, client: ClientId) -> int:
    return int(look.connection.execute(_UPCOMING, {"client": client, "now": look.now}).scalar_one())


def next_of(look: Look, clients: Iterable[ClientId]) -> dict[ClientId, tuple[Instant, AppointmentId]]:
    """The next appointment of each client that has one in a calendar the actor may see."""
    found = look.ask(_NEXT, {"clients": list(clients), "now": look.now, "just": look.now - STILL_NEXT})
    return {ClientId(client): (start, AppointmentId(id_)) for client, start, id_ in found}


def named(look: Look, setup: Setup, ids: Iterable[AppointmentId]) -> tuple[Named, ...]:
    """Some appointments with the names around them, by start."""
    these = list(ids)
    return _with_names(look, setup, look.connection.execute(_THESE, {"these": these})) if these else ()


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
    beyond: tuple[Instant, int] | None = None,
    stands: bool | None = None,
) -> tuple[Named, ...]:
    """Appointments by start, filtered; `beyond` the start and the number of one, in this order.

    `stands`: those that are still to come, or those that are past or cancelled.
    """
    where = list(search.matches(look, name))
    if beyond is not None:
        sign = "<" if latest_first else ">"
        place = Part(f"(appointment.start, appointment.id) {sign} (:its_start, :its_id)", _place(*beyond))
        where.append(place)
    if stands is not None:
        where.append(Part(_STANDS if stands else f"NOT {_STANDS}", {"now": look.now}))
    if client is not None:
        where.append(Part("appointment.client_id = :client", {"client": client}))
    if practitioner is not None:
        where.append(Part("appointment.practitioner_id = :practitioner", {"practitioner": practitioner}))
    if window is not None:
        span = {"from_": window.start, "until": window.end}
        where.append(Part("appointment.start >= :from_ AND appointment.start < :until", span))
    if statuses:
        where.append(Part("appointment.status IN :statuses", {"statuses": [it.value for it in statuses]}))
    else:
        where.append(Part("appointment.status <> 'undone'"))
    text = _LISTED.replace("{order}", "appointment.start DESC, appointment.id DESC" if latest_first else _BY_START)
    text, values = filled(text, where=where, values={"limit": NO_LIMIT if limit is None else limit})
    return _with_names(look, setup, look.connection.execute(text, values))


def count_of(look: Look, client: ClientId, practitioner: StaffId | None) -> list[tuple[Status, bool, int]]:
    """How many appointments of a client have which status, of those still to come and of the others."""
    values = {"client": client, "now": look.now, "practitioner": practitioner}
    text = _COUNT_OF if practitioner is None else _COUNT_OF_ONE
    return [(Status(status), bool(stands), n) for status, stands, n in look.connection.execute(text, values)]


def _place(start: Instant, id_: int) -> Values:
    return {"its_start": start, "its_id": id_}


_BY_START = "appointment.start, appointment.id"


def pick_up(tx: Tx, id_: AppointmentId) -> None:
    lay_back(tx, id_)
    values = {"actor": tx.actor.who.key, "appointment_id": id_, "at": tx.now}
    tx.connection.insert_all("picked_up", [values])


def lay_back(tx: Tx, id_: AppointmentId) -> None:
    touched.note(tx, (PICKED_UP, 0))
    which = {"actor": tx.actor.who.key, "appointment": id_}
    tx.connection.execute("DELETE FROM picked_up WHERE actor = :actor AND appointment_id = :appointment", which)


def picked_up(look: Look, setup: Setup) -> tuple[Named, ...]:
    return _with_names(look, setup, look.connection.execute(_PICKED_UP, {"actor": look.actor.who.key}))


def _with_names(look: Look, setup: Setup, found: Answer) -> tuple[Named, ...]:
    read = [(row, from_row(row)) for row in found.all()]
    kept = terms.several(look, (it for _row, it in read))
    return tuple(
        _named(row, it, setup, kept[it.terms] if it.terms else setup.terms_of(it.service, it.practitioner))
        for row, it in read
    )


def _named(row: Row, appointment: Appointment, setup: Setup, agreed: Terms) -> Named:
    name, phone, born = row[-3:]
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


def from_row(row: Row) -> Appointment:
    return Appointment(
        id=AppointmentId(row.id),
        holder=uuid_of(row.holder),
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
            rebook_link=bool(row.cancel_link),
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
