"""The same again: two weeks on at the same wall time, or at the free time nearest to it."""

from __future__ import annotations

from datetime import datetime

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RebookAppointment
from frontdesk.core.asks.history import Undo
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.errors import NotAllowed, NotFound
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.times import wall_time
from tests.builders import ZONE, as_staff, booked, on


def wall_of(start: int) -> datetime:
    return wall_time(start, ZONE).replace(tzinfo=None)


def test_it_is_two_weeks_on_at_the_same_time_with_the_same_people(desk: Desk) -> None:
    last = booked(desk, on(23, 10), service="massage", reminders=(5,)).appointment

    made = desk.do(RebookAppointment(appointment=last.id)).appointment

    assert wall_of(made.start) == datetime(2026, 12, 7, 10)
    assert (made.client, made.service, made.practitioner, made.location) == (
        last.client, last.service, last.practitioner, last.location,
    )  # fmt: skip
    assert (made.reminders, made.id != last.id) == ((5,), True)


def test_a_clock_change_between_keeps_the_wall_time(desk: Desk) -> None:
    last = booked(desk, datetime(2027, 3, 22, 10)).appointment

    made = desk.do(RebookAppointment(appointment=last.id)).appointment

    assert wall_of(made.start) == datetime(2027, 4, 5, 10)


def test_where_that_is_taken_the_nearest_free_time_of_the_same_person_is_booked(desk: Desk) -> None:
    last = booked(desk, on(23, 10)).appointment
    booked(desk, datetime(2026, 12, 7, 9, 45), client="Otto Other")
    booked(desk, datetime(2026, 12, 7, 10, 15), client="Olga Other")

    made = desk.do(RebookAppointment(appointment=last.id)).appointment

    assert wall_of(made.start) == datetime(2026, 12, 7, 9, 15)
    assert made.practitioner == "ann"


def test_on_a_day_without_hours_it_is_the_nearest_day_with_some(desk: Desk) -> None:
    last = booked(desk, on(26, 16, 30)).appointment

    made = desk.do(RebookAppointment(appointment=last.id, days=15)).appointment  # a Friday: she is at the annex then

    assert wall_of(made.start) == datetime(2026, 12, 10, 16, 30)


def test_one_that_was_cancelled_can_be_rebooked(desk: Desk) -> None:
    last = booked(desk, on(23, 10)).appointment
    desk.do(CancelAppointment(appointment=last.id, seen=None, reason=ReasonId("client_ill")))

    assert desk.do(RebookAppointment(appointment=last.id)).appointment.client == last.client


def test_it_stays_at_its_place_and_one_that_is_not_there_is_told(desk: Desk) -> None:
    last = booked(desk, on(27, 10)).appointment  # on Fridays she works at the annex

    assert desk.do(RebookAppointment(appointment=last.id)).appointment.location == "annex"
    with pytest.raises(NotFound):
        desk.do(RebookAppointment(appointment=AppointmentId(999)))


def test_a_practitioner_rebooks_only_their_own(desk: Desk) -> None:
    last = booked(desk, on(23, 10), practitioner="bob").appointment

    with pytest.raises(NotAllowed):
        as_staff(desk, "ann").do(RebookAppointment(appointment=last.id))
    assert as_staff(desk, "bob").do(RebookAppointment(appointment=last.id)).appointment.practitioner == StaffId("bob")


def test_it_is_taken_back_like_any_booking(desk: Desk) -> None:
    last = booked(desk, on(23, 10)).appointment
    desk.do(RebookAppointment(appointment=last.id))

    assert desk.do(Undo()).of_operation == "book"
