"""What an import would do, worked out before anything is written; and everything, for an export."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from frontdesk.core.asks.transfer import Everything, PlanImport, ShowEverything
from frontdesk.core.domain.appointments import (
    HOLDS_TIME,
    Appointment,
    AppointmentId,
    Cancellation,
    Status,
)
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.hours import WEEKDAYS, TimeOff, TimeOffId, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId, Role, StaffId
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.records import (
    AppointmentRecord,
    ClientRecord,
    ImportPlan,
    Records,
    TimeOffRecord,
    proposed_week,
)
from frontdesk.core.domain.services import Location, LocationId, Room, RoomId, Service, ServiceId
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import MINUTE, resolve, wall_time
from frontdesk.core.store import appointments, clients, events, setup
from frontdesk.core.store.look import Look

IMPORTED = "imported"
_ALL = 1 << 40


@dataclass(slots=True, kw_only=True)
class Work:
    """Everything an import has to write, in the order of writing."""

    setup_before: Setup
    location: Location | None = None
    services: dict[ServiceId, Service] = field(default_factory=dict)
    staff: dict[StaffId, tuple[StaffMember | None, StaffMember]] = field(default_factory=dict)
    time_off: list[TimeOff] = field(default_factory=list)
    new_clients: list[Client] = field(default_factory=list)
    updated_clients: list[tuple[Client, Client]] = field(default_factory=list)
    new_appointments: list[tuple[Appointment, tuple[str, str]]] = field(default_factory=list)
    """With the source and source id of their client."""
    updated_appointments: list[tuple[Appointment, Appointment, tuple[str, str]]] = field(default_factory=list)
    known_clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    plan: ImportPlan = field(default_factory=ImportPlan)


def plan_import(look: Look, question: PlanImport) -> ImportPlan:
    return work_of(look, question.records, question.source, question.hours).plan


def show_everything(look: Look, _: ShowEverything) -> Everything:
    practice = setup.load(look)
    return Everything(
        setup=practice,
        clients=tuple(clients.all_active(look)),
        appointments=appointments.listed(look, practice),
        history=events.of_span(look, None, _ALL),
    )


def work_of(look: Look, records: Records, source: str, hours: bool) -> Work:
    """Matches records with what is kept, by source and source id only. Raises BadInput or NotFound."""
    work = Work(setup_before=setup.load(look))
    _places(work, records)
    _people(work, records, hours)
    skipped_clients = _clients(look, work, records, source)
    skipped = _appointments(look, work, records, source)
    _time_off(work, records)
    work.plan = replace(
        work.plan,
        new_clients=len(work.new_clients),
        updated_clients=len(work.updated_clients),
        skipped_clients=skipped_clients,
        new_appointments=len(work.new_appointments),
        updated_appointments=len(work.updated_appointments),
        skipped_appointments=skipped,
        new_services=tuple(service.name for service in work.services.values()),
        new_staff=tuple(after.name for before, after in work.staff.values() if before is None),
        new_time_off=len(work.time_off),
        outcome_missing=tuple(it.source_id for it in records.appointments if it.outcome_missing),
        overlapping=tuple(it.source_id for it, _ in work.new_appointments if it.lane),
    )
    return work


def _places(work: Work, records: Records) -> None:
    """A practice without a location gets one; each length of appointment that appears gets a service."""
    practice = work.setup_before
    if not practice.locations:
        work.location = Location(id=LocationId("main"), name=practice.practice.name)
    lengths = {record.minutes for record in records.appointments if not record.service}
    for minutes in sorted(lengths):
        id_ = ServiceId(f"appointment-{minutes}")
        if id_ not in practice.services:
            even = 60 % minutes == 0 or minutes % 60 == 0
            work.services[id_] = Service(
                id=id_,
                name=f"Appointment {minutes} min",
                duration=minutes,
                start_interval=minutes if even else None,
            )


def _people(work: Work, records: Records, hours: bool) -> None:
    """Practitioners by id or name; unknown ones are made, with the services they gave and their usual week."""
    practice = work.setup_before
    gave: dict[str, set[ServiceId]] = defaultdict(set)
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    zone_name = practice.practice.timezone
    for record in records.appointments:
        gave[record.practitioner].add(_service_id(practice, work, record))
        at = record.start if isinstance(record.start, datetime) else wall_time(record.start, zone_name)
        at = at.replace(tzinfo=None)
        spans[record.practitioner].append((at, at + timedelta(minutes=record.minutes)))
    for off in records.time_off:
        gave.setdefault(off.practitioner, set())
    proposed: list[tuple[str, str]] = []
    for name in sorted(gave):
        before = _person(practice, name)
        after = before or StaffMember(id=StaffId(_slug(name)), name=_title(name), roles=(Role.PRACTITIONER,))
        missing = tuple(sorted(gave[name] - set(after.services)))
        after = replace(after, services=after.services + missing)
        if hours and not after.weeks and spans[name]:
            week = Week(location=_location_of(work, ""), days=proposed_week(spans[name]))
            after = replace(after, weeks=(week,))
            proposed.append((after.name, _week_text(week)))
        if after != before:
            work.staff[after.id] = (before, after)
    work.plan = replace(work.plan, hours=tuple(proposed))


def _clients(look: Look, work: Work, records: Records, source: str) -> int:
    sources = {source, *(it.source for it in records.clients if it.source)}
    sources |= {it.source for it in records.appointments if it.source}
    for its in sources:
        found = clients.all_from_source(look, its)
        work.known_clients.update({(its, id_): client for id_, client in found.items()})
    fresh: dict[tuple[str, str], Client] = {}
    skipped = 0
    for record in records.clients:
        key = (record.source or source, record.source_id)
        before = work.known_clients.get(key)
        if before is None:
            fresh[key] = _client(Client(id=ClientId(0), name="", created_at=look.now), record, key)
            continue
        after = _client(before, record, key)
        if after == before:
            skipped += 1
        else:
            work.updated_clients.append((before, replace(after, revision=before.revision + 1)))
    for it in records.appointments:
        key = (it.source or source, it.client)
        if key not in fresh and key not in work.known_clients:
            name = it.client_name or it.client
            fresh[key] = Client(id=ClientId(0), name=name, source=key[0], source_id=key[1], created_at=look.now)
    work.new_clients.extend(fresh.values())
    return skipped


def _client(was: Client, record: ClientRecord, key: tuple[str, str]) -> Client:
    """What the record says wins; what it leaves empty stays."""
    return replace(
        was,
        name=record.name or was.name or record.source_id,
        kind=record.kind,
        phone=record.phone or was.phone,
        email=record.email or was.email,
        born=record.born or was.born,
        contacts=record.contacts or was.contacts,
        locale=record.locale or was.locale,
        note=record.note or was.note,
        preferences=record.preferences or was.preferences,
        source=key[0],
        source_id=key[1],
        extra={**was.extra, **record.extra},
    )


def _appointments(look: Look, work: Work, records: Records, source: str) -> int:
    practice = work.setup_before
    known: dict[tuple[str, str], Appointment] = {}
    for its in {source, *(it.source for it in records.appointments if it.source)}:
        known.update({(its, id_): it for id_, it in appointments.all_from_source(look, its).items()})
    mine = {it.id for it in known.values()}
    taken = _taken(look, practice, work, mine)
    skipped = 0
    for record in sorted(records.appointments, key=_by_time(practice)):
        key = (record.source or source, record.source_id)
        before = known.get(key)
        client_key = (record.source or source, record.client)
        client = work.known_clients.get(client_key)
        after = _appointment(practice, work, record, key, client.id if client else ClientId(0), before)
        if after.status in HOLDS_TIME:
            lane = _lowest_lane(taken[after.practitioner], after)
            taken[after.practitioner].append((after.padded.start, after.padded.end, after.start, after.end, lane))
            after = replace(after, lane=lane)
            if after.room is not None:
                room_lane = _lowest_lane(taken[after.room], after)
                taken[after.room].append((after.padded.start, after.padded.end, after.start, after.end, room_lane))
                after = replace(after, room_lane=room_lane)
        if before is None:
            work.new_appointments.append((after, client_key))
        elif _same(before, after) and client is not None and client.id == before.client:
            skipped += 1
        else:
            changed = before.changed(**{name: getattr(after, name) for name in _TAKEN_OVER})
            work.updated_appointments.append((before, changed, client_key))
    return skipped


_TAKEN_OVER = (
    "client", "service", "practitioner", "location", "room", "start", "end", "zone", "wall", "status",
    "cancellation", "lane", "room_lane", "note", "internal_note", "ticket", "extra", "price",
)  # fmt: skip


def _same(before: Appointment, after: Appointment) -> bool:
    names = [name for name in _TAKEN_OVER if name != "client"]
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _by_time(practice: Setup) -> Any:
    def key(record: AppointmentRecord) -> tuple[int, str]:
        return (resolve(record.start, practice.practice.timezone) or 0, record.source_id)

    return key


def _appointment(
    practice: Setup,
    work: Work,
    record: AppointmentRecord,
    key: tuple[str, str],
    client: ClientId,
    before: Appointment | None,
) -> Appointment:
    location = _location_of(work, record.location)
    zone_name = practice.practice.timezone
    if location in practice.locations:
        zone_name = practice.zone_of(location)
    start = resolve(record.start, zone_name)
    if start is None:
        raise BadInput(record.source_id, Problem.NOT_A_TIME, str(record.start), hint="the clocks skip this time")
    cancelled = record.status in (Status.CANCELLED, Status.LATE_CANCELLED)
    cancellation = None
    if cancelled:
        reason = record.cancel_reason if record.cancel_reason in practice.reasons else IMPORTED
        cancellation = Cancellation(reason=reason, text=record.cancel_text)
    return Appointment(
        id=before.id if before else AppointmentId(0),
        holder=before.holder if before else uuid.uuid4(),
        client=client,
        service=_service_id(practice, work, record),
        practitioner=_person_id(practice, work, record.practitioner),
        location=location,
        room=_room(practice, record.room),
        start=start,
        end=start + record.minutes * MINUTE,
        zone=zone_name,
        wall=wall_time(start, zone_name).replace(tzinfo=None),
        status=record.status,
        cancellation=cancellation,
        note=record.note,
        internal_note=record.internal_note,
        ticket=record.ticket,
        price=record.price,
        source=key[0],
        source_id=key[1],
        extra=record.extra,
    )


Lane = tuple[int, int, int, int, int]


def _taken(look: Look, practice: Setup, work: Work, mine: set[AppointmentId]) -> dict[str, list[Lane]]:
    """What is booked already by others than the import, per practitioner and room."""
    taken: dict[str, list[Lane]] = defaultdict(list)
    if not work.setup_before.staff:
        return taken
    for it in appointments.holding_time(look):
        if it.id not in mine:
            span = (it.padded.start, it.padded.end, it.start, it.end)
            taken[it.practitioner].append((*span, it.lane))
            if it.room is not None:
                taken[it.room].append((*span, it.room_lane))
    return taken


def _lowest_lane(taken: list[Lane], it: Appointment) -> int:
    """History is fact: what overlaps lies in the next lane that is free."""
    near = taken[-200:] if taken and taken[-1][0] <= it.start else taken
    lanes = {
        lane
        for padded_start, padded_end, start, end, lane in near
        if (start < it.padded.end and it.padded.start < end) or (it.start < padded_end and padded_start < it.end)
    }
    return next(lane for lane in range(len(lanes) + 1) if lane not in lanes)


def _time_off(work: Work, records: Records) -> None:
    known = {(off.staff, off.start, off.end) for off in work.setup_before.time_off if off.life is Life.ACTIVE}
    for record in records.time_off:
        staff = _person_id(work.setup_before, work, record.practitioner)
        if (staff, record.start, record.end) not in known:
            known.add((staff, record.start, record.end))
            work.time_off.append(_off(record, staff))


def _off(record: TimeOffRecord, staff: StaffId) -> TimeOff:
    return TimeOff(id=TimeOffId(0), staff=staff, start=record.start, end=record.end, reason=record.reason)


def _service_id(practice: Setup, work: Work, record: AppointmentRecord) -> ServiceId:
    if not record.service:
        return ServiceId(f"appointment-{record.minutes}")
    if record.service in practice.services:
        return ServiceId(record.service)
    named = _by_name(practice.services, record.service)
    if named is not None:
        return ServiceId(named)
    id_ = ServiceId(_slug(record.service))
    if id_ not in work.services:
        work.services[id_] = Service(id=id_, name=record.service, duration=record.minutes)
    return id_


def _person(practice: Setup, name: str) -> StaffMember | None:
    id_ = name if name in practice.staff else _by_name(practice.staff, name)
    return practice.staff.get(StaffId(id_ or _slug(name)))


def _person_id(practice: Setup, work: Work, name: str) -> StaffId:
    known = _person(practice, name)
    return known.id if known is not None else StaffId(_slug(name))


def _location_of(work: Work, name: str) -> LocationId:
    practice = work.setup_before
    if name:
        found = name if name in practice.locations else _by_name(practice.locations, name)
        if found is not None:
            return LocationId(found)
    first: Iterable[LocationId] = practice.locations or ([work.location.id] if work.location else [])
    return next(iter(first))


def _room(practice: Setup, name: str) -> RoomId | None:
    if not name:
        return None
    found: str | None = name if name in practice.rooms else _by_name(practice.rooms, name)
    if found is None:
        raise NotFound("room", name)
    room: Room = practice.rooms[RoomId(found)]
    return room.id


def _by_name(known: Any, name: str) -> str | None:
    return next((str(id_) for id_, it in known.items() if folded(it.name) == folded(name)), None)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:60] or "unnamed"


def _title(name: str) -> str:
    return name.title() if name.islower() else name


def _week_text(week: Week) -> str:
    days = []
    for name, ranges in zip(WEEKDAYS, week.days, strict=True):
        if ranges:
            spans = ", ".join(
                f"{r.start // 60:02}:{r.start % 60:02}–{r.end // 60:02}:{r.end % 60:02}" for r in ranges
            )
            days.append(f"{name} {spans}")
    return "; ".join(days)
