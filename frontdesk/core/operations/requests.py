"""What clients ask for, under their rules."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.requests import (
    DeclineRequest,
    EditRequest,
    RequestAppointment,
    RequestRescheduling,
    WithdrawRequest,
)
from frontdesk.core.domain.actors import ApplicantId
from frontdesk.core.domain.appointments import RESCHEDULABLE, Action, Appointment, Side
from frontdesk.core.domain.charges import ChargeKind
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.events.appointments import AppointmentBooked, AppointmentRescheduled
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.requests import RequestEdited, RequestMade, RequestWithdrawn
from frontdesk.core.domain.kinds import owner_of
from frontdesk.core.domain.objections import (
    InThePast,
    NotFromHere,
    Objection,
    RequestIsOver,
    ServiceStays,
    TooManyPending,
)
from frontdesk.core.domain.outcomes import missed_deadlines, objections_to_rescheduling, outcome_of_rescheduling
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, is_hidden, not_allowed
from frontdesk.core.domain.policies import Approval
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import (
    Applicant,
    Request,
    RequestAction,
    RequestId,
    RequestKind,
    RequestState,
    Slot,
    expiry,
)
from frontdesk.core.domain.services import RoomId, Service, ServiceId
from frontdesk.core.domain.slots import Asking
from frontdesk.core.domain.text import clean_line, clean_text
from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.operations import taking
from frontdesk.core.operations.appointments import found, keeps, locked, locked_client
from frontdesk.core.operations.charges import charge
from frontdesk.core.operations.clients import add_record
from frontdesk.core.operations.guard import (
    require_allowed,
    require_no_objection,
    require_power_over,
    require_seen,
    require_sees,
)
from frontdesk.core.operations.recording import record
from frontdesk.core.parse import contacts
from frontdesk.core.queries import slots
from frontdesk.core.store import appointments, claims, clients, events, requests, setup, terms
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx


def request_appointment(tx: Tx, ask: RequestAppointment) -> RequestMade | AppointmentBooked:
    practice = setup.load(tx)
    service = slots.service_of(practice, ask.service)
    known = None if isinstance(ask.client, Applicant) else locked_client(tx, ask.client)
    applicant = _cleaned(tx, practice, ask.client) if isinstance(ask.client, Applicant) else None
    _require_asks_for_self(tx, ask.needs, known)
    search = slots.search_for(
        tx,
        practice,
        service,
        Asking.NEW if known is None else Asking.CLIENT,
        known.id if known is not None else None,
        None,
        applicant=applicant,
    )
    holder = uuid.uuid4()
    taken = taking.take(tx, practice, search, holder, ask.practitioner, ask.location, ask.start, override="")
    who = taken.verdict.practitioner
    require_allowed(tx, ask.needs, _asker(tx, known, who))
    at_once = _stands_at_once(tx, practice, service, known, applicant)
    if at_once:
        client = known or add_record(tx, practice, record_of(applicant))
        booked = appointments.add(
            tx,
            taking.new_appointment(
                practice,
                service,
                taken,
                client=client.id,
                holder=holder,
                terms=terms.keep(tx, practice.terms_of(service.id, who)),
            ),
        )
        claims.replace(tx, practice, [booked])
        return record(
            tx,
            AppointmentBooked(
                appointment=booked,
                client=client,
                new_client=known is None,
                by=Side.CLIENT,
                description=clean_text(ask.description),
            ),
        )
    slot = taken.slot
    _require_ahead(tx, slot)
    made = requests.add(
        tx,
        Request(
            id=RequestId(0),
            holder=holder,
            kind=RequestKind.NEW,
            client=known.id if known is not None else None,
            applicant=applicant,
            service=service.id,
            asked_for=ask.practitioner,
            slot=slot,
            expires_at=expiry(tx.now, practice.practice.booking.request_expiry, slot.start, None),
            asked_at=tx.now,
            description=clean_text(ask.description),
            **_wall_of(practice, slot),
            **_buffers_of(practice, service),
        ),
    )
    claims.replace(tx, practice, [made])
    return record(tx, RequestMade(request=made, client_name=taking.name_of(tx, made)))


def request_rescheduling(tx: Tx, ask: RequestRescheduling) -> RequestMade | RequestEdited | AppointmentRescheduled:
    practice = setup.load(tx)
    seen = found(tx, ask.appointment)
    service = slots.service_of(practice, ask.service or seen.service)
    practitioner = ask.practitioner or keeps(practice, service, seen)
    client = clients.lock(tx, seen.client)
    assert client is not None, "an appointment has a client"
    search = slots.search_for(tx, practice, service, Asking.CLIENT, seen.client, seen)
    asked = requests.to_move(tx, seen.id)
    resources = claims.resources_of(practice, asked) if asked is not None else []
    resources += [*claims.resources_of(practice, seen), *taking.wanted(practice, search, practitioner, None)]
    taking.lock(tx, resources)
    before = locked(tx, seen)
    pending = _locked_pending(tx, asked)
    require_power_over(tx, practice, ask.needs, before)
    agreed = terms.of(tx, practice, before)
    against: list[Objection] = []
    if before.status not in RESCHEDULABLE:
        against.append(NotFromHere(before.status, Action.RESCHEDULE))
    against += objections_to_rescheduling(before, agreed, tx.now)
    if service.id != before.service and not practice.practice.portal.change_service:
        against.append(ServiceStays())
    require_no_objection(against)
    location = seen.location if practitioner == seen.practitioner else None
    taken = taking.take(
        tx, practice, search, before.holder, practitioner, location, ask.start, override="", prefer=before.room
    )
    require_allowed(tx, ask.needs, Owner(practitioner=taken.verdict.practitioner, client=client.id))
    if not agreed.reschedule_needs_approval.value:
        after, fees = moved_by_client(tx, practice, before, service, taken, tx.now)
        also = fees + taking.overtake(tx, practice, after)
        claims.replace(tx, practice, [after])
        appointments.save(tx, after)
        return record(
            tx,
            AppointmentRescheduled(
                before=before,
                appointment=after,
                client_name=client.name,
                by=Side.CLIENT,
                also=also,
                description=clean_text(ask.description),
            ),
        )
    slot = taken.slot
    _require_ahead(tx, slot)
    buffers = _buffers_of(practice, service) if service.id != before.service else _buffers(before)
    new: dict[str, Any] = {
        "service": service.id,
        "asked_for": ask.practitioner,
        "slot": slot,
        "asked_at": tx.now,
        "expires_at": expiry(tx.now, practice.practice.booking.request_expiry, slot.start, before.start),
        "hold_lost": False,
        "offers": (),
        "answer_by": None,
        **_wall_of(practice, slot),
        **buffers,
    }
    if pending is not None and (pending.slot, pending.service) == (slot, service.id) and not pending.offers:
        new = {}  # the same wish again: it counts as asked when it was
    if pending is not None:
        edited = pending.changed(**new, description=clean_text(ask.description) or pending.description)
        requests.save(tx, edited)
        claims.replace(tx, practice, [edited])
        return record(tx, RequestEdited(before=pending, request=edited, client_name=client.name))
    made = requests.add(
        tx,
        Request(
            id=RequestId(0),
            holder=before.holder,
            kind=RequestKind.RESCHEDULE,
            client=client.id,
            applicant=None,
            appointment=before.id,
            description=clean_text(ask.description),
            **new,
        ),
    )
    claims.replace(tx, practice, [made])
    return record(tx, RequestMade(request=made, client_name=client.name))


def edit_request(tx: Tx, ask: EditRequest) -> RequestEdited:
    practice = setup.load(tx)
    opened = opened_request(tx, practice, ask.request, RequestAction.EDIT, service=ask.service)
    before = opened.request
    require_allowed(tx, ask.needs, owner_of(before))
    require_seen(tx, before, ask.seen)
    words = before.description if ask.description is None else clean_text(ask.description)
    if ask.start is None and ask.service in (None, before.service):
        after = before.changed(description=words)
    else:
        after = _asked_anew(tx, practice, opened, ask, words)
    requests.save(tx, after)
    claims.replace(tx, practice, [after])
    return record(tx, RequestEdited(before=before, request=after, client_name=taking.name_of(tx, after)))


def withdraw_request(tx: Tx, ask: WithdrawRequest) -> RequestWithdrawn:
    practice = setup.load(tx)
    before = opened_request(tx, practice, ask.request, RequestAction.WITHDRAW).request
    require_allowed(tx, ask.needs, owner_of(before))
    require_seen(tx, before, ask.seen)
    after = before.changed(state=RequestState.WITHDRAWN, offers=(), answer_by=None)
    requests.save(tx, after)
    claims.replace(tx, practice, [after])
    return record(tx, RequestWithdrawn(before=before, request=after, client_name=taking.name_of(tx, after)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A pending request with its locks, and the appointment it would move."""

    request: Request
    service: Service
    client: Client | None
    appointment: Appointment | None


def opened_request(
    tx: Tx,
    practice: Setup,
    id_: RequestId,
    action: RequestAction,
    *,
    also_of: StaffId | None = None,
    chosen: ClientId | None = None,
    service: ServiceId | None = None,
    everybody: bool = False,
) -> Opened:
    """The locks in the order every writer keeps, then the request itself, pending. Raises NotFound or Refused."""
    seen = requests.find(tx, id_)
    if seen is None or seen.state is RequestState.UNDONE or is_hidden(tx.actor, owner_of(seen)):
        raise NotFound("request", str(id_))
    for client_id in sorted({it for it in (seen.client, chosen) if it is not None}):
        clients.lock(tx, client_id)
    if chosen is not None:
        require_sees(tx, DeclineRequest.needs, chosen)
    whose = chosen if chosen is not None and seen.client is None else seen.client
    client = locked_client(tx, whose) if whose is not None else None
    is_move = seen.kind is RequestKind.RESCHEDULE and seen.appointment is not None
    appointment = found(tx, seen.appointment) if is_move and seen.appointment is not None else None
    of = slots.service_of(practice, service or seen.service)
    wide = everybody or service not in (None, seen.service)
    people = practice.offering(of.id) if wide else ()
    resources = claims.resources_of(practice, seen)
    resources += claims.resources_of(practice, appointment) if appointment is not None else []
    resources += [practice.staff_resources[person.id] for person in people]
    if also_of is not None:
        if also_of not in practice.staff:
            raise NotFound("staff", also_of)
        resources.append(practice.staff_resources[also_of])
    resources += [practice.room_resources[room] for room in of.rooms if room in practice.room_resources]
    taking.lock(tx, resources)
    if appointment is not None:
        appointment = locked(tx, appointment)
    taking.end(tx, id_)  # an offer that nobody answered
    request = requests.lock(tx, id_)
    was = seen.as_of(tx.now)
    if request is None or (request.slot, request.offers, request.service) != (was.slot, was.offers, was.service):
        raise Contention
    if request.state is not RequestState.PENDING:
        require_no_objection([RequestIsOver(request.state, request.ended, action)])
    return Opened(request=request, service=practice.services[request.service], client=client, appointment=appointment)


def moved_by_client(
    tx: Tx,
    practice: Setup,
    before: Appointment,
    service: Service,
    taken: taking.Taken,
    at: Instant,
    *,
    as_wished: bool = True,
    **more: str,
) -> tuple[Appointment, tuple[Change, ...]]:
    """A client's own move: what was missed stays missed, a late move costs what the terms say, and no more.

    Another service or practitioner brings other terms only where the client wished for them.
    """
    agreed = terms.of(tx, practice, before)
    outcome = outcome_of_rescheduling(before, agreed, practice.practice.currency, at)
    who = taken.verdict.practitioner
    other = as_wished and (service.id, who) != (before.service, before.practitioner)
    after = taking.moved(
        tx,
        practice,
        before,
        service,
        taken,
        terms=terms.keep(tx, practice.terms_of(service.id, who)) if other else before.terms,
        **missed_deadlines(before, agreed, at),
        **more,
    )
    return after, charge(tx, practice, after, ChargeKind.LATE_RESCHEDULE, outcome.fee)


def _asked_anew(tx: Tx, practice: Setup, opened: Opened, ask: EditRequest, words: str) -> Request:
    """Another time, or service, under the client's rules: it counts as asked now, and the hold moves."""
    before, was = opened.request, opened.appointment
    service = slots.service_of(practice, ask.service or before.service)
    if was is not None:
        require_no_objection(objections_to_rescheduling(was, terms.of(tx, practice, was), tx.now))
        if service.id != was.service and not practice.practice.portal.change_service:
            require_no_objection([ServiceStays()])
    asking = Asking.NEW if before.client is None else Asking.CLIENT
    search = search_for(tx, practice, replace(opened, service=service), asking, None)
    start = before.slot.start if ask.start is None else ask.start
    who = before.asked_for
    if was is not None and who is None:
        who = keeps(practice, service, was)
    stays = who == (was.practitioner if was is not None else before.slot.practitioner)
    location = (was.location if was is not None else before.slot.location) if stays else None
    prefer = was.room if was is not None else before.slot.room
    taken = taking.take(tx, practice, search, before.holder, who, location, start, override="", prefer=prefer)
    slot = taken.slot
    asks = Permission.REQUEST if was is None else Permission.RESCHEDULE  # another time is asked for as the first was
    require_allowed(tx, asks, replace(owner_of(before), practitioner=slot.practitioner))
    _require_ahead(tx, slot)
    if (slot, service.id) == (before.slot, before.service) and not before.offers and not before.hold_lost:
        return before.changed(description=words)  # the same wish: it counts as asked when it was
    keeps_buffers = was is not None and service.id == was.service
    buffers = _buffers(was) if keeps_buffers and was is not None else _buffers_of(practice, service)
    moved_from = was.start if was is not None else None
    return before.changed(
        service=service.id,
        slot=slot,
        asked_at=tx.now,
        expires_at=expiry(tx.now, practice.practice.booking.request_expiry, slot.start, moved_from),
        description=words,
        hold_lost=False,
        offers=(),
        answer_by=None,
        **_wall_of(practice, slot),
        **buffers,
    )


def _require_asks_for_self(tx: Tx, permission: Permission, known: Client | None) -> None:
    """Staff for the clients they see; clients for themselves; an applicant once. Raises NotAllowed or Refused."""
    applicant = tx.actor.applicant
    if known is not None and applicant is not None:
        raise not_allowed(tx.actor, permission)
    require_allowed(tx, permission, _asker(tx, known, None))
    if known is not None:
        require_sees(tx, permission, known.id)
    if applicant is not None and _has_asked(tx, applicant):
        require_no_objection([TooManyPending(1)])


def _asker(look: Look, known: Client | None, practitioner: StaffId | None) -> Owner:
    """Whose it will be: the client's, or of who asks without a record."""
    client = known.id if known is not None else None
    return Owner(practitioner=practitioner, client=client, applicant=look.actor.applicant)


def _has_asked(look: Look, applicant: ApplicantId) -> bool:
    """Whether their request waits, or was booked at once: from then on they are a client."""
    waits = any(it.state is RequestState.PENDING for it in requests.of_applicant(look, applicant))
    return waits or events.has_done(look, look.actor.who, AppointmentBooked.operation)


def _require_ahead(tx: Tx, slot: Slot) -> None:
    """A request for a time that begins now would be over at once. Raises Refused."""
    if slot.start <= tx.now:
        require_no_objection([InThePast(tx.now)])


def search_for(tx: Tx, practice: Setup, opened: Opened, asking: Asking, room: RoomId | None) -> slots.Search:
    request = opened.request
    return slots.search_for(
        tx,
        practice,
        opened.service,
        asking,
        opened.client.id if opened.client is not None else None,
        opened.appointment,
        room=room,
        request=request.id,
        applicant=request.applicant,
    )


def _locked_pending(tx: Tx, asked: Request | None) -> Request | None:
    """The request to move the same appointment, locked, if it is still to be decided."""
    if asked is None:
        return None
    taking.end(tx, asked.id)
    request = requests.lock(tx, asked.id)
    if request != asked.as_of(tx.now):
        raise Contention
    return request if request.state is RequestState.PENDING else None


def _stands_at_once(
    look: Look, practice: Setup, service: Service, known: Client | None, applicant: Applicant | None
) -> bool:
    """Whether nobody has to approve: a person whose phone or e-mail is known already is for staff to tell apart."""
    match practice.approval_of(service):
        case Approval.STAFF:
            return False
        case Approval.FIRST_VISIT:
            return known is not None and appointments.has_any(look, known.id)
        case Approval.AUTO:
            return known is not None or (applicant is not None and not resembling(look, applicant))


def resembling(look: Look, applicant: Applicant) -> list[Client]:
    return clients.reached_by(look, applicant.phone, applicant.email, limit=5)


def _cleaned(tx: Tx, practice: Setup, applicant: Applicant) -> Applicant:
    """What an unknown person gave, made fit to keep; who they are is known from how they came in. Raises BadInput."""
    name = clean_line(applicant.name)
    if not name:
        raise BadInput("name", Problem.MISSING)
    country = practice.practice.country
    return Applicant(
        name=name,
        phone=contacts.phone(applicant.phone, country),
        email=tx.actor.address or contacts.email(applicant.email),
        id=tx.actor.applicant,
    )


def record_of(applicant: Applicant | None) -> NewClient:
    assert applicant is not None, "a request is somebody's"
    return NewClient(name=applicant.name, phone=applicant.phone, email=applicant.email)


def _wall_of(practice: Setup, slot: Slot) -> dict[str, Any]:
    zone_name = practice.zone_of(slot.location)
    return {"zone": zone_name, "wall": wall_time(slot.start, zone_name).replace(tzinfo=None)}


def _buffers_of(practice: Setup, service: Service) -> dict[str, Any]:
    before, after = practice.buffers_of(service)
    return {"buffer_before": before, "buffer_after": after}


def _buffers(appointment: Appointment) -> dict[str, Any]:
    return {"buffer_before": appointment.buffer_before, "buffer_after": appointment.buffer_after}


OPERATIONS: Operations = {
    RequestAppointment: request_appointment,
    RequestRescheduling: request_rescheduling,
    EditRequest: edit_request,
    WithdrawRequest: withdraw_request,
}
