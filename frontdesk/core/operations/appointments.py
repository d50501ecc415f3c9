"""What may be done to appointments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    EditAppointment,
    LayBack,
    PickUpAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
)
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.domain.appointments import (
    CANCELLABLE,
    MOVES,
    REINSTATABLE,
    RESCHEDULABLE,
    Action,
    Appointment,
    AppointmentId,
    Cancellation,
    Status,
)
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEdited,
    AppointmentReinstated,
    AppointmentRescheduled,
    StatusSet,
)
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import (
    NotBeforeStart,
    NotFromHere,
    NotOffered,
    ReasonNeedsText,
)
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.services import LocationId, RoomId, Service
from frontdesk.core.domain.slots import Asking, Offer, Place, Verdict
from frontdesk.core.domain.text import clean_text
from frontdesk.core.domain.times import MINUTE, Instant, Span, Start, local_date, resolve, wall_time
from frontdesk.core.operations.clients import add_record
from frontdesk.core.operations.guard import (
    record,
    require_allowed,
    require_free,
    require_no_objection,
    require_power_over,
    require_seen,
    require_sees,
)
from frontdesk.core.queries import slots
from frontdesk.core.store import appointments, claims, clients, setup
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Tx


@dataclass(frozen=True, slots=True)
class Taken:
    """What a booking takes: the verdict it rests on and the lanes it lies in."""

    verdict: Verdict
    start: Instant
    end: Instant
    room: RoomId | None
    lane: int
    room_lane: int


def book_appointment(tx: Tx, ask: BookAppointment) -> AppointmentBooked:
    practice = setup.load(tx)
    service = slots.service_of(practice, ask.service)
    wanted = ask.client
    known = None if isinstance(wanted, NewClient) else _client(tx, wanted)
    override = clean_text(ask.override)
    search = slots.search_for(
        tx, practice, service, Asking.STAFF, known.id if known else None, None, room=_room(practice, ask.room)
    )
    holder = uuid.uuid4()
    taken = _take(tx, practice, search, holder, ask.practitioner, ask.location, ask.start, override)
    where = taken.verdict.location
    require_allowed(
        tx, ask.needs, taken.verdict.practitioner, overriding=practice if override and taken.verdict.reasons else None
    )
    if known is not None:
        require_sees(tx, ask.needs, known.id)
    client = add_record(tx, practice, wanted) if isinstance(wanted, NewClient) else _client(tx, wanted)
    zone_name = practice.zone_of(where)
    before, after = practice.buffers_of(service)
    booked = appointments.add(
        tx,
        Appointment(
            id=AppointmentId(0),
            holder=holder,
            client=client.id,
            service=service.id,
            practitioner=taken.verdict.practitioner,
            location=where,
            room=taken.room,
            start=taken.start,
            end=taken.end,
            zone=zone_name,
            wall=wall_time(taken.start, zone_name).replace(tzinfo=None),
            buffer_before=before,
            buffer_after=after,
            price=service.price,
            override=override if taken.verdict.reasons else "",
            lane=taken.lane,
            room_lane=taken.room_lane,
            note=clean_text(ask.note),
            internal_note=clean_text(ask.internal_note),
        ),
    )
    claims.replace(tx, practice, [booked])
    return record(
        tx,
        AppointmentBooked(
            appointment=booked, client=client, new_client=known is None, warnings=taken.verdict.warnings
        ),
    )


def reschedule_appointment(tx: Tx, ask: RescheduleAppointment) -> AppointmentRescheduled:
    practice = setup.load(tx)
    seen = _found(tx, ask.appointment)
    service = slots.service_of(practice, ask.service or seen.service)
    practitioner = ask.practitioner or _keeps(practice, service, seen)
    location = ask.location or (seen.location if practitioner == seen.practitioner else None)
    override = clean_text(ask.override)
    client = clients.lock(tx, seen.client)
    search = slots.search_for(tx, practice, service, Asking.STAFF, seen.client, seen, room=_room(practice, ask.room))
    claims.lock(tx, [*claims.resources_of(practice, seen), *_wanted(practice, search, practitioner, location)])
    before = _locked(tx, seen)
    require_seen(tx, before, ask.seen)
    require_power_over(tx, practice, ask.needs, before)
    if before.status not in RESCHEDULABLE:
        require_no_objection([NotFromHere(before.status, Action.RESCHEDULE)])
    taken = _take(
        tx, practice, search, before.holder, practitioner, location, ask.start, override, prefer=before.room
    )
    require_allowed(
        tx, ask.needs, taken.verdict.practitioner, overriding=practice if override and taken.verdict.reasons else None
    )
    zone_name = practice.zone_of(taken.verdict.location)
    if service.id != before.service:
        buffers = practice.buffers_of(service)
        before_after, price = buffers, service.price
    else:
        before_after, price = (before.buffer_before, before.buffer_after), before.price
    elsewhere = (taken.start, taken.verdict.practitioner, taken.verdict.location) != (
        before.start,
        before.practitioner,
        before.location,
    )
    after = before.changed(
        service=service.id,
        practitioner=taken.verdict.practitioner,
        location=taken.verdict.location,
        room=taken.room,
        start=taken.start,
        end=taken.end,
        zone=zone_name,
        wall=wall_time(taken.start, zone_name).replace(tzinfo=None),
        buffer_before=before_after[0],
        buffer_after=before_after[1],
        price=price,
        status=Status.BOOKED if elsewhere else before.status,
        override=override if taken.verdict.reasons else "",
        lane=taken.lane,
        room_lane=taken.room_lane,
        note=before.note if ask.note is None else clean_text(ask.note),
        internal_note=before.internal_note if ask.internal_note is None else clean_text(ask.internal_note),
    )
    claims.replace(tx, practice, [after])
    appointments.save(tx, after)
    appointments.lay_back(tx, after.id)
    return record(
        tx,
        AppointmentRescheduled(
            before=before,
            appointment=after,
            client_name=client.name if client else "",
            override=after.override,
            warnings=taken.verdict.warnings,
        ),
    )


def edit_appointment(tx: Tx, ask: EditAppointment) -> AppointmentEdited:
    _, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    after = before.changed(
        note=before.note if ask.note is None else clean_text(ask.note),
        internal_note=before.internal_note if ask.internal_note is None else clean_text(ask.internal_note),
    )
    appointments.save(tx, after)
    return record(tx, AppointmentEdited(before=before, appointment=after, client_name=client.name))


def cancel_appointment(tx: Tx, ask: CancelAppointment) -> AppointmentCancelled:
    practice, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    reason = practice.reasons.get(ask.reason)
    if reason is None or reason.life is not Life.ACTIVE or not reason.offered:
        offered = [it.id for it in practice.reasons.values() if it.offered and it.life is Life.ACTIVE]
        raise BadInput("reason", Problem.UNKNOWN, ask.reason, hint=", ".join(offered))
    words = clean_text(ask.text)
    if before.status not in CANCELLABLE:
        require_no_objection([NotFromHere(before.status, Action.CANCEL)])
    if reason.needs_text and not words:
        require_no_objection([ReasonNeedsText(reason.label)])
    after = before.changed(
        status=Status.CANCELLED,
        cancellation=Cancellation(
            reason=reason.id,
            text=words,
            rebook_link=reason.rebook_link if ask.rebook_link is None else ask.rebook_link,
        ),
    )
    claims.replace(tx, practice, [after])
    appointments.save(tx, after)
    appointments.lay_back(tx, after.id)
    return record(tx, AppointmentCancelled(before=before, appointment=after, client_name=client.name))


def set_status(tx: Tx, ask: SetStatus) -> StatusSet:
    practice, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    action = MOVES.get((before.status, ask.status))
    if action is None:
        require_no_objection([NotFromHere(before.status, _meant(ask.status))])
    if ask.status is Status.NO_SHOW and tx.now < before.start:
        require_no_objection([NotBeforeStart(before.start)])
    after = before.changed(status=ask.status)
    if ask.status is Status.NO_SHOW:
        claims.replace(tx, practice, [after])
    appointments.save(tx, after)
    return record(tx, StatusSet(before=before, appointment=after, client_name=client.name))


def reinstate_appointment(tx: Tx, ask: ReinstateAppointment) -> AppointmentReinstated:
    practice, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs, any_room=True)
    if before.status not in REINSTATABLE:
        require_no_objection([NotFromHere(before.status, Action.REINSTATE)])
    override = clean_text(ask.override)
    service = practice.services[before.service]
    search = slots.search_for(tx, practice, service, Asking.STAFF, before.client, before, room=before.room)
    taken = _take(tx, practice, search, before.holder, before.practitioner, before.location, before.start, override)
    require_allowed(
        tx, ask.needs, before.practitioner, overriding=practice if override and taken.verdict.reasons else None
    )
    after = before.changed(
        status=Status.BOOKED,
        cancellation=None,
        lane=taken.lane,
        room_lane=taken.room_lane,
        room=taken.room,
        override=override if taken.verdict.reasons else before.override,
    )
    claims.replace(tx, practice, [after])
    appointments.save(tx, after)
    return record(
        tx,
        AppointmentReinstated(
            before=before, appointment=after, client_name=client.name, warnings=taken.verdict.warnings
        ),
    )


def pick_up_appointment(tx: Tx, ask: PickUpAppointment) -> None:
    _, appointment, _ = _opened(tx, ask.appointment, None, ask.needs)
    if appointment.status not in RESCHEDULABLE:
        require_no_objection([NotFromHere(appointment.status, Action.RESCHEDULE)])
    appointments.pick_up(tx, appointment.id)


def lay_back(tx: Tx, ask: LayBack) -> None:
    require_allowed(tx, ask.needs)
    appointments.lay_back(tx, ask.appointment)


def _opened(
    tx: Tx, id_: AppointmentId, seen: int | None, permission: Permission, any_room: bool = False
) -> tuple[Setup, Appointment, Client]:
    """The locks and the reads of a change that stays in its place, maybe in another room of it."""
    practice = setup.load(tx)
    found = _found(tx, id_)
    client = clients.lock(tx, found.client)
    rooms = practice.rooms_for(practice.services[found.service], found.location) if any_room else ()
    claims.lock(tx, [*claims.resources_of(practice, found), *(practice.room_resources[it] for it in rooms)])
    appointment = _locked(tx, found)
    require_seen(tx, appointment, seen)
    require_power_over(tx, practice, permission, appointment)
    assert client is not None, "an appointment has a client"
    return practice, appointment, client


def _found(tx: Tx, id_: AppointmentId) -> Appointment:
    found = appointments.find(tx, id_)
    if found is None or found.status is Status.UNDONE:
        raise NotFound("appointment", str(id_))
    return found


def _locked(tx: Tx, found: Appointment) -> Appointment:
    """The row itself, locked; where it changed while the locks were waited for, all starts again."""
    locked = appointments.lock(tx, found.id)
    if locked != found:
        raise Contention
    return locked


def _client(tx: Tx, id_: ClientId) -> Client:
    client = clients.lock(tx, id_)
    if client is not None and client.life is Life.MERGED and client.merged_into is not None:
        return _client(tx, client.merged_into)
    if client is None or client.life is not Life.ACTIVE:
        raise NotFound("client", str(id_))
    return client


def _room(practice: Setup, room: RoomId | None) -> RoomId | None:
    if room is not None and room not in practice.rooms:
        raise NotFound("room", room)
    return room


def _keeps(practice: Setup, service: Service, appointment: Appointment) -> StaffId | None:
    """The practitioner stays, unless they do not offer the new service."""
    offers_it = service.id in practice.staff[appointment.practitioner].services
    return appointment.practitioner if offers_it or service.id == appointment.service else None


def _wanted(
    practice: Setup, search: slots.Search, practitioner: StaffId | None, location: LocationId | None
) -> tuple[ResourceId, ...]:
    places = slots.places_for(practice, search.wish.service, practitioner, location)
    return slots.resources_of(practice, search.wish, places)


def _take(
    tx: Tx,
    practice: Setup,
    search: slots.Search,
    holder: uuid.UUID,
    practitioner: StaffId | None,
    location: LocationId | None,
    start: Start,
    override: str,
    prefer: RoomId | None = None,
) -> Taken:
    """Lock what is wanted, judge it once more, and say which lanes it takes. Raises SlotTaken or Refused."""
    search = replace(search, holder=holder)
    claims.lock(tx, _wanted(practice, search, practitioner, location))
    if prefer is not None and search.wish.room is None:
        kept = replace(search, wish=replace(search.wish, room=prefer))
        verdicts = slots.verdicts_on(tx, practice, kept, practitioner, location, start)
        if any(verdict.ok for verdict in verdicts):
            search = kept
    verdicts = slots.verdicts_on(tx, practice, search, practitioner, location, start)
    if not verdicts:
        require_no_objection([NotOffered(search.wish.service.id, practitioner)])
    chosen = _choose(tx, practice, verdicts, bool(override))
    against = chosen.blocking(bool(override))
    if against:
        near: tuple[Offer, ...] = ()
        if all(objection.means_taken for objection in against):
            near = slots.nearest(tx, practice, search, practitioner, location, start)[:3]
        require_free(against, near)
    at = resolve(chosen.start, practice.zone_of(chosen.location))
    assert at is not None and chosen.end is not None, "a time that does not exist is never free"
    span = Span(at, chosen.end)
    padded = Span(at - search.wish.before, chosen.end + search.wish.after)
    place = Place(chosen.practitioner, chosen.location)
    return Taken(
        verdict=chosen,
        start=span.start,
        end=span.end,
        room=chosen.room,
        lane=_lane(tx, practice.staff_resources[place.practitioner], span, padded, holder, chosen),
        room_lane=_lane(tx, practice.room_resources[chosen.room], span, padded, holder, chosen)
        if chosen.room is not None
        else 0,
    )


def _choose(tx: Tx, practice: Setup, verdicts: Iterable[Verdict], overridden: bool) -> Verdict:
    """The verdict with least against it; among equals whoever has least booked that day, then by name."""

    def rank(verdict: Verdict) -> tuple[int, int, int, str]:
        zone_name = practice.zone_of(verdict.location)
        at = resolve(verdict.start, zone_name) or 0
        day = local_date(at, zone_name)
        around = Span(at - 24 * 60 * MINUTE, at + 24 * 60 * MINUTE)
        minutes = sum(
            spent
            for start, spent in appointments.booked_minutes(tx, verdict.practitioner, around)
            if local_date(start, zone_name) == day
        )
        name = practice.staff[verdict.practitioner].name
        return (len(verdict.blocking(overridden)), len(verdict.reasons), minutes, name)

    return min(verdicts, key=rank)


def _lane(tx: Tx, resource: ResourceId, span: Span, padded: Span, holder: uuid.UUID, verdict: Verdict) -> int:
    """The lowest lane in which it stands against nothing: 0 unless a rule was overridden."""
    if verdict.ok:
        return 0
    claims.take_holds(tx, resource, span, padded, holder)
    taken = claims.lanes_taken(tx, resource, span, padded, holder)
    return next(lane for lane in range(len(taken) + 1) if lane not in taken)


def _meant(status: Status) -> Action:
    """What somebody wants who sets this status."""
    wanted: dict[Status, Action] = {to: action for (_, to), action in MOVES.items() if action is not Action.BACK}
    wanted.update(
        {
            Status.BOOKED: Action.BACK,
            Status.CANCELLED: Action.CANCEL,
            Status.LATE_CANCELLED: Action.CANCEL,
            Status.UNDONE: Action.CANCEL,
        }
    )
    return wanted[status]
