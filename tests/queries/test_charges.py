"""An appointment's terms: until when it is free to change, and what comes then."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.charges import ListCharges, ShowPolicy, ShowTerms
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Action
from frontdesk.core.domain.errors import NotAllowed, NotFound
from frontdesk.core.domain.outcomes import Countdown
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.policies import Level
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from tests.builders import as_staff, at, booked, on

POLICY = """
[policy]
notice = 24
reschedule_notice = 48
late_fee = "25.00"
no_show_fee = "50%"
[[services]]
id = "review"
name = "Review"
duration = 30
price = "45.00"
policy = { notice = 12 }
"""


@pytest.fixture
def strict(desk: Desk) -> Desk:
    desk.do(ApplyPractice(file=practice_file(POLICY)))
    return desk


def test_an_appointment_says_until_when_it_is_free_to_change_and_what_comes_then(strict: Desk) -> None:
    made = booked(strict, on(26, 15)).appointment

    seen = strict.see(ShowTerms(appointment=made.id))

    assert seen.cancelling == Countdown(
        action=Action.CANCEL, until=at(on(26, 3)), over=False, fee=2500, refused=False, by_phone=False
    )
    assert (seen.rescheduling.action, seen.rescheduling.until) == (Action.RESCHEDULE, at(on(24, 15)))
    assert (seen.late_fee, seen.no_show_fee, seen.charges) == (2500, 2250, ())


def test_terms_in_force_say_where_each_comes_from(strict: Desk) -> None:
    terms = strict.see(ShowPolicy(service=ServiceId("review")))

    assert (terms.notice.value, terms.notice.level) == (12, Level.SERVICE)
    assert (terms.late_fee.value, terms.late_fee.level) == ("25.00", Level.PRACTICE)
    assert strict.see(ShowPolicy()).notice.value == 24


def test_terms_are_for_who_sees_the_appointment(strict: Desk) -> None:
    bobs = booked(strict, on(26, 15), practitioner="bob").appointment

    with pytest.raises(NotAllowed):
        as_staff(strict, "ann").see(ShowTerms(appointment=bobs.id))
    assert as_staff(strict, "bob").see(ShowTerms(appointment=bobs.id)).late_fee == 2500
    with pytest.raises(NotFound):
        strict.see(ShowPolicy(practitioner=StaffId("nobody")))


def test_who_owes_nothing_has_no_charges(strict: Desk) -> None:
    assert strict.see(ListCharges(client=booked(strict, on(26, 15)).client.id)) == ()
