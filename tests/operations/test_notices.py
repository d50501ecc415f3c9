"""Who is told of what: clients, practitioners, the desk; and what each has read."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, EditAppointment, RescheduleAppointment
from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.notices import ListNotices, MarkRead, ShowGlance
from frontdesk.core.asks.requests import (
    ApproveRequest,
    DeclineRequest,
    OfferedTime,
    OfferTimes,
    RefuseOffers,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.notices import Audience, NoticeKind
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.notices import notice_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.store import notices
from frontdesk.core.store.look import Look
from tests.builders import Clock, as_staff, booked, on
from tests.operations.asking import ANN, BOB, a_client, appointment_now, asked, asked_to_move

CLIENT, PRACTITIONER, DESK = Audience.CLIENT, Audience.PRACTITIONER, Audience.DESK


def told(desk: Desk, event: Event) -> set[tuple[Audience, NoticeKind, str | None]]:
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=desk.now())
        return {(it.audience, it.kind, it.staff) for it in notices.of_event(look, event.id)}


def test_each_decision_is_told_to_those_it_concerns(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    request = asked_to_move(desk, appointment, on(26, 10))
    offer = desk.do(OfferTimes(request=request.id, seen=None, times=(OfferedTime(start=on(26, 15)),)))
    assert told(desk, offer) == {(CLIENT, NoticeKind.OFFERED, None)}
    none = desk.do(RefuseOffers(request=request.id))
    assert told(desk, none) == {
        (PRACTITIONER, NoticeKind.OFFER_REFUSED, "ann"),
        (DESK, NoticeKind.OFFER_REFUSED, None),
    }
    moved = desk.do(ApproveRequest(request=request.id, seen=None, practitioner=BOB, start=on(26, 10)))
    assert told(desk, moved) == {
        (CLIENT, NoticeKind.MOVE_APPROVED, None),
        (PRACTITIONER, NoticeKind.MOVE_APPROVED, "bob"),
        (PRACTITIONER, NoticeKind.MOVED, "ann"),
    }


def test_a_taken_offer_is_told_to_the_desk_too(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    desk.do(OfferTimes(request=request.id, seen=None, times=(OfferedTime(start=on(25, 9)),)))

    event = desk.do(TakeOffer(request=request.id, choice=1))

    assert told(desk, event) == {
        (CLIENT, NoticeKind.REQUEST_APPROVED, None),
        (PRACTITIONER, NoticeKind.OFFER_TAKEN, "ann"),
        (DESK, NoticeKind.OFFER_TAKEN, None),
    }


def test_a_decline_is_told_to_the_client_alone(desk: Desk) -> None:
    event = desk.do(DeclineRequest(request=asked(desk, on(24, 9)).id, seen=None))
    assert told(desk, event) == {(CLIENT, NoticeKind.REQUEST_DECLINED, None)}


def test_an_overtaken_request_and_a_lost_hold_are_told(desk: Desk) -> None:
    appointment = booked(desk, on(25, 9)).appointment
    asked_to_move(desk, appointment, on(26, 10))
    over = desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(25, 14)))
    assert {
        (CLIENT, NoticeKind.OVERTAKEN, None),
        (DESK, NoticeKind.OVERTAKEN, None),
        (CLIENT, NoticeKind.MOVED, None),
    } < told(desk, over)

    asked(desk, on(24, 9), client=a_client(desk, "Dora"))
    taken = booked(desk, on(24, 9), client="Emil", override="urgent")
    assert (PRACTITIONER, NoticeKind.HOLD_LOST, "ann") in told(desk, taken)


def test_what_an_absence_leaves_is_told_to_the_desk(desk: Desk) -> None:
    booked(desk, on(24, 9))
    event = desk.do(TakeTimeOff(staff=StaffId("ann"), start=on(24, 0), end=on(25, 0)))
    assert told(desk, event) == {(DESK, NoticeKind.NEEDS_WORK, None)}


def test_a_note_is_told_to_nobody(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    event = desk.do(EditAppointment(appointment=appointment.id, seen=None, note="bring a towel"))
    assert told(desk, event) == set()


def bell(desk: Desk) -> list[tuple[NoticeKind, str, bool]]:
    return [(it.notice.kind, it.client_name, it.is_read) for it in desk.see(ListNotices())]


@pytest.mark.covers("2-19")
def test_the_bell_rings_for_a_request_at_the_desk_and_for_its_practitioner(desk: Desk) -> None:
    asked(desk, on(24, 9))
    rita, ann, bob, vic = (as_staff(desk, who) for who in ("rita", "ann", "bob", "vic"))

    for who in (desk, rita, ann):
        assert bell(who) == [(NoticeKind.REQUEST_RECEIVED, "Clara Client", False)]
        assert who.see(ShowGlance()).unread == 1
    assert bell(bob) == []
    assert bell(vic) == []
    assert (desk.see(ShowGlance()).pending, vic.see(ShowGlance()).pending) == (1, 0)


def test_read_marks_are_each_persons_own(desk: Desk) -> None:
    asked(desk, on(24, 9))
    asked(desk, on(24, 10), client=a_client(desk, "Dora"))
    rita, ann = as_staff(desk, "rita"), as_staff(desk, "ann")

    rita.do(MarkRead(notices=(rita.see(ListNotices())[0].id,)))
    assert [read for _, _, read in bell(rita)] == [True, False]
    assert ann.see(ShowGlance()).unread == 2
    ann.do(MarkRead())
    assert ann.see(ShowGlance()).unread == 0
    ann.do(MarkRead())
    assert rita.see(ShowGlance()).unread == 1


def test_nobody_is_rung_about_their_own_doing(desk: Desk) -> None:
    ann = as_staff(desk, "ann")
    booked(ann, on(24, 9))
    assert bell(ann) == []
    booked(desk, on(24, 10), client="Dora")
    assert bell(ann) == [(NoticeKind.BOOKED, "Dora", False)]


def test_the_oldest_that_waits_tells_its_age(desk: Desk, clock: Clock) -> None:
    first = asked(desk, on(24, 9))
    clock.set(on(23, 12))
    second = asked(desk, on(24, 10), client=a_client(desk, "Dora"))

    assert desk.see(ShowGlance()).oldest == first.asked_at
    desk.do(WithdrawRequest(request=first.id))
    assert desk.see(ShowGlance()).oldest == second.asked_at


@pytest.mark.covers("3-22")
@pytest.mark.parametrize("how", ["moved", "cancelled"])
def test_a_ticket_elsewhere_is_named_where_its_appointment_moves_or_dies(desk: Desk, how: str) -> None:
    request = asked(desk, on(25, 9))
    made = desk.do(ApproveRequest(request=request.id, seen=None, practitioner=ANN, ticket="T-4711")).appointment
    event: Any
    if how == "moved":
        event = desk.do(RescheduleAppointment(appointment=made.id, seen=None, start=on(26, 9)))
    else:
        event = desk.do(CancelAppointment(appointment=made.id, seen=None, reason=ReasonId("client_asked")))

    voice = Voice(desk.see(ShowSetup()))
    assert "T-4711" in event_words(voice, event)
    assert appointment_now(desk, made.id).ticket == "T-4711"
    line = as_staff(desk, "ann").see(ListNotices())[0]
    assert "T-4711" in notice_words(voice, line)


def test_what_is_taken_back_is_told_again(desk: Desk) -> None:
    request = asked(desk, on(24, 9))
    desk.do(ApproveRequest(request=request.id, seen=None, practitioner=ANN))
    event = desk.do(Undo())
    assert (CLIENT, NoticeKind.REQUEST_RECEIVED, None) in told(desk, event)
    assert (CLIENT, NoticeKind.CANCELLED, None) in told(desk, event)
