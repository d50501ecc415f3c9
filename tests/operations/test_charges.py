"""Cancelling, not coming, reinstating: whose doing it was, whether it was late, what it costs, and undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.core.asks.appointments import (
    CancelAppointment,
    CancelAsClient,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
    ShowAppointment,
)
from frontdesk.core.asks.charges import ListCharges, SettleCharge, ShowPolicy, ShowTerms, WaiveCharge
from frontdesk.core.asks.clients import ShowClient
from frontdesk.core.asks.history import Redo, ShowHistory, Undo
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK
from frontdesk.core.domain.appointments import Appointment, Side, Status
from frontdesk.core.domain.charges import Charge, ChargeKind, ChargeState
from frontdesk.core.domain.errors import NotAllowed, Refused
from frontdesk.core.domain.events.appointments import AppointmentCancelled
from frontdesk.core.domain.objections import (
    CallLiesAhead,
    ChangedSince,
    ChargeIsOver,
    OnlyByPhone,
    TooLate,
    WaiverNeedsReason,
)
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.policies import Level
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from tests.builders import PRACTICE, Clock, as_staff, at, booked, on

FEES = '[policy]\nlate_fee = "25.00"\nno_show_fee = "100%"\n\n'


def apply(desk: Desk, policy: str = FEES) -> None:
    desk.do(ApplyPractice(file=practice_file(PRACTICE.replace("[booking]", policy + "[booking]"))))


def cancelled(desk: Desk, appointment: Appointment, **more: Any) -> AppointmentCancelled:
    return desk.do(CancelAppointment(appointment=appointment.id, seen=None, reason=ReasonId("client_asked"), **more))


def charges(desk: Desk, appointment: Appointment) -> list[Charge]:
    lines = desk.see(ListCharges(client=appointment.client))
    return [it.charge for it in reversed(lines)]


def now_is(desk: Desk, appointment: Appointment) -> Appointment:
    return desk.see(ShowAppointment(appointment=appointment.id)).appointment


@pytest.mark.covers("2-30", "3-04")
def test_a_client_who_calls_late_is_late_cancelled_and_owes_the_fee(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment

    event = cancelled(desk, appointment, by=Side.CLIENT)

    assert event.appointment.status is Status.LATE_CANCELLED
    (charge,) = charges(desk, appointment)
    assert (charge.kind, charge.amount, charge.currency, charge.state) == (
        ChargeKind.LATE_CANCEL,
        2500,
        "GBP",
        ChargeState.DUE,
    )
    assert desk.see(ShowClient(client=appointment.client)).owes == 2500


@pytest.mark.covers("2-30")
def test_a_client_who_called_in_time_is_cancelled_whenever_it_is_written_down(desk: Desk, clock: Clock) -> None:
    apply(desk)
    appointment = booked(desk, on(24, 14)).appointment
    clock.set(on(24, 10))

    event = cancelled(desk, appointment, by=Side.CLIENT, said_at=at(on(23, 14)))

    assert event.appointment.status is Status.CANCELLED
    assert event.appointment.cancellation is not None
    assert (event.appointment.cancellation.by, event.appointment.cancellation.at) == (Side.CLIENT, at(on(23, 14)))
    assert charges(desk, appointment) == []


def test_a_call_cannot_have_come_after_now(desk: Desk) -> None:
    appointment = booked(desk, on(24, 14)).appointment
    with pytest.raises(Refused) as caught:
        cancelled(desk, appointment, by=Side.CLIENT, said_at=at(on(23, 9)))
    assert caught.value.objections == (CallLiesAhead(),)


def test_the_practice_is_never_late(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment

    assert cancelled(desk, appointment).appointment.status is Status.CANCELLED
    assert charges(desk, appointment) == []


def test_a_late_fee_is_waived_with_a_reason_and_stays_on_record(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment

    cancelled(desk, appointment, by=Side.CLIENT, waive="first time")

    (charge,) = charges(desk, appointment)
    assert (charge.state, charge.reason) == (ChargeState.WAIVED, "first time")
    assert desk.see(ShowClient(client=appointment.client)).owes == 0


@pytest.mark.covers("0-20")
def test_the_terms_are_those_of_the_booking_whatever_the_practice_sets_later(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment
    apply(desk, '[policy]\nlate_fee = "99.00"\nnotice = 1\n\n')

    view = desk.see(ShowTerms(appointment=appointment.id))
    assert (view.late_fee, view.terms.notice.value, view.cancelling.over) == (2500, 24, True)

    cancelled(desk, appointment, by=Side.CLIENT)
    assert charges(desk, appointment)[0].amount == 2500


@pytest.mark.covers("0-19")
def test_the_policy_shown_belongs_to_the_service_field_by_field(desk: Desk) -> None:
    text = PRACTICE.replace("[booking]", FEES + "[booking]").replace(
        'price = "45.00"\nonline = true', 'price = "45.00"\nonline = true\n[services.policy]\nnotice = 48\n'
    )
    desk.do(ApplyPractice(file=practice_file(text)))

    terms = desk.see(ShowPolicy(service=ServiceId("review"), practitioner=StaffId("ann")))

    assert (terms.notice.value, terms.notice.level) == (48, Level.SERVICE)
    assert (terms.late_fee.value, terms.late_fee.level) == ("25.00", Level.PRACTICE)
    assert terms.cancel.level is Level.DEFAULT


def test_a_move_keeps_the_terms_and_another_practitioner_brings_new_ones_only_if_the_client_agreed(
    desk: Desk,
) -> None:
    apply(desk)
    appointment = booked(desk, on(24, 14)).appointment
    apply(desk, '[policy]\nlate_fee = "99.00"\n\n')

    def moved(start: Any, **more: Any) -> Appointment:
        ask = RescheduleAppointment(appointment=appointment.id, seen=None, start=start, **more)
        return desk.do(ask).appointment

    assert moved(on(25, 14)).terms == appointment.terms
    assert moved(on(25, 14), practitioner=StaffId("bob")).terms == appointment.terms
    assert moved(on(25, 15), practitioner=StaffId("ann"), client_agreed=True).terms != appointment.terms


def test_a_move_by_staff_sets_every_deadline_anew(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment

    desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(26, 14)))

    assert desk.see(ShowTerms(appointment=appointment.id)).cancelling.until == at(on(25, 14))
    assert cancelled(desk, appointment, by=Side.CLIENT).appointment.status is Status.CANCELLED


@pytest.mark.covers("2-28")
def test_a_client_cannot_cancel_online_where_that_is_left_to_calls(desk: Desk) -> None:
    apply(desk, '[policy]\ncancel = "phone"\nlate_fee = "25.00"\n\n')
    appointment = booked(desk, on(23, 14)).appointment
    with pytest.raises(Refused) as caught:
        desk.do(CancelAsClient(appointment=appointment.id, seen=None))
    assert [type(it) for it in caught.value.objections] == [OnlyByPhone]

    # staff write the call down: late, with its fee
    assert cancelled(desk, appointment, by=Side.CLIENT).appointment.status is Status.LATE_CANCELLED
    assert charges(desk, appointment)[0].amount == 2500


@pytest.mark.covers("2-29", "3-02")
def test_a_client_cancels_by_the_terms(desk: Desk) -> None:
    apply(desk)
    soon, later = booked(desk, on(23, 14)).appointment, booked(desk, on(26, 14), client="Dora").appointment

    late = desk.do(CancelAsClient(appointment=soon.id, seen=None, text="my bus")).appointment
    fine = desk.do(CancelAsClient(appointment=later.id, seen=None)).appointment

    assert (late.status, fine.status) == (Status.LATE_CANCELLED, Status.CANCELLED)
    assert late.cancellation is not None
    assert (late.cancellation.by, late.cancellation.text) == (Side.CLIENT, "my bus")

    apply(desk, '[policy]\ninside_notice = "refuse"\n\n')
    refused = booked(desk, on(23, 15), client="Emil").appointment
    with pytest.raises(Refused) as caught:
        desk.do(CancelAsClient(appointment=refused.id, seen=None))
    assert [type(it) for it in caught.value.objections] == [TooLate]


def test_a_no_show_costs_its_fee_and_reinstating_voids_it(desk: Desk, clock: Clock) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 9)).appointment
    clock.set(on(23, 9, 30))
    desk.do(SetStatus(appointment=appointment.id, seen=None, status=Status.NO_SHOW))
    assert [(it.kind, it.amount) for it in charges(desk, appointment)] == [(ChargeKind.NO_SHOW, 4500)]

    desk.do(ReinstateAppointment(appointment=appointment.id, seen=None))

    assert [it.state for it in charges(desk, appointment)] == [ChargeState.VOID]
    assert desk.see(ShowClient(client=appointment.client)).owes == 0
    desk.do(Undo())
    assert [it.state for it in charges(desk, appointment)] == [ChargeState.DUE]


def test_undoing_a_late_cancel_voids_its_charge_and_redoing_owes_it_again(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment
    cancelled(desk, appointment, by=Side.CLIENT)

    desk.do(Undo())
    assert (now_is(desk, appointment).status, charges(desk, appointment)[0].state) == (
        Status.BOOKED,
        ChargeState.VOID,
    )
    desk.do(Redo())
    assert charges(desk, appointment)[0].state is ChargeState.DUE


def test_a_charge_is_settled_or_waived_once_and_that_can_be_undone(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment
    cancelled(desk, appointment, by=Side.CLIENT)
    (charge,) = charges(desk, appointment)
    with pytest.raises(Refused) as caught:
        desk.do(WaiveCharge(charge=charge.id, reason=" "))
    assert caught.value.objections == (WaiverNeedsReason(),)

    desk.do(SettleCharge(charge=charge.id, reason="card"))
    with pytest.raises(Refused) as caught:
        desk.do(WaiveCharge(charge=charge.id, reason="kind"))
    assert caught.value.objections == (ChargeIsOver(ChargeState.SETTLED),)
    assert desk.see(ShowClient(client=appointment.client)).owes == 0

    desk.do(Undo())
    assert charges(desk, appointment)[0].state is ChargeState.DUE


def test_a_cancel_whose_fee_was_paid_since_is_not_undone_and_says_why(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment
    event = cancelled(desk, appointment, by=Side.CLIENT)
    desk.do(SettleCharge(charge=charges(desk, appointment)[0].id))

    with pytest.raises(Refused) as caught:
        desk.do(Undo(event=event.id))
    (objection,) = caught.value.objections
    assert isinstance(objection, ChangedSince)
    assert objection.operation == "settle_charge"


def test_practitioners_settle_their_own_and_viewers_none(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment
    cancelled(desk, appointment, by=Side.CLIENT)
    (charge,) = charges(desk, appointment)

    for who in ("bob", "vic"):
        with pytest.raises(NotAllowed):
            as_staff(desk, who).do(SettleCharge(charge=charge.id))
    as_staff(desk, "ann").do(SettleCharge(charge=charge.id))


@pytest.mark.covers("3-05", "3-12")
def test_a_personal_message_stays_in_history_with_who_when_and_why(desk: Desk) -> None:
    appointment = booked(desk, on(25, 14)).appointment

    cancelled(desk, appointment, message="Sorry, the boiler is broken.")

    line = desk.see(ShowHistory(appointment=appointment.id))[-1]
    assert (line.operation, line.message, line.actor_name) == ("cancel", "Sorry, the boiler is broken.", "desk")
    after = now_is(desk, appointment).cancellation
    assert after is not None
    assert (after.reason, after.by) == ("client_asked", Side.PRACTICE)


@pytest.mark.covers("2-26")
def test_terms_are_set_by_admins_and_managers_alone(desk: Desk) -> None:
    text = PRACTICE.replace("[booking]", "[policy]\nnotice = 48\n\n[booking]")
    for who in ("ann", "rita", "vic"):
        with pytest.raises(NotAllowed):
            as_staff(desk, who).do(ApplyPractice(file=practice_file(text)))
    assert desk.see(ShowPolicy()).notice.value == 24

    desk.acting(replace(DESK, name="Max", roles=(Role.MANAGER,))).do(ApplyPractice(file=practice_file(text)))

    assert desk.see(ShowPolicy()).notice.value == 48


def test_a_late_fee_that_was_paid_does_not_fall_again(desk: Desk) -> None:
    apply(desk)
    appointment = booked(desk, on(23, 14)).appointment
    cancelled(desk, appointment, by=Side.CLIENT)
    (charge,) = charges(desk, appointment)
    desk.do(SettleCharge(charge=charge.id))

    desk.do(ReinstateAppointment(appointment=appointment.id, seen=None))
    cancelled(desk, appointment, by=Side.CLIENT)

    assert [(it.id, it.state) for it in charges(desk, appointment)] == [(charge.id, ChargeState.SETTLED)]
    assert desk.see(ShowClient(client=appointment.client)).owes == 0
