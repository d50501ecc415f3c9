"""When a reminder is due: hours of elapsed time, quiet hours, and what was booked too late for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.reminders import due_reminder, is_storm, reminder_due
from frontdesk.core.domain.times import DAY, HOUR, wall_time
from frontdesk.core.parse.reminders import reminder_hours
from tests.builders import ZONE, an_appointment, at, on
from tests.domain.practices import a_booking, a_setup

QUIET = ("21:00", "07:00")


def test_a_reminder_is_due_so_many_hours_of_elapsed_time_before() -> None:
    assert reminder_due(at(on(24, 10)), 24, None, ZONE) == at(on(23, 10))
    over_the_change = at(datetime(2026, 10, 25, 10))  # the clocks went back at two
    assert reminder_due(over_the_change, 24, None, ZONE) == over_the_change - 24 * HOUR


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (on(24, 10), 24, on(23, 10)),
        (on(24, 22), 24, on(24, 7)),  # it waits for the end of the quiet hours
        (on(24, 6), 24, on(23, 7)),
        (on(24, 8), 2, on(24, 7)),
        (on(24, 7), 2, on(23, 21)),  # at seven it would be too late: it goes when they begin
        (on(24, 6, 30), 1, on(23, 21)),
    ],
)
def test_quiet_hours_are_kept(start: datetime, hours: int, due: datetime) -> None:
    assert reminder_due(at(start), hours, QUIET, ZONE) == at(due)


@given(st.integers(0, 400 * 24 * 4), st.integers(1, 200))
def test_no_reminder_falls_into_quiet_hours_or_after_the_start(quarter: int, hours: int) -> None:
    start = at(on(1, 0)) + quarter * 15 * 60
    due = reminder_due(start, hours, QUIET, ZONE)
    clock = wall_time(due, ZONE).strftime("%H:%M")
    assert due < start and abs(due - (start - hours * HOUR)) < DAY
    assert clock == "21:00" or not (clock >= "21:00" or clock < "07:00")


def test_of_several_only_the_last_and_none_that_was_too_late_when_it_was_booked() -> None:
    setup = a_setup(services=(), staff=(), timezone=ZONE, booking=a_booking())
    it = an_appointment(start=at(on(27, 10)), end=at(on(27, 11)), timed_at=at(on(20, 10)))
    assert due_reminder(it, setup, at(on(24, 9))) is None
    assert due_reminder(it, setup, at(on(24, 10))) == 72
    assert due_reminder(it, setup, at(on(26, 10))) == 24
    assert due_reminder(replace(it, timed_at=at(on(26, 12))), setup, at(on(26, 13))) is None
    assert due_reminder(replace(it, reminders=(2,)), setup, at(on(26, 10))) is None
    assert due_reminder(replace(it, reminders=(2,)), setup, at(on(27, 8))) == 2
    assert due_reminder(replace(it, reminders=()), setup, at(on(27, 8))) is None
    assert due_reminder(it, setup, at(on(27, 10))) is None  # it has begun
    for dead in (Status.CANCELLED, Status.NO_SHOW, Status.UNDONE, Status.ARRIVED):
        assert due_reminder(replace(it, status=dead), setup, at(on(26, 10))) is None


def test_a_storm_is_more_than_fifty_and_than_five_usual_hours() -> None:
    assert [is_storm(50, 0), is_storm(51, 0), is_storm(100, 20), is_storm(101, 20)] == [False, True, False, True]


def test_reminders_are_written_as_hours_or_days() -> None:
    assert reminder_hours("24 72, 3d") == (72, 24)
    assert reminder_hours("0") == () and reminder_hours(" ") is None
