"""Free times as pickers ask for them: in which order, with whom, and why there are none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from frontdesk.core.asks.appointments import RebookAppointment
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.objections import Away, PractitionerTaken
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from tests.builders import at, booked, on
from tests.operations.asking import ANN, BOB, REVIEW

TUE = date(2026, 11, 24)


def offers(desk: Desk, **question: Any) -> list[tuple[int, StaffId]]:
    found = desk.see(FindSlots(**{"service": REVIEW, "first": TUE, "days": 1, **question})).offers
    return [(it.start, it.practitioner) for it in found]


def test_free_times_come_by_start_and_leave_out_what_is_booked_with_its_buffers(desk: Desk) -> None:
    booked(desk, on(24, 9), service="massage")  # until 10:00, and ten minutes after it

    starts = [start for start, _ in offers(desk, practitioner=ANN)]

    assert starts == sorted(starts)
    assert starts[0] == at(on(24, 10, 15))
    assert at(on(24, 11, 30)) in starts and at(on(24, 11, 45)) not in starts  # noon is a break
    assert starts[-1] == at(on(24, 16, 30))


def test_anybody_is_offered_at_each_start_once_and_with_whom_has_least_that_day(desk: Desk) -> None:
    booked(desk, on(24, 15))

    found = offers(desk)

    assert len({start for start, _ in found}) == len(found)
    assert dict(found)[at(on(24, 9))] == BOB
    assert dict(found)[at(on(24, 12))] == BOB


def test_what_is_nearest_comes_first_whether_earlier_or_later(desk: Desk) -> None:
    booked(desk, on(24, 14))

    answer = desk.see(AskWhy(service=REVIEW, start=on(24, 14), practitioner=ANN))

    [verdict] = answer.verdicts
    assert [type(it) for it in verdict.reasons] == [PractitionerTaken]
    assert [it.start for it in answer.nearest][:2] == [at(on(24, 13, 30)), at(on(24, 14, 30))]


def test_a_day_without_a_free_time_says_why(desk: Desk) -> None:
    desk.do(TakeTimeOff(staff=ANN, start=on(24, 0), end=on(25, 0), reason="course"))

    answer = desk.see(FindSlots(service=ServiceId("massage"), first=TUE, days=1))

    assert answer.offers == ()
    assert [it for verdict in answer.why_none for it in verdict.reasons if isinstance(it, Away)] == [
        Away(ANN, on(25, 0), "course")
    ]


def test_the_same_again_takes_the_nearest_free_time_earlier_or_later(desk: Desk) -> None:
    """Two weeks on at 10:00 is taken: 9:30 is as near as 10:30, and comes first."""
    first = booked(desk, on(23, 10)).appointment

    booked(desk, datetime(2026, 12, 7, 10), client="Dora")

    again = desk.do(RebookAppointment(appointment=first.id)).appointment

    assert (again.start, again.practitioner) == (at(datetime(2026, 12, 7, 9, 30)), ANN)


def test_who_has_hours_at_two_places_at_once_is_offered_at_one_of_them(desk: Desk) -> None:
    twice = """
[[staff]]
id = "ann"
name = "Ann Archer"
roles = ["practitioner"]
services = ["review", "massage", "training"]
[staff.hours.main]
tue = ["09:00-12:00"]
[staff.hours.annex]
tue = ["09:00-12:00"]
"""
    desk.do(ApplyPractice(file=practice_file(twice)))

    found = offers(desk, practitioner=ANN)

    assert len(found) == len(set(found)) == 11
