"""Terms: the first level that sets a field wins and is named; what a change then comes to, at every moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest

from frontdesk.core.domain.appointments import Action, Appointment, Side, Status
from frontdesk.core.domain.money import fee
from frontdesk.core.domain.objections import OnlyByPhone, TooLate
from frontdesk.core.domain.outcomes import (
    cancel_deadline,
    countdown_to_cancel,
    countdown_to_reschedule,
    fee_of_no_show,
    missed_deadlines,
    objections_to_cancelling,
    objections_to_rescheduling,
    outcome_of_cancelling,
    outcome_of_rescheduling,
    reschedule_deadline,
)
from frontdesk.core.domain.policies import Channel, Inside, Level, Policy, Term, Terms, resolved
from frontdesk.core.domain.times import HOUR, resolve
from tests.builders import ZONE, an_appointment, at, on

NOTHING = Policy()


def some_terms(**policy: object) -> Terms:
    return resolved(NOTHING, NOTHING, Policy(**policy))  # type: ignore[arg-type]


@pytest.mark.covers("0-19")
def test_each_field_comes_from_the_first_level_that_sets_it() -> None:
    terms = resolved(
        Policy(notice=48), Policy(notice=72, late_fee="10.00"), Policy(late_fee="25.00", cancel=Channel.PHONE)
    )

    assert terms.notice == Term(48, Level.SERVICE)
    assert terms.late_fee == Term("10.00", Level.PRACTITIONER)
    assert terms.cancel == Term(Channel.PHONE, Level.PRACTICE)
    assert terms.no_show_fee == Term("0", Level.DEFAULT)


def test_the_notice_for_moving_is_the_one_for_cancelling_unless_it_is_set() -> None:
    assert some_terms(notice=48).reschedule_notice == Term(48, Level.PRACTICE)
    assert some_terms(notice=48, reschedule_notice=2).reschedule_notice == Term(2, Level.PRACTICE)
    assert some_terms().reschedule_notice == Term(24, Level.DEFAULT)


@pytest.mark.covers("3-04", "0-20")
@pytest.mark.parametrize(
    ("text", "price", "units"),
    [
        ("25.00", 8000, 2500),
        ("50%", 8000, 4000),
        ("50%", 4501, 2251),
        ("33%", 4550, 1502),
        ("50%", None, 0),
        ("0", 8000, 0),
    ],
)
def test_a_fee_is_an_amount_or_a_share_of_the_price_rounded_half_up(text: str, price: int | None, units: int) -> None:
    assert fee(text, price, "GBP") == units


MOMENTS = {"before": -1, "exactly at": 0, "after": 1}


@pytest.mark.covers("2-27", "2-28", "2-29", "2-30", "3-02", "3-03", "3-04")
@pytest.mark.parametrize("hours", [0, 24, 48, 72, 5])
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("inside", Inside)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("by", Side)
@pytest.mark.parametrize("moved_late", [False, True])
@pytest.mark.parametrize("summer", [False, True], ids=["plain day", "across a clock change"])
def test_a_cancel_in_every_mode_at_every_moment(
    hours: int, channel: Channel, inside: Inside, moment: str, by: Side, moved_late: bool, summer: bool
) -> None:
    terms = some_terms(cancel=channel, notice=hours, inside_notice=inside, late_fee="50%")
    # the clocks of London go back on 25 October 2026 at 02:00
    start = resolve(datetime(2026, 10, 25, 10) if summer else on(24, 10), ZONE)
    assert start is not None
    appointment = an_appointment(start=start, end=start + 1800, price=4500)
    now = start - hours * HOUR + MOMENTS[moment]
    if moved_late:
        appointment = replace(appointment, missed_cancel=now - HOUR)
    late = moved_late or moment == "after"

    status, outcome = outcome_of_cancelling(appointment, terms, "GBP", by, now)
    against = objections_to_cancelling(appointment, terms, now)

    if by is Side.PRACTICE:
        assert (status, outcome.late, outcome.fee) == (Status.CANCELLED, False, 0)
    else:
        assert status is (Status.LATE_CANCELLED if late else Status.CANCELLED)
        assert outcome.fee == (2250 if late else 0)
    expected: list[OnlyByPhone | TooLate] = []
    if channel is Channel.PHONE:
        expected.append(OnlyByPhone(Action.CANCEL))
    if inside is Inside.REFUSE and late:
        expected.append(TooLate(Action.CANCEL, cancel_deadline(appointment, terms)))
    assert against == tuple(expected)


@pytest.mark.covers("3-02", "3-03", "3-04")
def test_a_move_in_every_mode_at_every_moment() -> None:
    for hours, channel, inside, moment, missed in product(
        [0, 24, 48], Channel, Inside, MOMENTS.values(), [False, True]
    ):
        terms = some_terms(
            reschedule=channel, reschedule_notice=hours, inside_reschedule_notice=inside, late_reschedule_fee="10.00"
        )
        appointment = an_appointment(price=4500)
        now = appointment.start - hours * HOUR + moment
        if missed:
            appointment = replace(appointment, missed_reschedule=now - HOUR)
        late = missed or moment > 0

        expected: list[OnlyByPhone | TooLate] = []
        if channel is Channel.PHONE:
            expected.append(OnlyByPhone(Action.RESCHEDULE))
        if inside is Inside.REFUSE and late:
            expected.append(TooLate(Action.RESCHEDULE, reschedule_deadline(appointment, terms)))
        if now > appointment.start:  # there is nothing left to move, whatever the mode
            expected = [TooLate(Action.RESCHEDULE, reschedule_deadline(appointment, terms))]
        assert objections_to_rescheduling(appointment, terms, now) == tuple(expected)
        outcome = outcome_of_rescheduling(appointment, terms, "GBP", now)
        assert (outcome.late, outcome.fee) == (late, 1000 if late else 0)


def test_the_notice_is_elapsed_time_across_a_clock_change() -> None:
    start = at(datetime(2026, 10, 25, 10))  # an hour longer than a day after the same wall time the day before
    appointment = an_appointment(start=start, end=start + 1800)

    assert cancel_deadline(appointment, some_terms()) == at(datetime(2026, 10, 24, 11))


def test_a_late_fee_cannot_be_dodged_by_moving_first() -> None:
    terms = some_terms(notice=24, reschedule_notice=2, late_fee="25.00")
    appointment = an_appointment(start=at(on(24, 10)), end=at(on(24, 11)))
    now = at(on(24, 7))  # too late to cancel, in time to move

    missed = missed_deadlines(appointment, terms, now)
    moved = replace(appointment, start=at(on(30, 10)), end=at(on(30, 11)), **missed)  # type: ignore[arg-type]

    assert missed == {"missed_cancel": at(on(23, 10)), "missed_reschedule": None}
    assert outcome_of_cancelling(moved, terms, "GBP", Side.CLIENT, now)[1].fee == 2500
    assert reschedule_deadline(moved, terms) == at(on(30, 8))


def test_a_no_show_costs_what_the_terms_say() -> None:
    assert fee_of_no_show(an_appointment(price=4500), some_terms(no_show_fee="100%"), "GBP") == 4500


def countdown(appointment: Appointment, now: int, **policy: object) -> tuple[bool, int, bool, bool]:
    it = countdown_to_cancel(appointment, some_terms(**policy), "GBP", now)
    return it.over, it.fee, it.refused, it.by_phone


@pytest.mark.covers("0-20")
def test_the_countdown_says_until_when_it_is_free_and_what_comes_then() -> None:
    appointment = an_appointment(start=at(on(25, 10)), end=at(on(25, 11)), price=4500)

    assert countdown(appointment, at(on(24, 10)), late_fee="25.00") == (False, 2500, False, False)
    assert countdown(appointment, at(on(24, 10)) + 1, late_fee="25.00") == (True, 2500, False, False)
    assert countdown(appointment, 0, cancel=Channel.PHONE) == (False, 0, False, True)
    assert countdown(appointment, 0, inside_notice=Inside.REFUSE) == (False, 0, True, False)
    assert countdown_to_reschedule(appointment, some_terms(), "GBP", 0).refused
