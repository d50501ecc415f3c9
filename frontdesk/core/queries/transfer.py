"""What an import would do, worked out before anything is written; and everything, for an export."""

from __future__ import annotations

import re
import uuid
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar, cast

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.transfer import Everything, PlanImport, ShowEverything
from frontdesk.core.domain.appointments import (
    HOLDS_TIME,
    Appointment,
    AppointmentId,
    Cancellation,
    Side,
    Status,
    TermsId,
)
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.hours import WEEKDAYS, TimeOff, TimeOffId, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId, Role, StaffId
from frontdesk.core.domain.practice import PLACEHOLDER, Setup, StaffMember
from frontdesk.core.domain.records import (
    APPOINTMENT_FIELDS,
    CLIENT_FIELDS,
    AppointmentRecord,
    ClientRecord,
    ImportPlan,
    KeptAppointment,
    Records,
    TimeOffRecord,
    as_changed_here,
    proposed_week,
)
from frontdesk.core.domain.services import Location, LocationId, RoomId, Service, ServiceId
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import DAY, MINUTE, resolve, wall_time
from frontdesk.core.store import appointments, clients, events, practice
from frontdesk.core.store.look import Look

K = TypeVar("K", Client, Appointment)
Id = TypeVar("Id", bound=str)

IMPORTED = "imported"
UNKNOWN_LOCATION, UNKNOWN_ROOM = "location (unknown here)", "room (unknown here)"
"""Under which an appointment keeps names of places that the practice does not have."""
_ALL = 1 << 40


@dataclass(slots=True, kw_only=True)
class Work:
    """Everything an import has to write, in the order of writing."""

    setup_before: Setup
    sources: set[str] = field(default_factory=set)
    """Where what came before may have come from."""
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
    keeps_numbers: bool = False
    """An empty database takes records of an export with their numbers, and so their references, as they were."""
    kept: list[str] = field(default_factory=list)
    unknown_places: set[str] = field(default_factory=set)
    ids: dict[str, StaffId] = field(default_factory=dict)
    service_ids: dict[str, ServiceId] = field(default_factory=dict)
    plan: ImportPlan = field(default_factory=ImportPlan)

    @property
    def setup_after(self) -> Setup:
        """The practice with what the records need of it, as far as it says what is agreed to."""
        services = {**self.setup_before.services, **self.services}
        staff = {**self.setup_before.staff, **{id_: after for id_, (_, after) in self.staff.items()}}
        return replace(self.setup_before, services=services, staff=staff, _kept={})


def plan_import(look: Look, question: PlanImport) -> ImportPlan:
    return work_of(look, question.records, question.source, question.hours).plan


def show_everything(look: Look, _: ShowEverything) -> Everything:
    setup = practice.load(look)
    return Everything(
        setup=setup,
        clients=tuple(clients.everyone(look)),
        appointments=appointments.everything(look, setup),
        history=events.of_span(look, None, _ALL),
        past=events.kept(look),
    )


def work_of(look: Look, records: Records, source: str, hours: bool) -> Work:
    """Matches records with what is kept, by source and source id only. Raises BadInput or NotFound."""
    keeps_numbers = _is_whole_export(records) and clients.is_empty(look)
    work = Work(setup_before=practice.load(look), keeps_numbers=keeps_numbers)
    if records.history and not work.keeps_numbers:
        hint = "it is taken over only into an empty database, with all clients and appointments of its export"
        raise BadInput("history", Problem.EXCLUDES_ANOTHER, "records of another origin", hint=hint)
    if not work.keeps_numbers:
        records = _in_use(records)
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
        kept=tuple(work.kept),
        unknown_places=tuple(sorted(work.unknown_places)),
        replaced_staff=_give_way(look, work),
        history=len(records.history),
    )
    return work


def _is_whole_export(records: Records) -> bool:
    """Whether the records are those of one export, with numbers of their own, and all that its history names."""
    numbered = {("client", str(it.kept.id)) for it in records.clients if it.kept is not None}
    numbered |= {("appointment", str(it.kept.id)) for it in records.appointments if it.kept is not None}
    known = {(it.source, it.source_id) for it in records.clients}
    named = {it[:2] for event in records.history for it in event.things if it[0] in ("client", "appointment")}
    return (
        len(numbered) == len(records.clients) + len(records.appointments)
        and all((it.source, it.client) in known for it in records.appointments)
        and named <= numbered
    )


def _in_use(records: Records) -> Records:
    """Without what was merged or undone where it comes from."""
    return replace(
        records,
        clients=tuple(it for it in records.clients if it.kept is None or it.kept.life is Life.ACTIVE),
        appointments=tuple(it for it in records.appointments if it.status is not Status.UNDONE),
    )


def _give_way(look: Look, work: Work) -> tuple[str, ...]:
    """The placeholder of a new practice, where an import brings the people and it has no appointment."""
    setup = work.setup_before
    if not any(before is None for before, _ in work.staff.values()):
        return ()
    gone = []
    for id_, person in setup.staff.items():
        is_one = person.name == PLACEHOLDER and person.life is Life.ACTIVE
        if is_one and id_ not in work.staff and not appointments.naming(look, "staff", [id_]):
            work.staff[id_] = (person, replace(person, life=Life.ARCHIVED))
            gone.append(person.name)
    return tuple(gone)


def _places(work: Work, records: Records) -> None:
    """A practice without a location gets one; each length of appointment that appears gets a service."""
    setup = work.setup_before
    if not setup.locations:
        work.location = Location(id=LocationId("main"), name=setup.practice.name)
    lengths = {record.minutes for record in records.appointments if not record.service}
    for minutes in sorted(lengths):
        id_ = ServiceId(f"appointment-{minutes}")
        if id_ not in setup.services:
            even = 60 % minutes == 0 or minutes % 60 == 0
            work.services[id_] = Service(
                id=id_,
                name=f"Appointment {minutes} min",
                duration=minutes,
                start_interval=minutes if even else None,
            )


def _people(work: Work, records: Records, hours: bool) -> None:
    """Practitioners by id or name; unknown ones are made, with the services they gave and their usual week."""
    setup = work.setup_before
    gave: dict[str, set[ServiceId]] = defaultdict(set)
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    zone_name = setup.practice.timezone
    for record in records.appointments:
        service = _service_id(setup, work, record)
        theirs = gave[record.practitioner]
        if record.kept is not None:
            continue  # an export tells who offers what, and when they work
        theirs.add(service)
        at = record.start if isinstance(record.start, datetime) else wall_time(record.start, zone_name)
        at = at.replace(tzinfo=None)
        spans[record.practitioner].append((at, at + timedelta(minutes=record.minutes)))
    for off in records.time_off:
        gave.setdefault(off.practitioner, set())
    proposed: list[tuple[str, str]] = []
    for name in sorted(gave):
        before = setup.staff.get(_person_id(work, name))
        after = before or StaffMember(id=_person_id(work, name), name=_title(name), roles=(Role.PRACTITIONER,))
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
    work.sources = {source, *(it.source for it in records.clients if it.source)}
    work.sources |= {it.source for it in records.appointments if it.source}
    for its in work.sources:
        found = clients.all_from_source(look, its)
        work.known_clients.update({(its, id_): _survivor(look, client) for id_, client in found.items()})
    fresh: dict[tuple[str, str], Client] = {}
    numbers = {it.kept.id for it in records.clients if it.kept is not None}
    skipped = 0
    for record in records.clients:
        key = (record.source or source, record.source_id)
        before = work.known_clients.get(key)
        if before is None:
            fresh[key] = _client(_new_client(look, work, record, numbers), record, key)
            continue
        if (before.source, before.source_id) != key:  # merged here: the other record is theirs no more
            skipped += 1
            continue
        after = _client(before, record, key)
        if after != before:
            after = _as_changed_here(look, work, before, after, CLIENT_FIELDS)
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


def _survivor(look: Look, client: Client) -> Client:
    """Whom a client was merged into, at the end of the line."""
    while client.life is Life.MERGED and client.merged_into is not None:
        found = clients.find(look, client.merged_into)
        if found is None:
            return client
        client = found
    return client


def _new_client(look: Look, work: Work, record: ClientRecord, numbers: set[ClientId]) -> Client:
    made = Client(id=ClientId(0), name="", created_at=look.now)
    kept = record.kept
    if kept is None or not work.keeps_numbers:
        return made
    into = kept.merged_into if kept.merged_into in numbers else None
    life = Life.ACTIVE if kept.life is Life.MERGED and into is None else kept.life
    return replace(made, id=kept.id, created_at=kept.created_at, life=life, merged_into=into)


def _as_changed_here(look: Look, work: Work, before: K, after: K, groups: Iterable[tuple[str, ...]]) -> K:
    """What the source says anew, and what was changed here since the last import; the report names such records."""
    kind = "client" if isinstance(before, Client) else "appointment"
    last = events.last_imported(look, kind, str(before.id))
    imported = next((it.after for it in last.changes if it.kind == kind), None) if last is not None else None
    if not isinstance(imported, type(before)):
        return after
    merged = as_changed_here(imported, before, after, groups)
    if merged != after:
        work.kept.append(before.source_id)
    return merged


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
    setup = work.setup_before
    known: dict[tuple[str, str], Appointment] = {}
    for its in {source, *(it.source for it in records.appointments if it.source)}:
        known.update({(its, id_): it for id_, it in appointments.all_from_source(look, its).items()})
    named = {(it.source or source, it.source_id) for it in records.appointments}
    mine = {it.id for key, it in known.items() if key in named}
    taken = _taken(look, setup, work, mine)
    skipped = 0
    for record in sorted(records.appointments, key=_by_time(setup)):
        key = (record.source or source, record.source_id)
        before = known.get(key)
        client_key = (record.source or source, record.client)
        client = work.known_clients.get(client_key)
        after = _appointment(setup, work, record, key, client.id if client else ClientId(0), before)
        if before is not None and not _same(before, replace(after, lane=before.lane, room_lane=before.room_lane)):
            after = _as_changed_here(look, work, before, after, APPOINTMENT_FIELDS)
        if after.status in HOLDS_TIME:
            lane = _lowest_lane(taken[after.practitioner], after, after.lane)
            insort(taken[after.practitioner], (after.padded.start, after.padded.end, after.start, after.end, lane))
            after = replace(after, lane=lane)
            if after.room is not None:
                room_lane = _lowest_lane(taken[after.room], after, after.room_lane)
                insort(taken[after.room], (after.padded.start, after.padded.end, after.start, after.end, room_lane))
                after = replace(after, room_lane=room_lane)
        if before is None:
            work.new_appointments.append((after, client_key))
        elif _same(before, after) and client is not None and client.id == before.client:
            skipped += 1
        else:
            changed = before.changed(**{name: getattr(after, name) for name in _TAKEN_OVER})
            work.updated_appointments.append((before, changed, client_key))
    return skipped


_TAKEN_OVER = ("client", *(name for group in APPOINTMENT_FIELDS for name in group), "lane", "room_lane")


def _same(before: Appointment, after: Appointment) -> bool:
    names = [name for name in _TAKEN_OVER if name != "client"]
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _by_time(setup: Setup) -> Any:
    def key(record: AppointmentRecord) -> tuple[int, str]:
        return (resolve(record.start, setup.practice.timezone) or 0, record.source_id)

    return key


def _appointment(
    setup: Setup,
    work: Work,
    record: AppointmentRecord,
    key: tuple[str, str],
    client: ClientId,
    before: Appointment | None,
) -> Appointment:
    location = _location_of(work, record.location)
    room = _room(setup, record.room)
    extra = dict(record.extra)
    if record.location and location not in (record.location, _by_name(setup.locations, record.location)):
        extra[UNKNOWN_LOCATION] = record.location
        work.unknown_places.add(record.location)
    if record.room and room is None:
        extra[UNKNOWN_ROOM] = record.room
        work.unknown_places.add(record.room)
    zone_name = setup.practice.timezone
    if location in setup.locations:
        zone_name = setup.zone_of(location)
    start = resolve(record.start, zone_name)
    if start is None:
        raise BadInput(record.source_id, Problem.NOT_A_TIME, str(record.start), hint="the clocks skip this time")
    cancelled = record.status in (Status.CANCELLED, Status.LATE_CANCELLED)
    cancellation = None
    if cancelled:
        reason = record.cancel_reason if record.cancel_reason in setup.reasons else IMPORTED
        link = record.kept is not None and record.kept.cancel_link
        known = before.cancellation if before is not None else None
        by, at = (known.by, known.at) if known is not None else (Side.PRACTICE, 0)
        cancellation = Cancellation(reason=reason, text=record.cancel_text, rebook_link=link, by=by, at=at)
    kept = record.kept or KeptAppointment(id=AppointmentId(0), holder=uuid.uuid4())
    if before is None and not work.keeps_numbers:
        kept = replace(kept, id=AppointmentId(0), holder=uuid.uuid4(), revision=1, sequence=0)
    return Appointment(
        id=before.id if before else kept.id,
        holder=before.holder if before else kept.holder,
        client=client,
        service=_service_id(setup, work, record),
        practitioner=_person_id(work, record.practitioner),
        location=location,
        room=room,
        start=start,
        end=start + record.minutes * MINUTE,
        zone=zone_name,
        wall=wall_time(start, zone_name).replace(tzinfo=None),
        terms=before.terms if before else TermsId(""),
        missed_cancel=before.missed_cancel if before else None,
        missed_reschedule=before.missed_reschedule if before else None,
        status=record.status,
        cancellation=cancellation,
        note=record.note,
        internal_note=record.internal_note,
        ticket=record.ticket,
        price=record.price,
        source=key[0],
        source_id=key[1],
        extra=extra,
        override=kept.override,
        buffer_before=kept.buffer_before,
        buffer_after=kept.buffer_after,
        lane=kept.lane,
        room_lane=kept.room_lane,
        revision=kept.revision,
        sequence=kept.sequence,
    )


Lane = tuple[int, ...]
"""Padded start and end, start and end, lane; sorted, so by padded start."""


def _taken(look: Look, setup: Setup, work: Work, mine: set[AppointmentId]) -> dict[str, list[Lane]]:
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
    for lanes in taken.values():
        lanes.sort()
    return taken


def _lowest_lane(taken: list[Lane], it: Appointment, wanted: int) -> int:
    """History is fact: what overlaps lies in the next lane that is free, or the one it was in."""
    first = bisect_left(taken, (it.padded.start - DAY,))  # no booking with its buffers is longer than a day
    near = taken[first : bisect_left(taken, (it.padded.end,))]
    lanes = {
        lane
        for padded_start, padded_end, start, end, lane in near
        if (start < it.padded.end and it.padded.start < end) or (it.start < padded_end and padded_start < it.end)
    }
    return wanted if wanted not in lanes else next(lane for lane in range(len(lanes) + 1) if lane not in lanes)


def _time_off(work: Work, records: Records) -> None:
    known = {(off.staff, off.start, off.end) for off in work.setup_before.time_off if off.life is Life.ACTIVE}
    for record in records.time_off:
        staff = _person_id(work, record.practitioner)
        if (staff, record.start, record.end) not in known:
            known.add((staff, record.start, record.end))
            work.time_off.append(_off(record, staff))


def _off(record: TimeOffRecord, staff: StaffId) -> TimeOff:
    return TimeOff(id=TimeOffId(0), staff=staff, start=record.start, end=record.end, reason=record.reason)


def _service_id(setup: Setup, work: Work, record: AppointmentRecord) -> ServiceId:
    if not record.service:
        return ServiceId(f"appointment-{record.minutes}")
    if record.service in setup.services:
        return ServiceId(record.service)
    named = _by_name(setup.services, record.service)
    if named is not None:
        return ServiceId(named)
    id_ = _new_id(record.service, "service", work.service_ids, setup.services)
    if id_ not in work.services:
        work.services[id_] = Service(id=id_, name=record.service, duration=record.minutes)
    return id_


def _person_id(work: Work, name: str) -> StaffId:
    """A practitioner by id or name; another name is another person, however alike the two look."""
    staff = work.setup_before.staff
    known = name if name in staff else _by_name(staff, name)
    return StaffId(known) if known is not None else _new_id(name, "staff", work.ids, staff)


def _location_of(work: Work, name: str) -> LocationId:
    setup = work.setup_before
    if name:
        found = name if name in setup.locations else _by_name(setup.locations, name)
        if found is not None:
            return LocationId(found)
    first: Iterable[LocationId] = setup.locations or ([work.location.id] if work.location else [])
    return next(iter(first))


def _room(setup: Setup, name: str) -> RoomId | None:
    found = name if name in setup.rooms else _by_name(setup.rooms, name)
    return RoomId(found) if found is not None else None


def _by_name(known: Any, name: str) -> str | None:
    return next((str(id_) for id_, it in known.items() if folded(it.name) == folded(name)), None)


def _new_id(name: str, kind: str, made: dict[str, Id], known: Container[str]) -> Id:
    """An id for a name: the same for the same name, another for any other."""
    key = folded(name) or name
    if key not in made:
        slug = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:60] or kind
        ids = (slug if number == 1 else f"{slug}-{number}" for number in count(1))
        made[key] = cast(Id, next(id_ for id_ in ids if id_ not in known and id_ not in made.values()))
    return made[key]


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


QUERIES: Queries = {
    PlanImport: plan_import,
    ShowEverything: show_everything,
}
