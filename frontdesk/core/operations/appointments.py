"""What may be done to appointments."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    CancelAsClient,
    EditAppointment,
    LayBack,
    PickUpAppointment,
    RebookAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
)
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.door import Operations
from frontdesk.core.domain.appointments import (
    CANCELLABLE,
    HAPPENS,
    MOVES,
    REINSTATABLE,
    RESCHEDULABLE,
    Action,
    Appointment,
    AppointmentId,
    Cancellation,
    Side,
    Status,
)
from frontdesk.core.domain.charges import ChargeKind
from frontdesk.core.domain.errors import BadInput, NotFound, Problem, saying
from frontdesk.core.domain.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEdited,
    AppointmentReinstated,
    AppointmentRescheduled,
    StatusSet,
)
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.kinds import owner_of
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import CallLiesAhead, NotBeforeStart, NotFromHere, ReasonNeedsText
from frontdesk.core.domain.outcomes import fee_of_no_show, objections_to_cancelling, outcome_of_cancelling
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, is_hidden
from frontdesk.core.domain.practice import BY_CLIENT, Setup
from frontdesk.core.domain.reminders import LONGEST_REMINDER
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.text import clean_text
from frontdesk.core.domain.times import local_date
from frontdesk.core.operations import taking
from frontdesk.core.operations.charges import charge, void_charges
from frontdesk.core.operations.clients import add_record
from frontdesk.core.operations.guard import (
    require_allowed,
    require_no_objection,
    require_power_over,
    require_seen,
    require_sees,
)
from frontdesk.core.operations.recording import record
from frontdesk.core.queries import slots
from frontdesk.core.queries.reminders import timed_since
from frontdesk.core.store import appointments, claims, clients, pickers, practice, terms
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx


def book_appointment(tx: Tx, ask: BookAppointment) -> AppointmentBooked:
    setup = practice.load(tx)
    service = slots.service_of(setup, ask.service)
    wanted = ask.client
    known = None if isinstance(wanted, NewClient) else locked_client(tx, wanted)
    override = clean_text(ask.override)
    search = slots.search_for(
        tx,
        setup,
        service,
        Asking.STAFF,
        known.id if known else None,
        None,
        room=taking.room_of(setup, ask.room),
    )
    holder = uuid.uuid4()
    if ask.hold is not None:
        pickers.close(tx, ask.hold)  # what it keeps is free for whoever it was kept for, and that is here
    taken = taking.take(tx, setup, search, holder, ask.practitioner, ask.location, ask.start, override)
    who = taken.verdict.practitioner
    overrides = bool(override and taken.verdict.reasons)
    require_allowed(tx, ask.needs, Owner(practitioner=who), overriding=setup if overrides else None)
    if known is not None:
        require_sees(tx, ask.needs, known.id)
    also = taking.take_holds(tx, setup, taken.holds)
    client = add_record(tx, setup, wanted) if isinstance(wanted, NewClient) else known
    assert client is not None
    booked = taking.new_appointment(
        tx,
        setup,
        service,
        taken,
        client=client.id,
        holder=holder,
        override=override if taken.verdict.reasons else "",
        note=clean_text(ask.note),
        internal_note=clean_text(ask.internal_note),
        reminders=reminder_hours_given(ask.reminders),
    )
    claims.replace(tx, setup, [booked])
    return record(
        tx,
        AppointmentBooked(
            appointment=booked,
            client=client,
            new_client=known is None,
            warnings=taken.verdict.warnings,
            also=also,
            message=clean_text(ask.message),
            letter=clean_text(ask.letter),
        ),
    )


def rebook_appointment(tx: Tx, ask: RebookAppointment) -> AppointmentBooked:
    setup = practice.load(tx)
    last = found(tx, ask.appointment)
    require_power_over(tx, setup, ask.needs, last)
    service = slots.service_of(setup, last.service)
    wanted = last.wall + timedelta(days=ask.days)
    practitioner = keeps(setup, service, last)
    location = last.location if practitioner == last.practitioner else None
    search = slots.search_for(tx, setup, service, Asking.STAFF, last.client, None)
    places = slots.places_for(setup, service, practitioner, location)
    near = slots.nearest_to(tx, setup, search, places, wanted)
    return book_appointment(
        tx,
        BookAppointment(
            service=service.id,
            start=wanted if near is None else near.start,
            client=last.client,
            practitioner=practitioner if near is None else near.practitioner,
            location=location if near is None else near.location,
            reminders=last.reminders,
        ),
    )


def reschedule_appointment(tx: Tx, ask: RescheduleAppointment) -> AppointmentRescheduled:
    setup = practice.load(tx)
    seen = found(tx, ask.appointment)
    service = slots.service_of(setup, ask.service or seen.service)
    practitioner = ask.practitioner or keeps(setup, service, seen)
    location = ask.location or (seen.location if practitioner == seen.practitioner else None)
    override = clean_text(ask.override)
    client = clients.lock(tx, seen.client)
    room = taking.room_of(setup, ask.room)
    search = slots.search_for(tx, setup, service, Asking.STAFF, seen.client, seen, room=room)
    resources = claims.resources_of(setup, seen)
    taking.lock(tx, [*resources, *taking.wanted(setup, search, practitioner, location)])
    before = locked(tx, seen)
    require_power_over(tx, setup, ask.needs, before)
    require_seen(tx, before, ask.seen)
    if before.status not in RESCHEDULABLE:
        require_no_objection([NotFromHere(before.status, Action.RESCHEDULE)])
    if ask.hold is not None:
        pickers.close(tx, ask.hold)
    taken = taking.take(
        tx, setup, search, before.holder, practitioner, location, ask.start, override, prefer=before.room
    )
    who, where = taken.verdict.practitioner, taken.verdict.location
    overrides = bool(override and taken.verdict.reasons)
    require_allowed(tx, ask.needs, Owner(practitioner=who), overriding=setup if overrides else None)
    elsewhere = (taken.start, who, where) != (before.start, before.practitioner, before.location)
    other = (service.id, who) != (before.service, before.practitioner)
    after = taking.moved(
        tx,
        setup,
        before,
        service,
        taken,
        status=Status.BOOKED if elsewhere else before.status,
        override=override if taken.verdict.reasons else "",
        terms=terms.keep(tx, setup.terms_of(service.id, who)) if other and ask.client_agreed else before.terms,
        missed_cancel=None if elsewhere else before.missed_cancel,
        missed_reschedule=None if elsewhere else before.missed_reschedule,
        note=before.note if ask.note is None else clean_text(ask.note),
        internal_note=before.internal_note if ask.internal_note is None else clean_text(ask.internal_note),
        reminders=before.reminders if ask.reminders is None else reminder_hours_given(ask.reminders),
    )
    also = taking.take_holds(tx, setup, taken.holds)
    if elsewhere or other:
        also += taking.overtake(tx, setup, after)
    claims.replace(tx, setup, [after])
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
            also=also,
            message=clean_text(ask.message),
            letter=clean_text(ask.letter),
        ),
    )


def edit_appointment(tx: Tx, ask: EditAppointment) -> AppointmentEdited:
    _, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    after = before.changed(
        note=before.note if ask.note is None else clean_text(ask.note),
        internal_note=before.internal_note if ask.internal_note is None else clean_text(ask.internal_note),
        reminders=before.reminders if ask.reminders is None else reminder_hours_given(ask.reminders),
    )
    appointments.save(tx, after)
    return record(tx, AppointmentEdited(before=before, appointment=after, client_name=client.name))


def cancel_appointment(tx: Tx, ask: CancelAppointment) -> AppointmentCancelled:
    setup, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    reason = setup.reasons.get(ask.reason)
    if reason is None or reason.life is not Life.ACTIVE or not reason.offered:
        offered = [it.id for it in setup.reasons.values() if it.offered and it.life is Life.ACTIVE]
        raise BadInput("reason", Problem.UNKNOWN, ask.reason, hint=", ".join(offered))
    told = clean_text(ask.text)
    if before.status not in CANCELLABLE:
        require_no_objection([NotFromHere(before.status, Action.CANCEL)])
    if reason.needs_text and not told:
        require_no_objection([ReasonNeedsText(reason.label)])
    said_at = tx.now if ask.said_at is None else ask.said_at
    if said_at > tx.now:
        require_no_objection([CallLiesAhead()])
    cancellation = Cancellation(
        reason=reason.id,
        text=told,
        rebook_link=reason.rebook_link if ask.rebook_link is None else ask.rebook_link,
        by=ask.by,
        at=said_at,
    )
    return _cancel(tx, setup, before, client, cancellation, ask)


def cancel_as_client(tx: Tx, ask: CancelAsClient) -> AppointmentCancelled:
    setup, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    if before.status not in RESCHEDULABLE:
        require_no_objection([NotFromHere(before.status, Action.CANCEL)])
    require_no_objection(objections_to_cancelling(before, terms.of(tx, setup, before), tx.now))
    reason = setup.reasons[BY_CLIENT]
    cancellation = Cancellation(
        reason=reason.id, text=clean_text(ask.text), rebook_link=reason.rebook_link, by=Side.CLIENT, at=tx.now
    )
    return _cancel(tx, setup, before, client, cancellation)


def _cancel(
    tx: Tx,
    setup: Setup,
    before: Appointment,
    client: Client,
    cancellation: Cancellation,
    words: CancelAppointment | None = None,
) -> AppointmentCancelled:
    currency = setup.practice.currency
    agreed = terms.of(tx, setup, before)
    status, outcome = outcome_of_cancelling(before, agreed, currency, cancellation.by, cancellation.at)
    after = before.changed(status=status, cancellation=cancellation)
    waive = clean_text(words.waive) if words is not None else ""
    also = charge(tx, setup, after, ChargeKind.LATE_CANCEL, outcome.fee, waive)
    also += taking.overtake(tx, setup, after)
    claims.replace(tx, setup, [after])
    appointments.save(tx, after)
    appointments.lay_back(tx, after.id)
    return record(
        tx,
        AppointmentCancelled(
            before=before,
            appointment=after,
            client_name=client.name,
            also=also,
            message=clean_text(words.message) if words is not None else "",
            letter=clean_text(words.letter) if words is not None else "",
        ),
    )


def set_status(tx: Tx, ask: SetStatus) -> StatusSet:
    setup, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs)
    action = MOVES.get((before.status, ask.status))
    if action is None:
        require_no_objection([NotFromHere(before.status, _meant(ask.status))])
    if ask.status is Status.NO_SHOW and tx.now < before.start:
        require_no_objection([NotBeforeStart(before.start)])
    if ask.status in HAPPENS and local_date(before.start, before.zone) > local_date(tx.now, before.zone):
        require_no_objection([NotBeforeStart(before.start)])  # nobody arrives on another day
    agreed = terms.of(tx, setup, before)
    after = before.changed(status=ask.status)
    also: tuple[Change, ...] = ()
    if ask.status is Status.NO_SHOW:
        fee = fee_of_no_show(after, agreed, setup.practice.currency)
        also += charge(tx, setup, after, ChargeKind.NO_SHOW, fee)
        claims.replace(tx, setup, [after])
    if after.status not in RESCHEDULABLE:
        also += taking.overtake(tx, setup, after)
    appointments.save(tx, after)
    return record(tx, StatusSet(before=before, appointment=after, client_name=client.name, also=also))


def reinstate_appointment(tx: Tx, ask: ReinstateAppointment) -> AppointmentReinstated:
    setup, before, client = _opened(tx, ask.appointment, ask.seen, ask.needs, any_room=True)
    if before.status not in REINSTATABLE:
        require_no_objection([NotFromHere(before.status, Action.REINSTATE)])
    override = clean_text(ask.override)
    service = setup.services[before.service]
    search = slots.search_for(tx, setup, service, Asking.STAFF, before.client, before, room=before.room)
    taken = taking.take(
        tx, setup, search, before.holder, before.practitioner, before.location, before.start, override
    )
    overrides = bool(override and taken.verdict.reasons)
    require_allowed(tx, ask.needs, owner_of(before), overriding=setup if overrides else None)
    after = before.changed(
        status=Status.BOOKED,
        cancellation=None,
        lane=taken.lane,
        room_lane=taken.room_lane,
        room=taken.room,
        override=override if taken.verdict.reasons else before.override,
    )
    after = replace(after, timed_at=timed_since(tx, before, after))
    also = taking.take_holds(tx, setup, taken.holds) + void_charges(tx, after)
    claims.replace(tx, setup, [after])
    appointments.save(tx, after)
    return record(
        tx,
        AppointmentReinstated(
            before=before, appointment=after, client_name=client.name, warnings=taken.verdict.warnings, also=also
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
    setup = practice.load(tx)
    seen_now = found(tx, id_)
    client = clients.lock(tx, seen_now.client)
    rooms = setup.rooms_for(setup.services[seen_now.service], seen_now.location) if any_room else ()
    taking.lock(tx, [*claims.resources_of(setup, seen_now), *(setup.room_resources[it] for it in rooms)])
    appointment = locked(tx, seen_now)
    require_power_over(tx, setup, permission, appointment)
    require_seen(tx, appointment, seen)
    assert client is not None, "an appointment has a client"
    return setup, appointment, client


def reminder_hours_given(hours: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """An appointment's own reminders, the earliest first. Raises BadInput."""
    if hours is None:
        return None
    for it in hours:
        if not 0 < it <= LONGEST_REMINDER:
            raise BadInput(
                "reminders", Problem.OUT_OF_RANGE, str(it), hint=saying("1–{hours} hours", hours=LONGEST_REMINDER)
            )
    return tuple(sorted(set(hours), reverse=True))


def found(look: Look, id_: AppointmentId) -> Appointment:
    """Raises NotFound, for one whose booking was undone too."""
    appointment = appointments.find(look, id_)
    if appointment is None or appointment.status is Status.UNDONE or is_hidden(look.actor, owner_of(appointment)):
        raise NotFound("appointment", str(id_))
    return appointment


def locked(tx: Tx, seen: Appointment) -> Appointment:
    """The row itself, locked; where it changed while the locks were waited for, all starts again."""
    row = appointments.lock(tx, seen.id)
    if row != seen:
        raise Contention
    return row


def locked_client(tx: Tx, id_: ClientId) -> Client:
    client = clients.lock(tx, id_)
    if client is not None and client.life is Life.MERGED and client.merged_into is not None:
        return locked_client(tx, client.merged_into)
    if client is None or client.life is not Life.ACTIVE or is_hidden(tx.actor, owner_of(client)):
        raise NotFound("client", str(id_))
    return client


def keeps(setup: Setup, service: Service, appointment: Appointment) -> StaffId | None:
    """The practitioner stays, unless they do not offer the new service."""
    offers_it = service.id in setup.staff[appointment.practitioner].services
    return appointment.practitioner if offers_it or service.id == appointment.service else None


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


OPERATIONS: Operations = {
    BookAppointment: book_appointment,
    RebookAppointment: rebook_appointment,
    RescheduleAppointment: reschedule_appointment,
    EditAppointment: edit_appointment,
    CancelAppointment: cancel_appointment,
    CancelAsClient: cancel_as_client,
    SetStatus: set_status,
    ReinstateAppointment: reinstate_appointment,
    PickUpAppointment: pick_up_appointment,
    LayBack: lay_back,
}
