"""What staff decide about requests: approve, decline, offer other times, write down the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.requests import (
    ApproveRequest,
    ApproveRequests,
    DeclineRequest,
    DeclineRequests,
    OfferTimes,
    RefuseOffers,
    TakeOffer,
)
from frontdesk.core.domain.appointments import RESCHEDULABLE, Action, Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem, Refused, SlotTaken, Stale
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.recorded import Change, Left
from frontdesk.core.domain.events.requests import OffersRefused, RequestApproved, RequestDeclined, TimesOffered
from frontdesk.core.domain.kinds import owner_of
from frontdesk.core.domain.objections import (
    AnswerIsAwaited,
    ChangedSince,
    HoldIsLost,
    InThePast,
    KnownAlready,
    NoOpenOffer,
    NotFromHere,
    Objection,
    TooManyOffers,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import (
    MOST_OFFERS,
    Request,
    RequestAction,
    RequestId,
    RequestState,
    Slot,
)
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import LocationId, RoomId
from frontdesk.core.domain.text import clean_line, clean_text
from frontdesk.core.domain.times import HOUR, MINUTE, Start
from frontdesk.core.operations import taking
from frontdesk.core.operations.clients import add_record
from frontdesk.core.operations.guard import require_allowed, require_decides, require_no_objection, require_seen
from frontdesk.core.operations.pending import Opened, opened_request, search_for
from frontdesk.core.operations.recording import record
from frontdesk.core.operations.requests import moved_by_client, record_of, resembling
from frontdesk.core.store import appointments, claims, clients, practice, requests
from frontdesk.core.store.look import Look, Tx

E = TypeVar("E", bound=Event)


def approve_request(tx: Tx, ask: ApproveRequest) -> RequestApproved:
    setup = practice.load(tx)
    opened = opened_request(
        tx, setup, ask.request, RequestAction.APPROVE, also_of=ask.practitioner, chosen=ask.client
    )
    before = opened.request
    _require_decides(tx, setup, opened)
    require_decides(tx, setup, ask.practitioner, before.service)
    require_seen(tx, before, ask.seen)
    stays = ask.practitioner == before.slot.practitioner
    return _approve(
        tx,
        setup,
        opened,
        _Decision(
            practitioner=ask.practitioner,
            start=before.slot.start if ask.start is None else ask.start,
            location=ask.location or (before.slot.location if stays else None),
            room=taking.room_of(setup, ask.room),
            internal_note=ask.internal_note,
            ticket=ask.ticket,
            message=clean_text(ask.message),
            client=ask.client,
            new_client=ask.new_client,
            override=clean_text(ask.override),
        ),
    )


def approve_requests(tx: Tx, ask: ApproveRequests) -> Batch[RequestApproved]:
    """Each as it was asked for; what is not clear any more stays pending."""
    setup = practice.load(tx)

    def approve(id_: RequestId, seen: int) -> RequestApproved:
        opened = opened_request(tx, setup, id_, RequestAction.APPROVE)
        _require_decides(tx, setup, opened)
        require_seen(tx, opened.request, seen)
        return _approve(tx, setup, opened, _as_asked(opened.request), only_clear=True)

    return _each(tx, setup, ask.requests, approve)


def decline_request(tx: Tx, ask: DeclineRequest) -> RequestDeclined:
    return _decline(tx, practice.load(tx), ask.request, ask.seen, ask.message)


def decline_requests(tx: Tx, ask: DeclineRequests) -> Batch[RequestDeclined]:
    setup = practice.load(tx)
    return _each(tx, setup, ask.requests, lambda id_, seen: _decline(tx, setup, id_, seen, ask.message))


def offer_times(tx: Tx, ask: OfferTimes) -> TimesOffered:
    setup = practice.load(tx)
    if not ask.times:
        raise BadInput("start", Problem.MISSING)
    if len(ask.times) > MOST_OFFERS:
        require_no_objection([TooManyOffers(MOST_OFFERS)])
    opened = opened_request(tx, setup, ask.request, RequestAction.OFFER, everybody=True)
    before = opened.request
    _require_decides(tx, setup, opened)
    require_seen(tx, before, ask.seen)
    offered: list[Slot] = []
    search = search_for(tx, setup, opened, Asking.STAFF, None)
    for time in ask.times:
        who = time.practitioner or before.slot.practitioner
        require_decides(tx, setup, who, before.service)
        there = replace(search, wish=replace(search.wish, room=taking.room_of(setup, time.room)))
        location = time.location or (before.slot.location if who == before.slot.practitioner else None)
        taken = taking.take(tx, setup, there, before.holder, who, location, time.start, override="")
        require_no_objection(it for it in taken.verdict.warnings if isinstance(it, InThePast))
        offered.append(taken.slot)
    offered = list(dict.fromkeys(offered))
    until = tx.now + setup.practice.booking.answer_by * HOUR
    ends = [until, *(slot.start for slot in offered)]
    if opened.appointment is not None:
        ends.append(opened.appointment.start)
    if min(ends) <= tx.now:
        require_no_objection([InThePast(tx.now)])
    after = before.changed(
        offers=tuple(offered),
        answer_by=min(ends),
        hold_lost=False,
        buffer_before=search.wish.before // MINUTE,
        buffer_after=search.wish.after // MINUTE,
    )
    requests.save(tx, after)
    claims.replace(tx, setup, [after])
    return record(
        tx,
        TimesOffered(
            before=before, request=after, client_name=taking.name_of(tx, after), message=clean_text(ask.message)
        ),
    )


def take_offer(tx: Tx, ask: TakeOffer) -> RequestApproved:
    setup = practice.load(tx)
    opened = opened_request(tx, setup, ask.request, RequestAction.ANSWER, chosen=ask.client)
    before = opened.request
    require_allowed(tx, ask.needs, owner_of(before))
    require_seen(tx, before, ask.seen)
    if ask.client is not None or ask.new_client:
        require_allowed(tx, ApproveRequest.needs, owner_of(before))  # whose record it is, only staff tell
    if not 1 <= ask.choice <= len(before.offers):
        require_no_objection([NoOpenOffer(len(before.offers))])
    slot = before.offers[ask.choice - 1]
    decision = replace(
        _as_asked(before),
        practitioner=slot.practitioner,
        start=slot.start,
        location=slot.location,
        room=slot.room,
        client=ask.client,
        new_client=ask.new_client,
    )
    return _approve(tx, setup, opened, decision, taken_offer=True)


def refuse_offers(tx: Tx, ask: RefuseOffers) -> OffersRefused:
    setup = practice.load(tx)
    before = opened_request(tx, setup, ask.request, RequestAction.ANSWER).request
    require_allowed(tx, ask.needs, owner_of(before))
    require_seen(tx, before, ask.seen)
    if not before.offers:
        require_no_objection([NoOpenOffer(0)])
    after = before.changed(offers=(), answer_by=None, hold_lost=True)
    requests.save(tx, after)
    claims.replace(tx, setup, [after])
    return record(tx, OffersRefused(before=before, request=after, client_name=taking.name_of(tx, after)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    """What staff, or the client by taking an offer, decided."""

    practitioner: StaffId
    start: Start
    location: LocationId | None
    room: RoomId | None = None
    internal_note: str | None = None
    ticket: str | None = None
    message: str = ""
    client: ClientId | None = None
    new_client: bool = False
    override: str = ""

    def internal_note_over(self, request: Request) -> str:
        return request.internal_note if self.internal_note is None else clean_text(self.internal_note)

    def ticket_over(self, request: Request) -> str:
        return request.ticket if self.ticket is None else clean_line(self.ticket)


def _require_decides(tx: Tx, setup: Setup, opened: Opened) -> None:
    """Power over the time that is asked for, and over the appointment that would go away. Raises NotAllowed."""
    require_decides(tx, setup, opened.request.slot.practitioner, opened.request.service)
    if opened.appointment is not None:
        require_decides(tx, setup, opened.appointment.practitioner, opened.appointment.service)


def _left(tx: Tx, id_: RequestId, error: Refused | SlotTaken | Stale) -> Left:
    """What an act on many leaves alone, and why."""
    request = requests.find(tx, id_)
    ref, name = (request.ref, taking.name_of(tx, request)) if request is not None else (str(id_), "")
    objections: tuple[Objection, ...]
    match error:
        case Refused():
            objections = error.objections
        case SlotTaken():
            objections = error.conflicts
        case Stale():
            objections = (ChangedSince(error.kind, error.reference, error.by, error.at, error.operation),)
    return Left(reference=ref, client_name=name, objections=objections)


def _each(
    tx: Tx, setup: Setup, asked: Iterable[tuple[RequestId, int]], act: Callable[[RequestId, int], E]
) -> Batch[E]:
    """Each that can be; the others are left with their reasons. Doing nothing is a refusal, with all of them."""
    once = dict(asked)
    _lock_all(tx, setup, list(once))
    done: list[E] = []
    left: list[Left] = []
    for id_, seen in once.items():
        try:
            done.append(act(id_, seen))
        except (Refused, SlotTaken, Stale) as error:
            left.append(_left(tx, id_, error))
    if not done:
        require_no_objection(dict.fromkeys(objection for it in left for objection in it.objections))
    return Batch(events=tuple(done), left=tuple(left))


def _lock_all(tx: Tx, setup: Setup, ids: list[RequestId]) -> None:
    """One lock over everything a batch touches, before its first write."""
    every = [it for it in (requests.find(tx, id_) for id_ in ids) if it is not None]
    for client in sorted({it.client for it in every if it.client is not None}):
        clients.lock(tx, client)
    moved = [appointments.find(tx, it.appointment) for it in every if it.appointment is not None]
    resources = [resource for it in every for resource in claims.resources_of(setup, it)]
    resources += [resource for it in moved if it is not None for resource in claims.resources_of(setup, it)]
    for it in every:
        rooms = setup.services[it.service].rooms
        resources += [setup.room_resources[room] for room in rooms if room in setup.room_resources]
    taking.lock(tx, resources)
    for appointment in sorted(it.id for it in moved if it is not None):
        appointments.lock(tx, appointment)


def _approve(
    tx: Tx,
    setup: Setup,
    opened: Opened,
    decision: _Decision,
    *,
    only_clear: bool = False,
    taken_offer: bool = False,
) -> RequestApproved:
    """A fresh verdict as staff, the request's own hold excepted; then the swap."""
    before, was = opened.request, opened.appointment
    _require_approvable(tx, opened, decision, only_clear)
    taken = taking.take(
        tx,
        setup,
        search_for(tx, setup, opened, Asking.STAFF, decision.room),
        before.holder,
        decision.practitioner,
        decision.location,
        decision.start,
        decision.override,
        prefer=was.room if was is not None else before.slot.room,
    )
    overrides = bool(decision.override and taken.verdict.reasons)
    if only_clear:
        require_no_objection(taken.verdict.warnings)
    needs = TakeOffer.needs if taken_offer else ApproveRequest.needs
    whose = replace(owner_of(before), practitioner=taken.verdict.practitioner)
    require_allowed(tx, needs, whose, overriding=setup if overrides else None)
    also = taking.take_holds(tx, setup, taken.holds)
    client = opened.client or add_record(tx, setup, record_of(before.applicant))
    appointment, fees = _booked(tx, setup, opened, decision, taken, client.id, taken_offer)
    after = before.changed(
        state=RequestState.APPROVED,
        client=client.id,
        appointment=appointment.id,
        internal_note=decision.internal_note_over(before),
        ticket=decision.ticket_over(before),
        hold_lost=False,
        offers=(),
        answer_by=None,
    )
    requests.save(tx, after)
    claims.replace(tx, setup, [after, appointment])
    return record(
        tx,
        RequestApproved(
            before=before,
            request=after,
            client_name=client.name,
            appointment=appointment,
            was=was,
            client=client,
            new_client=opened.client is None,
            taken=taken_offer,
            override=appointment.override,
            warnings=taken.verdict.warnings,
            message=decision.message,
            also=also + fees,
        ),
    )


def _require_approvable(tx: Tx, opened: Opened, decision: _Decision, only_clear: bool) -> None:
    """Whether it can be decided at all; of many, only what nobody has to think about. Raises Refused."""
    request, was = opened.request, opened.appointment
    if was is not None and was.status not in RESCHEDULABLE:
        require_no_objection([NotFromHere(was.status, Action.RESCHEDULE)])
    if request.client is None and decision.client is None and not decision.new_client:
        require_no_objection(_known_already(tx, request))
    if only_clear and request.offers:
        require_no_objection([AnswerIsAwaited(len(request.offers))])
    if only_clear and request.hold_lost:
        require_no_objection([HoldIsLost()])


def _booked(
    tx: Tx,
    setup: Setup,
    opened: Opened,
    decision: _Decision,
    taken: taking.Taken,
    client: ClientId,
    taken_offer: bool,
) -> tuple[Appointment, tuple[Change, ...]]:
    """The new appointment, or the one that was to be moved where it stands now, and what that costs."""
    request, was = opened.request, opened.appointment
    internal, ticket = decision.internal_note_over(request), decision.ticket_over(request)
    override = decision.override if taken.verdict.reasons else ""
    if was is None:
        noted = {"override": override, "internal_note": internal, "ticket": ticket}
        new = taking.new_appointment(tx, setup, opened.service, taken, client=client, holder=request.holder, **noted)
        return new, ()
    moved, fees = moved_by_client(
        tx,
        setup,
        was,
        opened.service,
        taken,
        request.asked_at,
        as_wished=taken_offer or taken.verdict.practitioner == request.slot.practitioner,
        internal_note=internal or was.internal_note,
        ticket=ticket or was.ticket,
        override=override,
    )
    appointments.save(tx, moved)
    appointments.lay_back(tx, moved.id)
    return moved, fees


def _decline(tx: Tx, setup: Setup, id_: RequestId, seen: int | None, message: str) -> RequestDeclined:
    before = opened_request(tx, setup, id_, RequestAction.DECLINE).request
    require_decides(tx, setup, before.slot.practitioner, before.service)
    require_seen(tx, before, seen)
    after = before.changed(state=RequestState.DECLINED, offers=(), answer_by=None)
    requests.save(tx, after)
    claims.replace(tx, setup, [after])
    name = taking.name_of(tx, after)
    return record(tx, RequestDeclined(before=before, request=after, client_name=name, message=clean_text(message)))


def _known_already(look: Look, request: Request) -> list[Objection]:
    alike = resembling(look, request.applicant) if request.applicant is not None else []
    if alike and look.actor.is_from_outside:
        return [KnownAlready((), ())]  # who they are is told to staff alone
    return [KnownAlready(tuple(it.id for it in alike), tuple(it.name for it in alike))] if alike else []


def _as_asked(request: Request) -> _Decision:
    slot = request.slot
    return _Decision(practitioner=slot.practitioner, start=slot.start, location=slot.location)


OPERATIONS: Operations = {
    ApproveRequest: approve_request,
    ApproveRequests: approve_requests,
    DeclineRequest: decline_request,
    DeclineRequests: decline_requests,
    OfferTimes: offer_times,
    TakeOffer: take_offer,
    RefuseOffers: refuse_offers,
}
