"""Open slot pickers: a time is kept for minutes, seen by other desks, taken by nobody without a reason."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.holds import HoldSlot, ReleaseSlot
from frontdesk.core.asks.requests import RequestAppointment, RequestRescheduling, SweepExpired
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import SlotTaken
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.views import Hold
from tests.builders import Clock, at, booked, on
from tests.operations.asking import a_client
from tests.store.evidence import claims_in

ANN, REVIEW = StaffId("ann"), ServiceId("review")
KEY = uuid.UUID(int=77)


def held(desk: Desk, start: Any, key: uuid.UUID = KEY, **more: Any) -> int:
    return desk.do(HoldSlot(key=key, service=REVIEW, start=start, practitioner=ANN, **more))


def ghosts(desk: Desk, day: int) -> tuple[Hold, ...]:
    return desk.see(ShowCalendar(first=on(day, 0).date(), practitioners=(ANN,))).columns[0].holds


def test_an_open_picker_keeps_its_time_and_other_desks_see_a_ghost(desk: Desk) -> None:
    until = held(desk, on(24, 9))

    assert until == desk.now() + 5 * 60
    other = Desk(store=desk.store, clock=desk.clock, machine=Machine(terminal="t2"))
    (ghost,) = ghosts(other, 24)
    assert (ghost.start, ghost.name, ghost.request) == (at(on(24, 9)), "desk", None)
    assert ghosts(desk, 24) == (), "one's own picker is no ghost"
    with pytest.raises(SlotTaken):
        booked(other, on(24, 9))
    with pytest.raises(SlotTaken):
        desk.do(RequestAppointment(service=REVIEW, start=on(24, 9), client=a_client(desk), practitioner=ANN))


def test_it_writes_no_history(desk: Desk) -> None:
    before = len(desk.see(ShowHistory()))
    held(desk, on(24, 9))
    desk.do(ReleaseSlot(key=KEY))
    assert len(desk.see(ShowHistory())) == before


def test_the_picker_that_keeps_it_may_book_it_and_is_closed_by_that(desk: Desk) -> None:
    held(desk, on(24, 9))
    answer = desk.see(AskWhy(service=REVIEW, start=on(24, 9), practitioner=ANN, hold=KEY))
    assert answer.verdicts[0].ok

    booked(desk, on(24, 9), hold=KEY)

    assert [claim.kind for claim in claims_in(desk.store)] == ["appointment"]


def test_another_choice_frees_the_one_before(desk: Desk) -> None:
    held(desk, on(24, 9))
    held(desk, on(24, 10))
    assert [claim.start for claim in claims_in(desk.store)] == [at(on(24, 10))]
    held(desk, on(24, 10))  # renewed
    assert len(claims_in(desk.store)) == 1


def test_it_is_gone_on_leaving_and_after_minutes(desk: Desk, clock: Clock) -> None:
    held(desk, on(24, 9))
    desk.do(ReleaseSlot(key=KEY))
    assert claims_in(desk.store) == []

    held(desk, on(24, 9))
    clock.now += 5 * 60
    assert desk.see(FindSlots(service=REVIEW, first=on(24, 0).date(), days=1, asking=Asking.CLIENT)).offers[0].start
    desk.do(SweepExpired())
    assert claims_in(desk.store) == []


def test_a_picker_opened_on_an_appointment_shares_its_time(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    held(desk, on(24, 9, 15), moving=appointment.id)

    event = desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(24, 9, 15), hold=KEY))

    assert event.appointment.start == at(on(24, 9, 15))
    assert len(claims_in(desk.store)) == 1


def test_a_picker_on_a_time_that_is_taken_holds_nothing(desk: Desk) -> None:
    booked(desk, on(24, 9))
    with pytest.raises(SlotTaken):
        held(desk, on(24, 9))
    assert [claim.kind for claim in claims_in(desk.store)] == ["appointment"]


def test_pending_requests_stand_in_the_calendar_with_what_they_would_move(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    desk.do(RequestRescheduling(appointment=appointment.id, start=on(26, 10)))

    (hold,) = ghosts(desk, 26)
    assert (hold.name, hold.service_name, hold.moves) == ("Clara Client", "Review", appointment.id)
    block = desk.see(ShowCalendar(first=on(25, 0).date(), practitioners=(ANN,))).columns[0].blocks[0]
    assert block.asks_for == at(on(26, 10))


def test_a_colleagues_choice_is_taken_only_with_a_reason(desk: Desk) -> None:
    held(desk, on(24, 9))
    event = booked(desk, on(24, 9), override="agreed with the desk")
    assert event.appointment.lane == 0
    assert [claim.kind for claim in claims_in(desk.store)] == ["appointment"]


def test_a_key_that_was_booked_from_books_nothing_more(desk: Desk) -> None:
    held(desk, on(24, 9))
    first = booked(desk, on(24, 9), hold=KEY).appointment

    with pytest.raises(SlotTaken):
        booked(desk, on(24, 9), client="Dora", hold=KEY)

    held(desk, on(24, 11))
    second = booked(desk, on(24, 11), client="Dora", hold=KEY).appointment
    assert first.holder != second.holder != KEY
    assert [claim.kind for claim in claims_in(desk.store)] == ["appointment", "appointment"]


def test_a_picker_that_meets_an_expired_request_writes_its_end_down(desk: Desk, clock: Clock) -> None:
    desk.do(RequestAppointment(service=REVIEW, start=on(30, 9), client=a_client(desk), practitioner=ANN))
    clock.set(on(26, 8, 30))

    held(desk, on(30, 9))

    assert desk.see(ShowHistory())[-1].operation == "expire"
