"""What an appointment may become, and what counts as a change to the client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.core.domain.appointments import MOVES, Action, Status, appointment_of_ref, appointment_ref
from frontdesk.core.domain.refs import number_of, reference
from tests.builders import an_appointment, at, on

ALLOWED = {
    Status.BOOKED: {Status.CONFIRMED, Status.ARRIVED, Status.NO_SHOW},
    Status.CONFIRMED: {Status.ARRIVED, Status.NO_SHOW},
    Status.ARRIVED: {Status.IN_SESSION, Status.DONE, Status.NO_SHOW, Status.BOOKED},
    Status.IN_SESSION: {Status.DONE, Status.ARRIVED},
    Status.DONE: {Status.ARRIVED},
}


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_every_pair_of_statuses_is_allowed_or_not_as_the_table_says(before: Status, after: Status) -> None:
    assert ((before, after) in MOVES) == (after in ALLOWED.get(before, set()))


def test_no_status_is_reached_by_setting_it_that_has_an_operation_of_its_own() -> None:
    assert not {to for _, to in MOVES} & {Status.CANCELLED, Status.LATE_CANCELLED, Status.UNDONE}
    assert Action.CANCEL not in MOVES.values()


def test_a_note_raises_the_revision_and_not_the_sequence() -> None:
    after = an_appointment().changed(note="brings a dog")

    assert (after.revision, after.sequence) == (2, 0)


def test_a_new_time_raises_both() -> None:
    after = an_appointment().changed(start=at(on(23, 10)), end=at(on(23, 10, 30)))

    assert (after.revision, after.sequence) == (2, 1)


def test_arriving_is_nothing_the_client_calendar_shows() -> None:
    assert an_appointment().changed(status=Status.ARRIVED).sequence == 0


def test_cancelling_is_something_the_client_calendar_shows() -> None:
    assert an_appointment().changed(status=Status.CANCELLED).sequence == 1


def test_late_is_booked_or_confirmed_once_the_start_has_come() -> None:
    appointment = an_appointment()

    assert appointment.is_late(appointment.start)
    assert not appointment.is_late(appointment.start - 1)
    assert not an_appointment(status=Status.ARRIVED).is_late(appointment.end)


@given(st.integers(0, 2**40))
def test_a_reference_names_its_record_and_no_other(number: int) -> None:
    assert number_of("A", reference("A", number)) == number


def test_a_reference_is_understood_as_people_write_it() -> None:
    ref = appointment_ref(an_appointment().id)

    assert appointment_of_ref(f" {ref.lower()} ") == 1
    assert appointment_of_ref(ref.replace("A-", "C-")) is None
    assert appointment_of_ref("A-") is None
