"""Days to draw: whose columns, what is open, what is shut and why, who is in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from frontdesk.core.asks.calendar import ShowCalendar, ShowMonth
from frontdesk.core.asks.requests import RequestAppointment, RequestRescheduling
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.times import Span
from frontdesk.core.domain.views import Column
from frontdesk.core.parse.practice import practice_file
from tests.builders import as_staff, at, booked, on
from tests.operations.mailing import cancel

TUE, FRI = date(2026, 11, 24), date(2026, 11, 27)


def span(day: int, first: float, last: float) -> Span:
    def wall(hour: float) -> datetime:
        return on(day, int(hour), round(hour % 1 * 60))

    return Span(at(wall(first)), at(on(day + 1, 0)) if last == 24 else at(wall(last)))


def columns(desk: Desk, **question: Any) -> tuple[Column, ...]:
    return desk.see(ShowCalendar(**{"first": TUE, **question})).columns


def shut(column: Column) -> list[tuple[Span, str]]:
    return [(Span(it.start, it.end), it.label) for it in column.shut]


def test_a_day_has_a_column_for_each_practitioner_in_the_practices_order(desk: Desk) -> None:
    ann, bob = columns(desk)

    assert [(it.practitioner, it.name, it.day, it.location) for it in (ann, bob)] == [
        ("ann", "Ann Archer", TUE, LocationId("main")),
        ("bob", "Bob Brown", TUE, LocationId("main")),
    ]
    assert ann.span == span(24, 0, 24)
    assert ann.open == (span(24, 9, 12), span(24, 13, 17))
    assert bob.open == (span(24, 9, 17),)
    assert shut(ann) == [(span(24, 0, 9), ""), (span(24, 12, 13), ""), (span(24, 17, 24), "")]


def test_a_week_of_one_person_is_seven_columns_where_they_work_each_day(desk: Desk) -> None:
    week = columns(desk, first=date(2026, 11, 23), days=7, practitioners=(StaffId("ann"),))

    assert [it.day.day for it in week] == [23, 24, 25, 26, 27, 28, 29]
    assert [it.location for it in week] == ["main"] * 4 + ["annex", None, None]
    assert [bool(it.open) for it in week] == [True] * 5 + [False] * 2


def test_an_absence_shuts_its_own_days_under_its_reason_and_no_other(desk: Desk) -> None:
    off = desk.do(TakeTimeOff(staff=StaffId("ann"), start=on(24, 10), end=on(25, 11), reason="course")).time_off

    days = columns(desk, first=date(2026, 11, 23), days=4, practitioners=(StaffId("ann"),))

    away = [[(Span(it.start, it.end), it.label) for it in day.shut if it.time_off == off.id] for day in days]
    assert away == [[], [(span(24, 10, 24), "course")], [(span(25, 0, 11), "course")], []]
    assert days[1].open == (span(24, 9, 10),)
    assert days[2].open == (span(25, 11, 12), span(25, 13, 17))
    assert [it.open for it in columns(desk) if it.practitioner == "bob"] == [(span(24, 9, 17),)]


def test_a_closure_shuts_everybodys_day_under_its_name(desk: Desk) -> None:
    closures = '[[closures]]\nstart = 2026-11-24\nend = 2026-11-25\nname = "Works"\n'
    desk.do(ApplyPractice(file=practice_file(closures)))

    for column in columns(desk):
        assert column.open == ()
        assert (span(24, 0, 24), "Works") in shut(column)
    assert all(it.open for it in columns(desk, first=date(2026, 11, 25)))


def test_a_column_has_what_lies_in_its_day_and_who_asks_to_move_where(desk: Desk) -> None:
    first = booked(desk, on(24, 9)).appointment
    second = booked(desk, on(24, 10), client="Dora", override="with a buffer").appointment
    booked(desk, on(25, 9), client="Emil")
    gone = booked(desk, on(24, 11), client="Fred").appointment
    cancel(desk, gone)
    desk.do(RequestRescheduling(appointment=first.id, start=on(26, 14)))

    ann, bob = columns(desk)

    assert [(it.id, it.client_name, it.asks_for) for it in ann.blocks] == [
        (first.id, "Clara Client", at(on(26, 14))),
        (second.id, "Dora", None),
    ]
    assert bob.blocks == ()
    assert ann.load == round(100 * 60 / (7 * 60))


def test_a_time_that_a_client_asks_for_is_held_in_the_column(desk: Desk) -> None:
    clara = booked(desk, on(25, 9)).client
    asked = RequestAppointment(
        service=ServiceId("review"), start=on(24, 14), client=clara.id, practitioner=StaffId("ann")
    )
    made = desk.do(asked).request  # type: ignore[union-attr]

    [hold] = columns(desk)[0].holds

    assert (hold.request, hold.name, hold.service_name, hold.start, hold.end, hold.offered, hold.moves) == (
        made.id, "Clara Client", "Review", at(on(24, 14)), at(on(24, 14, 30)), False, None
    )  # fmt: skip
    assert hold.expires_at == made.expires_at
    assert [it.holds for it in columns(desk, first=date(2026, 11, 25))] == [(), ()]


def test_a_practitioner_who_sees_only_their_own_has_only_their_own_column(desk: Desk) -> None:
    assert [it.practitioner for it in columns(as_staff(desk, "ann"))] == ["ann"]
    assert [it.practitioner for it in columns(as_staff(desk, "rita"))] == ["ann", "bob"]
    assert columns(as_staff(desk, "ann"), practitioners=(StaffId("bob"),)) == ()


@pytest.mark.parametrize("who", ["rita", "ann"])
def test_who_is_archived_has_a_column_while_they_have_appointments_for_who_may_see_it(desk: Desk, who: str) -> None:
    booked(desk, on(24, 9), practitioner="bob")
    archive = '[[staff]]\nid = "bob"\nname = "Bob Brown"\narchived = true\n'
    desk.do(ApplyPractice(file=practice_file(archive)))
    seen = as_staff(desk, who)

    assert [it.practitioner for it in columns(seen)] == (["ann", "bob"] if who == "rita" else ["ann"])
    assert [it.practitioner for it in columns(seen, first=FRI)] == ["ann"]


def test_a_month_counts_what_stands_and_the_open_minutes_of_each_day(desk: Desk) -> None:
    booked(desk, on(24, 9))
    booked(desk, on(24, 10), service="massage", client="Dora")
    booked(desk, on(24, 9), practitioner="bob", client="Emil")
    cancel(desk, booked(desk, on(24, 11, 30), client="Fred").appointment)
    desk.do(TakeTimeOff(staff=StaffId("bob"), start=on(24, 12), end=on(25, 0)))

    monday, tuesday = desk.see(ShowMonth(first=date(2026, 11, 23), days=2))
    alone = desk.see(ShowMonth(first=TUE, days=1, practitioner=StaffId("ann")))[0]

    assert (monday.booked, monday.minutes, monday.open_minutes) == (0, 0, 7 * 60 + 8 * 60)
    assert (tuesday.booked, tuesday.minutes, tuesday.open_minutes) == (3, 120, 7 * 60 + 3 * 60)
    assert (alone.booked, alone.minutes, alone.open_minutes) == (2, 90, 7 * 60)
    assert tuesday.load == 20
