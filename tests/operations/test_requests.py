"""What clients ask for and staff decide: done, refused, stale, taken, over, undone; the old time never in danger."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment, SetStatus
from frontdesk.core.asks.charges import ListCharges
from frontdesk.core.asks.clients import MergeClients
from frontdesk.core.asks.history import Redo, ShowHistory, Undo
from frontdesk.core.asks.requests import (
    ApproveRequest,
    ApproveRequests,
    DeclineRequest,
    DeclineRequests,
    EditRequest,
    JudgeRequests,
    ListRequests,
    OfferedTime,
    OfferTimes,
    RefuseOffers,
    RequestAppointment,
    RequestRescheduling,
    ShowRequest,
    SweepExpired,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.charges import ChargeKind
from frontdesk.core.domain.errors import BadInput, NotAllowed, NotFound, Refused, SlotTaken, Stale
from frontdesk.core.domain.events.appointments import AppointmentBooked, AppointmentRescheduled
from frontdesk.core.domain.events.requests import RequestApproved, RequestMade
from frontdesk.core.domain.objections import (
    Held,
    KnownAlready,
    NoOpenOffer,
    NotForNewClients,
    NotFromHere,
    NotOnline,
    OnlyByPhone,
    OutsideHours,
    PractitionerTaken,
    RequestIsOver,
    ServiceStays,
    TooLate,
    TooManyOffers,
    TooManyPending,
)
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.requests import Applicant, Ended, Request, RequestId, RequestKind, RequestState
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.views import RequestCard, RequestOrder, Standing
from frontdesk.core.parse.practice import practice_file
from tests.builders import PRACTICE, Clock, as_staff, at, booked, on
from tests.operations.asking import ANN, BOB, REVIEW, a_client, appointment_now, asked, asked_to_move
from tests.store.evidence import claims_in


def approved(desk: Desk, request: Request, practitioner: StaffId = ANN, **more: Any) -> RequestApproved:
    return desk.do(ApproveRequest(request=request.id, seen=None, practitioner=practitioner, **more))


def shown(desk: Desk, request: Request) -> RequestCard:
    return desk.see(ShowRequest(request=request.id))


def now_is(desk: Desk, request: Request) -> Request:
    return shown(desk, request).line.request


def apply(desk: Desk, *changes: tuple[str, str]) -> None:
    text = PRACTICE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    desk.do(ApplyPractice(file=practice_file(text)))


@pytest.mark.covers("2-01", "4-01", "4-02")
def test_a_client_asks_for_a_free_time_and_it_waits_pending_with_its_time_held(desk: Desk) -> None:
    request = asked(desk, on(24, 9), description="my knee again")

    assert (request.state, request.kind, request.description) == (
        RequestState.PENDING,
        RequestKind.NEW,
        "my knee again",
    )
    assert request.ref.startswith("R-")
    answer = desk.see(AskWhy(service=REVIEW, start=on(24, 9), practitioner=ANN, asking=Asking.CLIENT))
    (reason,) = answer.verdicts[0].reasons
    assert isinstance(reason, Held)
    assert (reason.by.request, reason.by.held_by) == (request.id, "Clara Client")


def test_asking_for_anybody_holds_the_one_who_would_be_offered(desk: Desk) -> None:
    booked(desk, on(24, 14))  # ann has more to do that day

    request = asked(desk, on(24, 9), practitioner=None)

    assert (request.asked_for, request.slot.practitioner) == (None, "bob")


def test_a_request_is_under_the_clients_rules(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.do(RequestAppointment(service=ServiceId("massage"), start=on(24, 9), client=a_client(desk)))
    assert [type(it) for it in caught.value.objections] == [NotOnline]

    stranger = Applicant(name="Nora New", phone="020 7946 0999", email="nora@example.org")
    apply(desk, ('initial_service = "review"', 'initial_service = "massage"'))
    with pytest.raises(Refused) as caught:
        asked(desk, on(24, 9), client=stranger)
    assert caught.value.objections == (NotForNewClients(ServiceId("massage")),)


def test_a_client_has_only_so_many_requests_open(desk: Desk) -> None:
    client = a_client(desk)
    for hour in (9, 10, 11):
        asked(desk, on(24, hour), client=client)

    with pytest.raises(Refused) as caught:
        asked(desk, on(24, 14), client=client)
    assert caught.value.objections == (TooManyPending(3),)


def test_an_unknown_person_has_only_so_many_requests_open_under_one_address(desk: Desk) -> None:
    nora = Applicant(name="Nora New", email="nora@example.org")
    for hour in (9, 10, 11):
        asked(desk, on(24, hour), client=nora)

    with pytest.raises(Refused):
        asked(desk, on(24, 14), client=Applicant(name="Nora N.", email="NORA@example.org"))


@pytest.mark.covers("2-21", "4-03")
def test_approving_puts_it_on_the_calendar_and_passes_its_time_on(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    held = {(claim.resource, claim.start) for claim in claims_in(desk.store)}

    event = approved(desk, request)

    made = event.appointment
    assert (made.start, made.practitioner, made.status) == (at(on(24, 9)), "ann", Status.BOOKED)
    assert made.holder == request.holder
    assert made.terms
    kept = claims_in(desk.store)
    assert {(claim.resource, claim.start) for claim in kept} == held
    assert [claim.kind for claim in kept] == ["appointment"]
    assert (now_is(desk, request).state, now_is(desk, request).appointment) == (RequestState.APPROVED, made.id)


@pytest.mark.covers("4-11", "4-12", "4-13")
def test_approval_may_change_time_and_person_and_takes_notes_and_a_ticket(desk: Desk) -> None:
    request = asked(desk, on(24, 9))

    event = approved(desk, request, BOB, start=on(25, 15), internal_note="bring the file", ticket="T-4711")

    assert (event.appointment.start, event.appointment.practitioner) == (at(on(25, 15)), "bob")
    assert (event.appointment.internal_note, event.appointment.ticket) == ("bring the file", "T-4711")
    assert (event.request.internal_note, event.request.ticket) == ("bring the file", "T-4711")
    assert event.request.slot.start == at(on(24, 9)), "what was asked for stays on record"


@pytest.mark.covers("2-15", "2-22")
def test_approving_an_unknown_person_makes_their_record(desk: Desk) -> None:
    request = asked(desk, on(24, 9), client=Applicant(name="Nora New", phone="020 7946 0999", email="n@example.org"))

    event = approved(desk, request)

    assert event.new_client
    assert (event.client.name, event.client.phone, event.client.email) == (
        "Nora New",
        "+44 20 7946 0999",
        "n@example.org",
    )
    assert (event.appointment.client, event.request.client) == (event.client.id, event.client.id)


def test_a_known_phone_or_address_leaves_the_choice_to_staff_and_overwrites_nothing(desk: Desk) -> None:
    known = a_client(desk, "Eleonora New", email="n@example.org", phone="020 7946 0001")
    request = asked(desk, on(24, 9), client=Applicant(name="Nora New", phone="020 7946 0999", email="N@example.org"))
    assert shown(desk, request).standing is Standing.ASKS
    assert [hit.id for hit in shown(desk, request).known] == [known]

    with pytest.raises(Refused) as caught:
        approved(desk, request)
    assert caught.value.objections == (KnownAlready((known,), ("Eleonora New",)),)

    event = approved(desk, request, client=known)
    assert (event.client.id, event.client.name, event.client.phone, event.new_client) == (
        known,
        "Eleonora New",
        "+44 20 7946 0001",
        False,
    )


def test_a_known_address_may_be_somebody_else(desk: Desk) -> None:
    known = a_client(desk, "Eleonora New", email="n@example.org")
    request = asked(desk, on(24, 9), client=Applicant(name="Nora New", email="n@example.org"))

    event = approved(desk, request, new_client=True)

    assert event.client.id != known
    assert event.client.name == "Nora New"


@pytest.mark.covers("2-23", "2-24", "4-14")
def test_declining_is_one_act_with_or_without_a_note_and_frees_the_time(desk: Desk) -> None:
    one, other = asked(desk, on(24, 9)), asked(desk, on(24, 10), client=a_client(desk, "Dora"))

    desk.do(DeclineRequest(request=one.id, seen=1))
    event = desk.do(DeclineRequest(request=other.id, seen=1, message="We are closed then.\nTry Thursday."))

    assert event.message == "We are closed then.\nTry Thursday."
    assert [now_is(desk, it).state for it in (one, other)] == [RequestState.DECLINED] * 2
    assert claims_in(desk.store) == []


@pytest.mark.covers("4-16")
def test_a_client_edits_a_pending_request_and_its_hold_moves(desk: Desk, clock: Clock) -> None:
    request = asked(desk, on(24, 9), description="knee")
    clock.set(on(23, 12))

    event = desk.do(EditRequest(request=request.id, start=on(25, 11), description="knee and hip"))

    after = event.request
    assert (after.slot.start, after.description, after.revision) == (at(on(25, 11)), "knee and hip", 2)
    assert after.asked_at == at(on(23, 12)), "another start counts as asked now"
    assert [claim.start for claim in claims_in(desk.store)] == [at(on(25, 11))]


def test_more_words_alone_do_not_count_as_asked_anew(desk: Desk, clock: Clock) -> None:
    request = asked(desk, on(24, 9))
    clock.set(on(23, 12))

    event = desk.do(EditRequest(request=request.id, description="and the shoulder"))

    assert event.request.asked_at == request.asked_at


@pytest.mark.covers("4-17")
def test_a_client_withdraws_a_request_and_that_cannot_be_undone(desk: Desk) -> None:
    request = asked(desk, on(24, 9))

    desk.do(WithdrawRequest(request=request.id))

    assert now_is(desk, request).state is RequestState.WITHDRAWN
    assert claims_in(desk.store) == []
    with pytest.raises(Refused):
        desk.do(Undo())


@pytest.mark.parametrize("over", ["approved", "declined", "withdrawn", "expired"])
def test_what_is_over_can_be_neither_decided_nor_changed(desk: Desk, clock: Clock, over: str) -> None:
    request = asked(desk, on(24, 9))
    match over:
        case "approved":
            approved(desk, request)
        case "declined":
            desk.do(DeclineRequest(request=request.id, seen=None))
        case "withdrawn":
            desk.do(WithdrawRequest(request=request.id))
        case _:
            clock.set(on(24, 10))

    for ask in (
        ApproveRequest(request=request.id, seen=None, practitioner=ANN),
        DeclineRequest(request=request.id, seen=None),
        OfferTimes(request=request.id, seen=None, times=(OfferedTime(start=on(25, 9)),)),
        TakeOffer(request=request.id, choice=1),
        RefuseOffers(request=request.id),
        EditRequest(request=request.id, description="more"),
        WithdrawRequest(request=request.id),
    ):
        with pytest.raises(Refused) as caught:
            desk.do(ask)
        (objection,) = caught.value.objections
        assert isinstance(objection, RequestIsOver)
        assert objection.state.value == over


def test_deciding_past_its_time_records_that_it_expired_and_refuses(desk: Desk, clock: Clock) -> None:
    request = asked(desk, on(24, 9))
    clock.set(on(24, 9))
    with pytest.raises(Refused):
        approved(desk, request)

    (expired,) = [it for it in desk.see(ShowHistory()) if it.operation == "expire"]
    assert (expired.actor_name, int(expired.batch)) == ("system", int(expired.id))
    assert now_is(desk, request).ended is Ended.TIME


def test_a_decision_on_an_older_picture_is_stale(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    desk.do(EditRequest(request=request.id, start=on(24, 10)))

    with pytest.raises(Stale) as caught:
        desk.do(ApproveRequest(request=request.id, seen=request.revision, practitioner=ANN))
    assert (caught.value.reference, caught.value.operation) == (request.ref, "edit_request")


# rescheduling


@pytest.mark.covers("0-14")
def test_the_appointment_stands_until_the_move_is_approved_and_both_times_are_held(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment

    request = asked_to_move(desk, appointment, on(26, 10))

    assert appointment_now(desk, appointment.id) == appointment
    assert sorted(claim.start for claim in claims_in(desk.store)) == [at(on(25, 9)), at(on(26, 10))]
    assert request.holder == appointment.holder

    event = approved(desk, request)
    assert event.was == appointment
    assert (event.appointment.id, event.appointment.start) == (appointment.id, at(on(26, 10)))
    assert [claim.start for claim in claims_in(desk.store)] == [at(on(26, 10))]


@pytest.mark.covers("0-14")
@pytest.mark.parametrize("end", ["declined", "withdrawn", "expired", "swept"])
def test_whatever_else_becomes_of_it_the_appointment_is_exactly_as_it_was(desk: Desk, clock: Clock, end: str) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    request = asked_to_move(desk, appointment, on(26, 10))

    match end:
        case "declined":
            desk.do(DeclineRequest(request=request.id, seen=None))
        case "withdrawn":
            desk.do(WithdrawRequest(request=request.id))
        case "expired":
            clock.set(on(25, 9))
        case _:
            clock.set(on(25, 9))
            assert len(desk.do(SweepExpired()).events) == 1

    assert appointment_now(desk, appointment.id) == appointment
    assert {claim.start for claim in claims_in(desk.store) if claim.kind == "appointment"} == {at(on(25, 9))}


def test_asking_again_edits_the_same_request_and_moves_its_hold(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    first = asked_to_move(desk, appointment, on(26, 10))

    second = asked_to_move(desk, appointment, on(26, 15))

    assert (second.id, second.revision) == (first.id, 2)
    assert sorted(claim.start for claim in claims_in(desk.store)) == [at(on(25, 9)), at(on(26, 15))]


def test_a_move_may_overlap_its_own_old_time(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment

    approved(desk, asked_to_move(desk, appointment, on(25, 9, 15)))

    assert appointment_now(desk, appointment.id).start == at(on(25, 9, 15))


def test_a_confirmed_appointment_stays_confirmed_by_the_clients_own_move(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    desk.do(SetStatus(appointment=appointment.id, seen=None, status=Status.CONFIRMED))

    event = approved(desk, asked_to_move(desk, appointment, on(26, 10)))

    assert event.appointment.status is Status.CONFIRMED


@pytest.mark.covers("1-20")
def test_where_the_terms_need_no_approval_a_move_stands_at_once(desk: Desk) -> None:
    apply(desk, ("[booking]", "[policy]\nreschedule_needs_approval = false\n\n[booking]"))
    appointment = booked(desk, on(25, 9)).appointment

    event = desk.do(RequestRescheduling(appointment=appointment.id, start=on(26, 10)))

    assert isinstance(event, AppointmentRescheduled)
    assert event.appointment.start == at(on(26, 10))


@pytest.mark.covers("3-02", "3-03")
def test_inside_the_notice_a_client_cannot_move_and_is_told_until_when_but_staff_can(desk: Desk) -> None:
    appointment = booked(desk, on(23, 14)).appointment
    with pytest.raises(Refused) as caught:
        asked_to_move(desk, appointment, on(26, 10))
    (objection,) = caught.value.objections
    assert isinstance(objection, TooLate)
    assert objection.until == at(on(22, 14))

    desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(26, 10)))


def test_where_moving_is_left_to_calls_a_client_is_told_so(desk: Desk) -> None:
    apply(desk, ("[booking]", '[policy]\nreschedule = "phone"\n\n[booking]'))
    with pytest.raises(Refused) as caught:
        asked_to_move(desk, booked(desk, on(25, 9)).appointment, on(26, 10))
    assert [type(it) for it in caught.value.objections] == [OnlyByPhone]


@pytest.mark.covers("3-04")
def test_a_late_move_costs_its_own_fee_once_it_is_approved_by_when_it_was_asked(desk: Desk, clock: Clock) -> None:
    policy = '[policy]\ninside_reschedule_notice = "late"\nlate_reschedule_fee = "10.00"\nlate_fee = "25.00"\n\n'
    apply(desk, ("[booking]", policy + "[booking]"))
    appointment = booked(desk, on(24, 16)).appointment
    clock.set(on(23, 15))
    in_time = asked_to_move(desk, appointment, on(26, 10))
    clock.set(on(23, 17))

    assert approved(desk, in_time).also == (), "asked in time, approved later"

    late = booked(desk, on(24, 9), client="Dora").appointment
    event = approved(desk, asked_to_move(desk, late, on(26, 11)))
    (line,) = desk.see(ListCharges(client=late.client))
    assert (line.charge.kind, line.charge.amount) == (ChargeKind.LATE_RESCHEDULE, 1000)
    assert event.appointment.missed_cancel == at(on(23, 9)), "a late fee cannot be dodged by moving first"


def test_clients_may_not_change_the_service_unless_the_practice_lets_them(desk: Desk) -> None:
    apply(desk, ("duration = 60\nbuffer_after = 10", "duration = 60\nonline = true\nbuffer_after = 10"))
    appointment = booked(desk, on(25, 9)).appointment
    with pytest.raises(Refused) as caught:
        asked_to_move(desk, appointment, on(26, 10), service=ServiceId("massage"))
    assert caught.value.objections == (ServiceStays(),)


@pytest.mark.parametrize("how", ["moved", "cancelled", "arrived"])
def test_a_request_is_overtaken_when_its_appointment_changes_and_undo_brings_it_back(
    desk: Desk, clock: Clock, how: str
) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    request = asked_to_move(desk, appointment, on(26, 10))

    match how:
        case "moved":
            desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(25, 14)))
        case "cancelled":
            desk.do(CancelAppointment(appointment=appointment.id, seen=None, reason="client_asked"))  # type: ignore[arg-type]
        case _:
            clock.set(on(25, 8, 50))
            desk.do(SetStatus(appointment=appointment.id, seen=None, status=Status.ARRIVED))

    over = now_is(desk, request)
    assert (over.state, over.ended) == (RequestState.EXPIRED, Ended.OVERTAKEN)
    assert at(on(26, 10)) not in {claim.start for claim in claims_in(desk.store)}

    desk.do(Undo())
    assert now_is(desk, request).state is RequestState.PENDING
    assert sorted(claim.start for claim in claims_in(desk.store)) == [at(on(25, 9)), at(on(26, 10))]


def test_a_request_to_move_what_cannot_be_moved_any_more_is_refused(desk: Desk, clock: Clock) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    clock.set(on(25, 9))
    desk.do(SetStatus(appointment=appointment.id, seen=None, status=Status.ARRIVED))
    with pytest.raises(Refused) as caught:
        asked_to_move(desk, appointment, on(26, 10))
    assert NotFromHere in {type(it) for it in caught.value.objections}


# approval by setting


def test_a_service_that_needs_no_approval_is_booked_at_once(desk: Desk) -> None:
    apply(desk, ('price = "45.00"\nonline = true', 'price = "45.00"\nonline = true\napproval = "auto"'))
    event = desk.do(RequestAppointment(service=REVIEW, start=on(24, 9), client=a_client(desk)))
    assert isinstance(event, AppointmentBooked)

    new = desk.do(RequestAppointment(service=REVIEW, start=on(24, 10), client=Applicant(name="Nora New")))
    assert isinstance(new, AppointmentBooked)
    assert new.new_client


def test_a_person_who_may_be_known_already_is_left_to_staff_also_where_nobody_has_to_approve(desk: Desk) -> None:
    apply(desk, ('price = "45.00"\nonline = true', 'price = "45.00"\nonline = true\napproval = "auto"'))
    a_client(desk, email="c@example.org")
    nora = Applicant(name="Nora New", email="c@example.org")
    event = desk.do(RequestAppointment(service=REVIEW, start=on(24, 9), client=nora))
    assert isinstance(event, RequestMade)


def test_only_the_first_visit_needs_staff_where_the_practice_says_so(desk: Desk) -> None:
    apply(desk, ("[booking]\n", '[booking]\napproval = "first_visit"\n'))
    client = a_client(desk)
    first = asked(desk, on(24, 9), client=client)
    approved(desk, first)

    second = desk.do(RequestAppointment(service=REVIEW, start=on(25, 9), client=client))
    assert isinstance(second, AppointmentBooked)


# counter-offers


def offered(desk: Desk, request: Request, *starts: Any, **more: Any) -> Request:
    times = tuple(OfferedTime(start=start) for start in starts)
    return desk.do(OfferTimes(request=request.id, seen=None, times=times, **more)).request


def test_offered_times_are_held_and_the_clients_own_hold_is_released(desk: Desk) -> None:
    request = asked(desk, on(24, 9))

    after = offered(desk, request, on(25, 9), on(25, 10), on(26, 11), message="Any of these?")

    assert [slot.start for slot in after.offers] == [at(on(25, 9)), at(on(25, 10)), at(on(26, 11))]
    assert sorted(claim.start for claim in claims_in(desk.store)) == [slot.start for slot in after.offers]
    assert shown(desk, request).standing is Standing.OFFERED


def test_the_answer_is_awaited_a_day_never_past_the_first_offer_nor_the_old_time(desk: Desk) -> None:
    assert offered(desk, asked(desk, on(26, 9)), on(26, 11)).answer_by == at(on(24, 8))
    assert offered(desk, asked(desk, on(26, 10)), on(23, 16)).answer_by == at(on(23, 16))
    soon = booked(desk, on(24, 8, 45), override="early").appointment
    # the clocks of the terms: asked in time
    request = asked_to_move(desk, appointment_now(desk, soon.id), on(25, 11))
    assert offered(desk, request, on(25, 15)).answer_by == at(on(24, 8))


def test_more_than_three_times_are_not_offered(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    with pytest.raises(Refused) as caught:
        offered(desk, request, *(on(25, hour) for hour in (9, 10, 11, 13)))
    assert caught.value.objections == (TooManyOffers(3),)
    with pytest.raises(BadInput):
        offered(desk, request)


def test_a_time_that_is_taken_is_not_offered(desk: Desk) -> None:
    booked(desk, on(25, 9), client="Dora")
    with pytest.raises(SlotTaken):
        offered(desk, asked(desk, on(24, 9)), on(25, 9))


def test_taking_an_offer_approves_it(desk: Desk) -> None:
    request = offered(desk, asked(desk, on(24, 9)), on(25, 9), on(25, 10))

    event = desk.do(TakeOffer(request=request.id, choice=2))

    assert (event.appointment.start, event.taken) == (at(on(25, 10)), True)
    assert [claim.start for claim in claims_in(desk.store)] == [at(on(25, 10))]
    assert now_is(desk, request).state is RequestState.APPROVED


def test_only_what_is_offered_can_be_taken(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    with pytest.raises(Refused) as caught:
        desk.do(TakeOffer(request=request.id, choice=1))
    assert caught.value.objections == (NoOpenOffer(0),)


def test_taking_none_leaves_the_request_pending_without_its_time(desk: Desk) -> None:
    request = offered(desk, asked(desk, on(24, 9)), on(25, 9))

    event = desk.do(RefuseOffers(request=request.id))

    assert (event.request.state, event.request.hold_lost) == (RequestState.PENDING, True)
    assert claims_in(desk.store) == []
    assert shown(desk, request).standing is Standing.ASKS


def test_silence_to_an_offer_is_recorded_by_the_sweep(desk: Desk, clock: Clock) -> None:
    request = offered(desk, asked(desk, on(26, 9)), on(26, 11))
    clock.set(on(24, 9))
    seen = now_is(desk, request)
    assert (seen.state, seen.hold_lost) == (RequestState.PENDING, True)

    (event,) = desk.do(SweepExpired()).events
    assert event.operation == "lapse"
    assert now_is(desk, request) == seen
    assert desk.do(SweepExpired()).events == ()


def test_after_silence_staff_may_still_approve_what_was_asked_for(desk: Desk, clock: Clock) -> None:
    request = offered(desk, asked(desk, on(26, 9)), on(26, 11))
    clock.set(on(24, 9))

    event = desk.do(ApproveRequest(request=request.id, seen=now_is(desk, request).revision, practitioner=ANN))

    assert event.appointment.start == at(on(26, 9))
    assert [it.operation for it in desk.see(ShowHistory()) if it.actor_name == "system"] == ["lapse"]


# held times and who may take them


def test_clients_never_get_held_time(desk: Desk) -> None:
    asked(desk, on(24, 9))

    with pytest.raises(SlotTaken):
        asked(desk, on(24, 9), client=a_client(desk, "Dora"))
    found = desk.see(
        FindSlots(service=REVIEW, first=on(24, 0).date(), days=1, practitioner=ANN, asking=Asking.CLIENT)
    )
    assert at(on(24, 9)) not in {offer.start for offer in found.offers}


def test_staff_are_told_whose_it_is_and_may_take_it_with_a_reason(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    with pytest.raises(SlotTaken) as caught:
        booked(desk, on(24, 9), client="Dora")
    (held,) = caught.value.conflicts
    assert isinstance(held, Held)
    assert held.by.held_by == "Clara Client"

    event = booked(desk, on(24, 9), client="Dora", override="she is in pain")

    assert event.appointment.lane == 0
    assert now_is(desk, request).hold_lost
    assert now_is(desk, request).state is RequestState.PENDING
    assert shown(desk, request).standing is Standing.CLASH

    desk.do(Undo())
    assert not now_is(desk, request).hold_lost
    assert [claim.kind for claim in claims_in(desk.store)] == ["request"]


def test_taking_one_of_several_offered_times_leaves_the_others(desk: Desk) -> None:
    request = offered(desk, asked(desk, on(24, 9)), on(25, 9), on(25, 11))

    booked(desk, on(25, 9), client="Dora", override="urgent")

    after = now_is(desk, request)
    assert [(slot.start, slot.lost) for slot in after.offers] == [(at(on(25, 9)), True), (at(on(25, 11)), False)]
    assert not after.hold_lost
    with pytest.raises(SlotTaken):
        desk.do(TakeOffer(request=request.id, choice=1))
    assert desk.do(TakeOffer(request=request.id, choice=2)).appointment.start == at(on(25, 11))


def test_a_write_that_meets_an_expired_hold_records_its_end_first(desk: Desk, clock: Clock) -> None:
    request = asked(desk, on(30, 9))
    clock.set(on(26, 8, 30))

    event = booked(desk, on(30, 9), client="Dora")

    lines = desk.see(ShowHistory())
    assert [it.operation for it in lines[-2:]] == ["expire", "book"]
    assert lines[-2].actor_name == "system"
    assert lines[-2].batch != event.batch
    assert now_is(desk, request).state is RequestState.EXPIRED
    desk.do(Undo())  # takes back the booking, not the expiry
    assert now_is(desk, request).state is RequestState.EXPIRED


# many at once


def test_all_that_are_clear_are_approved_as_one_act_and_the_others_are_left_with_their_reasons(desk: Desk) -> None:
    clear = [asked(desk, on(24, hour), client=a_client(desk, f"Client {hour}")) for hour in (9, 10, 11)]
    lost = asked(desk, on(24, 15), client=a_client(desk, "Dora"))
    booked(desk, on(24, 15), client="Emil", override="urgent")

    batch = desk.do(ApproveRequests(requests=tuple((it.id, now_is(desk, it).revision) for it in [*clear, lost])))

    assert [event.request.id for event in batch.events] == [it.id for it in clear]
    assert len({event.batch for event in batch.events}) == 1
    assert [(it.reference, it.client_name) for it in batch.left] == [(lost.ref, "Dora")]
    desk.do(Undo())
    assert [now_is(desk, it).state for it in clear] == [RequestState.PENDING] * 3
    desk.do(Redo())
    assert [now_is(desk, it).state for it in clear] == [RequestState.APPROVED] * 3


def test_two_rivals_for_one_time_cannot_both_be_held(desk: Desk) -> None:
    asked(desk, on(24, 9))
    rival = asked(desk, on(25, 9), client=a_client(desk, "Dora"))
    with pytest.raises(SlotTaken):
        desk.do(EditRequest(request=rival.id, start=on(24, 9)))


def test_many_are_declined_as_one_act_with_one_note(desk: Desk) -> None:
    both = [asked(desk, on(24, hour), client=a_client(desk, f"Client {hour}")) for hour in (9, 10)]

    batch = desk.do(DeclineRequests(requests=tuple((it.id, 1) for it in both), message="We moved."))

    assert [event.message for event in batch.events] == ["We moved."] * 2
    desk.do(Undo())
    assert [now_is(desk, it).state for it in both] == [RequestState.PENDING] * 2


def test_undo_of_an_approval_makes_it_pending_again_with_its_hold_and_expiry(desk: Desk) -> None:
    request = asked(desk, on(24, 9), client=Applicant(name="Nora New"))
    event = approved(desk, request)

    desk.do(Undo())

    again = now_is(desk, request)
    assert (again.state, again.expires_at, again.client) == (RequestState.PENDING, request.expires_at, None)
    assert [claim.kind for claim in claims_in(desk.store)] == ["request"]
    assert appointment_now(desk, event.appointment.id).status is Status.UNDONE


# who may


def test_practitioners_decide_their_own_and_receptionists_where_the_practice_lets_them(desk: Desk) -> None:
    for_ann, for_bob = asked(desk, on(24, 9)), asked(desk, on(24, 9), client=a_client(desk, "Dora"), practitioner=BOB)
    ann, rita, vic = (as_staff(desk, id_) for id_ in ("ann", "rita", "vic"))

    assert [it.request.id for it in ann.see(ListRequests()).items] == [for_ann.id]
    with pytest.raises(NotAllowed):
        ann.do(DeclineRequest(request=for_bob.id, seen=None))
    with pytest.raises(NotAllowed):
        ann.do(ApproveRequest(request=for_ann.id, seen=None, practitioner=BOB))
    with pytest.raises(NotAllowed):
        vic.do(DeclineRequest(request=for_ann.id, seen=None))
    rita.do(DeclineRequest(request=for_ann.id, seen=None))

    apply(desk, ("[booking]", "[desk]\nreceptionists_decide = false\n\n[booking]"))
    with pytest.raises(NotAllowed):
        rita.do(DeclineRequest(request=for_bob.id, seen=None))


# what is seen


@pytest.mark.covers("2-20", "4-06", "4-08")
def test_the_list_is_filtered_sorted_and_searched(desk: Desk, clock: Clock) -> None:
    pending = asked(desk, on(30, 9), client=a_client(desk, "Zoe Zimmer"))
    clock.set(on(23, 9))
    declined = asked(desk, on(24, 9), client=a_client(desk, "Adam Abel"))
    desk.do(DeclineRequest(request=declined.id, seen=None))
    withdrawn = asked(desk, on(24, 10), client=Applicant(name="Nora New"))
    desk.do(WithdrawRequest(request=withdrawn.id))
    expiring = asked(desk, on(24, 8, 45) if False else on(24, 11), client=a_client(desk, "Bea"))
    done = asked(desk, on(25, 9), client=a_client(desk, "Carl"))
    approved(desk, done, ticket="T-1")
    clock.set(on(24, 11))

    def ids(*states: RequestState, **more: Any) -> list[RequestId]:
        return [it.request.id for it in desk.see(ListRequests(states=states, **more)).items]

    assert ids(RequestState.PENDING) == [pending.id]
    assert ids(RequestState.DECLINED) == [declined.id]
    assert ids(RequestState.WITHDRAWN) == [withdrawn.id]
    assert ids(RequestState.EXPIRED) == [expiring.id]
    assert ids(RequestState.APPROVED) == [done.id]
    assert len(ids()) == 5
    assert ids(order=RequestOrder.CLIENT)[0] == declined.id
    assert ids(order=RequestOrder.ASKED)[0] == pending.id
    assert ids(name="zimm") == [pending.id]
    assert ids(name="nora") == [withdrawn.id]
    (line,) = desk.see(ListRequests(states=(RequestState.APPROVED,))).items
    assert (line.client_name, line.service_name, line.request.ticket) == ("Carl", "Review", "T-1")


def test_the_card_shows_every_field_and_what_speaks_for_and_against(desk: Desk) -> None:
    client = a_client(desk, phone="020 7946 0018", email="c@example.org")
    booked(desk, on(24, 10), client="Dora")
    request = asked(desk, on(24, 9), client=client, description="my knee")

    card = shown(desk, request)

    assert (card.line.client_name, card.line.phone, card.line.email) == (
        "Clara Client",
        "+44 20 7946 0018",
        "c@example.org",
    )
    assert (card.line.service_name, card.line.request.description) == ("Review", "my knee")
    assert card.standing is Standing.CLEAR
    assert all(check.ok for check in card.checks)
    assert [it.name for it in card.around] == ["Dora"]


def test_the_card_says_what_stands_against_it_and_what_would_do_instead(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    booked(desk, on(24, 9), client="Dora", override="urgent")

    card = shown(desk, request)

    (reason,) = card.verdict.reasons
    assert isinstance(reason, PractitionerTaken)
    assert reason.by.client_name == "Dora"
    assert card.nearest[0].start == at(on(24, 9, 30))
    assert desk.see(JudgeRequests(requests=(request.id,))) == {request.id: Standing.CLASH}


def test_an_approval_against_a_rule_needs_a_reason(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    with pytest.raises(Refused) as caught:
        approved(desk, request, start=on(24, 12))
    assert [type(it) for it in caught.value.objections] == [OutsideHours]

    event = approved(desk, request, start=on(24, 12), override="as agreed")
    assert event.appointment.override == "as agreed"


def test_a_merge_takes_requests_and_charges_along(desk: Desk) -> None:
    keep, drop = a_client(desk, "Clara"), a_client(desk, "Klara")
    request = asked(desk, on(24, 9), client=drop)

    desk.do(MergeClients(keep=keep, drop=drop))
    assert now_is(desk, request).client == keep
    desk.do(Undo())
    assert now_is(desk, request).client == drop


def test_a_request_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.see(ShowRequest(request=RequestId(99)))
    with pytest.raises(NotFound):
        desk.do(DeclineRequest(request=RequestId(99), seen=None))


# one wish after the other


def test_a_decline_is_not_undone_while_the_client_asks_anew(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    declined = desk.do(DeclineRequest(request=asked_to_move(desk, appointment, on(26, 10)).id, seen=None))
    again = asked_to_move(desk, appointment, on(26, 14))

    with pytest.raises(Refused):
        desk.do(Undo(event=declined.id))

    assert now_is(desk, again).state is RequestState.PENDING
    assert now_is(desk, declined.request).state is RequestState.DECLINED


def test_undoing_a_move_overtakes_a_wish_to_move(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    moved = desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(25, 14)))
    request = asked_to_move(desk, appointment, on(26, 10))

    desk.do(Undo(event=moved.id))

    over = now_is(desk, request)
    assert (over.state, over.ended) == (RequestState.EXPIRED, Ended.OVERTAKEN)
    assert [claim.start for claim in claims_in(desk.store)] == [at(on(25, 9))]


def test_a_move_is_decided_by_who_may_decide_both_its_sides(desk: Desk) -> None:
    request = asked_to_move(desk, booked(desk, on(25, 9)).appointment, on(26, 10), practitioner=BOB)

    with pytest.raises(NotAllowed):
        desk_of_bob = as_staff(desk, "bob")
        desk_of_bob.do(ApproveRequest(request=request.id, seen=None, practitioner=BOB))

    assert now_is(desk, request).state is RequestState.PENDING


def test_asking_again_for_the_same_time_is_not_asking_later(desk: Desk, clock: Clock) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    first = asked_to_move(desk, appointment, on(26, 10))
    clock.set(on(23, 12))

    again = asked_to_move(desk, appointment, on(26, 10), description="please")

    assert (again.id, again.asked_at, again.description) == (first.id, first.asked_at, "please")


def test_what_would_be_over_at_once_is_not_asked_for(desk: Desk, clock: Clock) -> None:
    clock.set(on(24, 9))
    with pytest.raises((Refused, SlotTaken)):
        asked(desk, on(24, 8))
    with pytest.raises((Refused, SlotTaken)):
        offered(desk, asked(desk, on(24, 10)), on(24, 9))


def test_offers_are_made_where_the_client_asked_for_them(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    with pytest.raises(Refused):
        offered(desk, request, on(27, 10))  # Ann is at the annex on Fridays
    times = (OfferedTime(start=on(27, 10), location=LocationId("annex")),)
    after = desk.do(OfferTimes(request=request.id, seen=None, times=times)).request
    assert [slot.location for slot in after.offers] == [LocationId("annex")]
