"""Requests as staff see them: how each stands, and everything that speaks for and against one."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, SetStatus
from frontdesk.core.asks.requests import (
    JudgeRequests,
    ListRequests,
    OfferedTime,
    OfferTimes,
    RequestAppointment,
    ShowRequest,
)
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Side, Status
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.requests import Applicant, Request
from frontdesk.core.domain.views import RequestCard, Standing
from frontdesk.core.parse.practice import practice_file
from tests.builders import Clock, at, booked, on
from tests.operations.asking import ANN, REVIEW, a_client, asked, asked_to_move


def card(desk: Desk, request: Request) -> RequestCard:
    return desk.see(ShowRequest(request=request.id))


def standing(desk: Desk, request: Request) -> Standing:
    [(_id, found)] = desk.see(JudgeRequests(requests=(request.id,))).items()
    assert found is card(desk, request).standing
    return found


def test_nothing_against_it_is_clear(desk: Desk) -> None:
    assert standing(desk, asked(desk, on(24, 9))) is Standing.CLEAR


def test_a_taken_time_clashes(desk: Desk) -> None:
    it = asked(desk, on(24, 9))
    booked(desk, on(24, 9), client="Dora", override="first")

    assert standing(desk, it) is Standing.CLASH
    assert [offer.start for offer in card(desk, it).nearest][:1] == [at(on(24, 9, 30))]


def test_who_may_be_known_already_asks_for_a_choice(desk: Desk) -> None:
    known = a_client(desk, "Clara Client", phone="+44 20 7946 0018")
    it = desk.do(
        RequestAppointment(
            service=REVIEW, start=on(24, 9), client=Applicant(name="C. Client", phone="+44 20 7946 0018")
        )
    ).request  # type: ignore[union-attr]

    assert standing(desk, it) is Standing.ASKS
    assert [hit.id for hit in card(desk, it).known] == [known]


def test_offered_times_wait_for_an_answer(desk: Desk) -> None:
    it = asked(desk, on(24, 9))
    desk.do(OfferTimes(request=it.id, seen=None, times=(OfferedTime(start=on(24, 11)),)))

    assert standing(desk, it) is Standing.OFFERED


def test_a_card_has_the_practitioners_day_without_what_would_be_moved(desk: Desk) -> None:
    moved = booked(desk, on(24, 9)).appointment
    booked(desk, on(24, 10), client="Dora")
    booked(desk, on(24, 10), client="Elsewhere", practitioner="bob")
    asked(desk, on(24, 11), client=a_client(desk, "Emil"))
    it = asked_to_move(desk, moved, on(24, 15))

    around = card(desk, it).around

    assert [(n.start, n.name, n.is_held) for n in around] == [
        (at(on(24, 10)), "Dora", False),
        (at(on(24, 11)), "Emil", True),
    ]


def test_a_card_says_what_the_client_was_like_and_what_is_next(desk: Desk, clock: Clock) -> None:
    desk.do(ApplyPractice(file=practice_file('[policy]\nnotice = 24\nlate_fee = "25.00"\n')))
    clara = a_client(desk)
    done = booked(desk, on(24, 9), client=clara).appointment
    late = booked(desk, on(24, 15), client=clara).appointment
    ahead = booked(desk, on(26, 9), client=clara).appointment
    clock.set(on(24, 12))
    for status in (Status.ARRIVED, Status.DONE):
        desk.do(SetStatus(appointment=done.id, seen=None, status=status))
    asks = ReasonId("client_asked")
    desk.do(CancelAppointment(appointment=late.id, seen=None, reason=asks, by=Side.CLIENT))
    it = asked(desk, on(30, 9), client=clara)

    seen = card(desk, it)

    assert (seen.visits, seen.no_shows, seen.late_cancels, seen.owes) == (1, 0, 1, 2500)
    assert seen.next is not None and seen.next.appointment.id == ahead.id
    assert [named.appointment.id for named in seen.history] == [late.id, done.id]


@pytest.mark.parametrize(("hour", "late"), [(8, True), (12, False)])
def test_a_card_says_whether_the_move_was_asked_for_late(desk: Desk, clock: Clock, hour: int, late: bool) -> None:
    """The terms ask for a day."""
    moved = booked(desk, on(24, 8 + 1 if late else 12), override="early").appointment
    clock.set(on(23, 11) if not late else on(23, 8, 59))
    it = asked_to_move(desk, moved, on(26, 15))

    seen = card(desk, it)

    assert seen.moves is not None and seen.moves.appointment.id == moved.id
    assert seen.moving_late is not None and seen.moving_late.until == at(on(23, 9 if late else 12))
    clock.set(on(23, 13))
    assert card(desk, it).moving_late == seen.moving_late  # it counts as asked when it was


def test_a_list_says_whether_there_are_more(desk: Desk) -> None:
    for hour in (9, 10, 11):
        asked(desk, on(24, hour), client=a_client(desk, f"Client {hour}"), practitioner=ANN)

    two, three = (desk.see(ListRequests(limit=limit)) for limit in (2, 3))

    assert (len(two.items), two.more) == (2, True)
    assert (len(three.items), three.more) == (3, False)
