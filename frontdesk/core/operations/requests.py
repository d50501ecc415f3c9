"""What clients ask for, under their rules."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.requests import (
    EditRequest,
    RequestAppointment,
    RequestRescheduling,
    WithdrawRequest,
)
from frontdesk.core.domain.actors import ApplicantId
from frontdesk.core.domain.appointments import RESCHEDULABLE, Action, Appointment, Side
from frontdesk.core.domain.charges import ChargeKind
from frontdesk.core.domain.consents import consent_id
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.events.appointments import AppointmentBooked, AppointmentRescheduled
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.requests import RequestEdited, RequestMade, RequestWithdrawn
from frontdesk.core.domain.kinds import owner_of
from frontdesk.core.domain.objections import (
    ConsentIsNeeded,
    InThePast,
    NotFromHere,
    Objection,
    ServiceStays,
    TooManyPending,
)
from frontdesk.core.domain.outcomes import missed_deadlines, objections_to_rescheduling, outcome_of_rescheduling
from frontdesk.core.domain.people import Client, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, not_allowed
from frontdesk.core.domain.policies import Approval, Terms
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
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import Service
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
from frontdesk.core.operations.pending import Opened, locked_pending, opened_request, search_for
from frontdesk.core.operations.recording import record
from frontdesk.core.parse import contacts
from frontdesk.core.queries import slots
from frontdesk.core.store import appointments, claims, clients, events, practice, requests, terms
from frontdesk.core.store.look import Look, Tx


def request_appointment(tx: Tx, ask: RequestAppointment) -> RequestMade | AppointmentBooked:
    setup = practice.load(tx)
    service = slots.service_of(setup, ask.service)
    known = None if isinstance(ask.client, Applicant) else locked_client(tx, ask.client)
    applicant = _cleaned(tx, setup, ask.client) if isinstance(ask.client, Applicant) else None
    _require_asks_for_self(tx, ask.needs, known)
    consent = _agreed(tx, setup, ask)
    search = slots.search_for(
        tx,
        setup,
        service,
        Asking.NEW if known is None else Asking.CLIENT,
        known.id if known is not None else None,
        None,
        applicant=applicant,
    )
    holder = uuid.uuid4()
    taken = taking.take(tx, setup, search, holder, ask.practitioner, ask.location, ask.start, override="")
    who = taken.verdict.practitioner
    require_allowed(tx, ask.needs, _asker(tx, known, who))
    if _stands_at_once(tx, setup, service, known, applicant):
        client = known or add_record(tx, setup, record_of(applicant))
        return _book_at_once(tx, setup, ask, taken, client, holder, new_client=known is None, consent=consent)
    _require_ahead(tx, taken.slot)
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
            slot=taken.slot,
            expires_at=expiry(tx.now, setup.practice.booking.request_expiry, taken.start, None),
            asked_at=tx.now,
            description=clean_text(ask.description),
            **_wall_of(setup, taken.slot),
            **_buffers_of(setup, service),
        ),
    )
    claims.replace(tx, setup, [made])
    return record(tx, RequestMade(request=made, client_name=taking.name_of(tx, made), consent=consent))


def _book_at_once(
    tx: Tx,
    setup: Setup,
    ask: RequestAppointment,
    taken: taking.Taken,
    client: Client,
    holder: uuid.UUID,
    *,
    new_client: bool,
    consent: str,
) -> AppointmentBooked:
    """Nobody has to approve it."""
    service = setup.services[ask.service]
    booked = taking.new_appointment(tx, setup, service, taken, client=client.id, holder=holder)
    claims.replace(tx, setup, [booked])
    return record(
        tx,
        AppointmentBooked(
            appointment=booked,
            client=client,
            new_client=new_client,
            by=Side.CLIENT,
            description=clean_text(ask.description),
            consent=consent,
        ),
    )


def request_rescheduling(tx: Tx, ask: RequestRescheduling) -> RequestMade | RequestEdited | AppointmentRescheduled:
    setup = practice.load(tx)
    seen = found(tx, ask.appointment)
    service = slots.service_of(setup, ask.service or seen.service)
    practitioner = ask.practitioner or keeps(setup, service, seen)
    client = clients.lock(tx, seen.client)
    assert client is not None, "an appointment has a client"
    search = slots.search_for(tx, setup, service, Asking.CLIENT, seen.client, seen)
    asked = requests.to_move(tx, seen.id)()
    resources = claims.resources_of(setup, asked) if asked is not None else []
    resources += [*claims.resources_of(setup, seen), *taking.wanted(setup, search, practitioner, None)]
    taking.lock(tx, resources)
    before = locked(tx, seen)
    pending = locked_pending(tx, asked)
    require_power_over(tx, setup, ask.needs, before)
    agreed = terms.of(tx, setup, before)
    _require_movable(tx, setup, before, service, agreed)
    location = seen.location if practitioner == seen.practitioner else None
    taken = taking.take(
        tx, setup, search, before.holder, practitioner, location, ask.start, override="", prefer=before.room
    )
    require_allowed(tx, ask.needs, Owner(practitioner=taken.verdict.practitioner, client=client.id))
    if not agreed.reschedule_needs_approval.value:
        return _move_at_once(tx, setup, ask, before, service, taken, client)
    _require_ahead(tx, taken.slot)
    wish: dict[str, Any] = {
        "service": service.id,
        "asked_for": ask.practitioner,
        "slot": taken.slot,
        "asked_at": tx.now,
        "expires_at": expiry(tx.now, setup.practice.booking.request_expiry, taken.start, before.start),
        "hold_lost": False,
        "offers": (),
        "answer_by": None,
        **_wall_of(setup, taken.slot),
        **(_buffers_of(setup, service) if service.id != before.service else _buffers(before)),
    }
    words = clean_text(ask.description)
    if pending is not None:
        return _wish_anew(tx, setup, pending, wish, words, client)
    made = requests.add(
        tx,
        Request(
            id=RequestId(0),
            holder=before.holder,
            kind=RequestKind.RESCHEDULE,
            client=client.id,
            applicant=None,
            appointment=before.id,
            description=words,
            **wish,
        ),
    )
    claims.replace(tx, setup, [made])
    return record(tx, RequestMade(request=made, client_name=client.name))


def _require_movable(tx: Tx, setup: Setup, it: Appointment, service: Service, agreed: Terms) -> None:
    """Everything that stands against a client's own move. Raises Refused."""
    against: list[Objection] = []
    if it.status not in RESCHEDULABLE:
        against.append(NotFromHere(it.status, Action.RESCHEDULE))
    against += objections_to_rescheduling(it, agreed, tx.now)
    if service.id != it.service and not setup.practice.portal.change_service:
        against.append(ServiceStays())
    require_no_objection(against)


def _move_at_once(
    tx: Tx,
    setup: Setup,
    ask: RequestRescheduling,
    before: Appointment,
    service: Service,
    taken: taking.Taken,
    client: Client,
) -> AppointmentRescheduled:
    """Nobody has to approve it."""
    after, fees = moved_by_client(tx, setup, before, service, taken, tx.now)
    also = fees + taking.overtake(tx, setup, after)
    claims.replace(tx, setup, [after])
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


def _wish_anew(
    tx: Tx, setup: Setup, pending: Request, wish: dict[str, Any], words: str, client: Client
) -> RequestEdited:
    """Another wish in the place of one that waits; the same again counts as asked when it was."""
    same = (pending.slot, pending.service) == (wish["slot"], wish["service"]) and not pending.offers
    edited = pending.changed(**({} if same else wish), description=words or pending.description)
    requests.save(tx, edited)
    claims.replace(tx, setup, [edited])
    return record(tx, RequestEdited(before=pending, request=edited, client_name=client.name))


def edit_request(tx: Tx, ask: EditRequest) -> RequestEdited:
    setup = practice.load(tx)
    opened = opened_request(tx, setup, ask.request, RequestAction.EDIT, service=ask.service)
    before = opened.request
    require_allowed(tx, ask.needs, owner_of(before))
    require_seen(tx, before, ask.seen)
    words = before.description if ask.description is None else clean_text(ask.description)
    if ask.start is None and ask.service in (None, before.service):
        after = before.changed(description=words)
    else:
        after = _asked_anew(tx, setup, opened, ask, words)
    requests.save(tx, after)
    claims.replace(tx, setup, [after])
    return record(tx, RequestEdited(before=before, request=after, client_name=taking.name_of(tx, after)))


def withdraw_request(tx: Tx, ask: WithdrawRequest) -> RequestWithdrawn:
    setup = practice.load(tx)
    before = opened_request(tx, setup, ask.request, RequestAction.WITHDRAW).request
    require_allowed(tx, ask.needs, owner_of(before))
    require_seen(tx, before, ask.seen)
    after = before.changed(state=RequestState.WITHDRAWN, offers=(), answer_by=None)
    requests.save(tx, after)
    claims.replace(tx, setup, [after])
    return record(tx, RequestWithdrawn(before=before, request=after, client_name=taking.name_of(tx, after)))


def moved_by_client(
    tx: Tx,
    setup: Setup,
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
    agreed = terms.of(tx, setup, before)
    outcome = outcome_of_rescheduling(before, agreed, setup.practice.currency, at)
    who = taken.verdict.practitioner
    other = as_wished and (service.id, who) != (before.service, before.practitioner)
    after = taking.moved(
        tx,
        setup,
        before,
        service,
        taken,
        terms=terms.keep(tx, setup.terms_of(service.id, who)) if other else before.terms,
        **missed_deadlines(before, agreed, at),
        **more,
    )
    return after, charge(tx, setup, after, ChargeKind.LATE_RESCHEDULE, outcome.fee)


def _asked_anew(tx: Tx, setup: Setup, opened: Opened, ask: EditRequest, words: str) -> Request:
    """Another time, or service, under the client's rules: it counts as asked now, and the hold moves."""
    before, was = opened.request, opened.appointment
    service = slots.service_of(setup, ask.service or before.service)
    if was is not None:
        require_no_objection(objections_to_rescheduling(was, terms.of(tx, setup, was), tx.now))
        if service.id != was.service and not setup.practice.portal.change_service:
            require_no_objection([ServiceStays()])
    asking = Asking.NEW if before.client is None else Asking.CLIENT
    search = search_for(tx, setup, replace(opened, service=service), asking, None)
    start = before.slot.start if ask.start is None else ask.start
    who = before.asked_for
    if was is not None and who is None:
        who = keeps(setup, service, was)
    stays = who == (was.practitioner if was is not None else before.slot.practitioner)
    location = (was.location if was is not None else before.slot.location) if stays else None
    prefer = was.room if was is not None else before.slot.room
    taken = taking.take(tx, setup, search, before.holder, who, location, start, override="", prefer=prefer)
    slot = taken.slot
    asks = Permission.REQUEST if was is None else Permission.RESCHEDULE  # another time is asked for as the first was
    require_allowed(tx, asks, replace(owner_of(before), practitioner=slot.practitioner))
    _require_ahead(tx, slot)
    if (slot, service.id) == (before.slot, before.service) and not before.offers and not before.hold_lost:
        return before.changed(description=words)  # the same wish: it counts as asked when it was
    keeps_buffers = was is not None and service.id == was.service
    buffers = _buffers(was) if keeps_buffers and was is not None else _buffers_of(setup, service)
    moved_from = was.start if was is not None else None
    return before.changed(
        service=service.id,
        slot=slot,
        asked_at=tx.now,
        expires_at=expiry(tx.now, setup.practice.booking.request_expiry, slot.start, moved_from),
        description=words,
        hold_lost=False,
        offers=(),
        answer_by=None,
        **_wall_of(setup, slot),
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


def _agreed(tx: Tx, setup: Setup, ask: RequestAppointment) -> str:
    """The text that a client agreed to; whoever acts for themself has to. Raises Refused."""
    text = setup.practice.portal.consent
    if ask.agreed_to == consent_id(text):
        return text
    if tx.actor.is_from_outside:
        require_no_objection([ConsentIsNeeded(text)])
    return ""


def _asker(look: Look, known: Client | None, practitioner: StaffId | None) -> Owner:
    """Whose it will be: the client's, or of who asks without a record."""
    client = known.id if known is not None else None
    return Owner(practitioner=practitioner, client=client, applicant=look.actor.applicant)


def _has_asked(look: Look, applicant: ApplicantId) -> bool:
    """Whether their request waits, or was booked at once: from then on they are a client."""
    return requests.waits_for(look, applicant) or events.has_done(look, look.actor.who, AppointmentBooked.operation)


def _require_ahead(tx: Tx, slot: Slot) -> None:
    """A request for a time that begins now would be over at once. Raises Refused."""
    if slot.start <= tx.now:
        require_no_objection([InThePast(tx.now)])


def _stands_at_once(
    look: Look, setup: Setup, service: Service, known: Client | None, applicant: Applicant | None
) -> bool:
    """Whether nobody has to approve: a person whose phone or e-mail is known already is for staff to tell apart."""
    match setup.approval_of(service):
        case Approval.STAFF:
            return False
        case Approval.FIRST_VISIT:
            return known is not None and appointments.has_any(look, known.id)
        case Approval.AUTO:
            return known is not None or (applicant is not None and not resembling(look, applicant))


def resembling(look: Look, applicant: Applicant) -> list[Client]:
    return clients.reached_by(look, applicant.phone, applicant.email, limit=5)


def _cleaned(tx: Tx, setup: Setup, applicant: Applicant) -> Applicant:
    """What an unknown person gave, made fit to keep; who they are is known from how they came in. Raises BadInput."""
    name = clean_line(applicant.name)
    if not name:
        raise BadInput("name", Problem.MISSING)
    country = setup.practice.country
    return Applicant(
        name=name,
        phone=contacts.phone(applicant.phone, country),
        email=tx.actor.address or contacts.email(applicant.email),
        id=tx.actor.applicant,
    )


def record_of(applicant: Applicant | None) -> NewClient:
    assert applicant is not None, "a request is somebody's"
    return NewClient(name=applicant.name, phone=applicant.phone, email=applicant.email)


def _wall_of(setup: Setup, slot: Slot) -> dict[str, Any]:
    zone_name = setup.zone_of(slot.location)
    return {"zone": zone_name, "wall": wall_time(slot.start, zone_name).replace(tzinfo=None)}


def _buffers_of(setup: Setup, service: Service) -> dict[str, Any]:
    before, after = setup.buffers_of(service)
    return {"buffer_before": before, "buffer_after": after}


def _buffers(appointment: Appointment) -> dict[str, Any]:
    return {"buffer_before": appointment.buffer_before, "buffer_after": appointment.buffer_after}


OPERATIONS: Operations = {
    RequestAppointment: request_appointment,
    RequestRescheduling: request_rescheduling,
    EditRequest: edit_request,
    WithdrawRequest: withdraw_request,
}
