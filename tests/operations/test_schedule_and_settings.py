"""When people are there, and the practice itself."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.schedule import RemoveTimeOff, TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import BadInput, NotAllowed, Refused
from frontdesk.core.domain.objections import Away
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from tests.builders import as_staff, at, booked, on

ANN, REVIEW = StaffId("ann"), ServiceId("review")


def starts(desk: Desk, day: int, asking: Asking = Asking.STAFF) -> list[int]:
    question = FindSlots(service=REVIEW, first=on(day, 0).date(), days=1, practitioner=ANN, asking=asking)
    return [offer.start for offer in desk.see(question).offers]


@pytest.mark.covers("4-19", "4-21")
def test_time_off_takes_its_times_away_and_gives_them_back(desk: Desk) -> None:
    off = desk.do(TakeTimeOff(staff=ANN, start=on(23, 9), end=on(23, 11), reason="dentist")).time_off

    assert at(on(23, 10)) not in starts(desk, 23)
    assert at(on(23, 11)) in starts(desk, 23)
    desk.do(RemoveTimeOff(time_off=off.id))
    assert at(on(23, 10)) in starts(desk, 23)


def test_time_off_tells_how_many_lie_in_it_and_changes_none(desk: Desk) -> None:
    booked(desk, on(23, 9))

    assert desk.do(TakeTimeOff(staff=ANN, start=on(23, 9), end=on(23, 12))).affected == 1


def test_the_refusal_says_until_when_somebody_is_away_and_why(desk: Desk) -> None:
    desk.do(TakeTimeOff(staff=ANN, start=on(23, 9), end=on(23, 12), reason="dentist"))

    with pytest.raises(Refused) as caught:
        booked(desk, on(23, 10))
    assert caught.value.objections == (Away(ANN, on(23, 12), "dentist"),)


def test_time_off_that_ends_before_it_starts_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.do(TakeTimeOff(staff=ANN, start=on(23, 12), end=on(23, 12)))


def test_a_practitioner_takes_only_their_own_time_off(desk: Desk) -> None:
    as_staff(desk, "ann").do(TakeTimeOff(staff=ANN, start=on(23, 9), end=on(23, 12)))

    with pytest.raises(NotAllowed):
        as_staff(desk, "bob").do(TakeTimeOff(staff=ANN, start=on(24, 9), end=on(24, 12)))


def test_time_off_is_undone(desk: Desk) -> None:
    desk.do(TakeTimeOff(staff=ANN, start=on(23, 9), end=on(23, 12)))
    desk.do(Undo())

    assert at(on(23, 10)) in starts(desk, 23)


@pytest.mark.covers("2-11", "2-12", "2-14", "4-20")
def test_settings_take_effect_at_once_and_are_undone(desk: Desk) -> None:
    desk.do(
        ApplyPractice(file=practice_file("[booking]\nstart_interval = 60\nminimum_notice = 4\nbuffer_after = 15\n"))
    )

    assert starts(desk, 23, Asking.CLIENT) == [at(on(23, hour)) for hour in (13, 14, 15, 16)]
    desk.do(Undo())
    assert len(starts(desk, 23, Asking.CLIENT)) > 4


def test_the_receptionist_overrides_only_while_the_setting_lets_them(desk: Desk) -> None:
    rita = as_staff(desk, "rita")
    booked(rita, on(23, 12), override="urgent")
    desk.do(ApplyPractice(file=practice_file("[desk]\nreceptionists_override = false\n")))

    with pytest.raises(NotAllowed):
        booked(rita, on(23, 12, 30), override="urgent", client="Dora")


def test_only_admins_and_managers_change_the_practice(desk: Desk) -> None:
    file = practice_file("[booking]\nhorizon = 30\n")

    with pytest.raises(NotAllowed):
        as_staff(desk, "rita").do(ApplyPractice(file=file))
    assert desk.see(ShowSetup()).practice.booking.horizon == 365


@pytest.mark.covers("2-10")
def test_new_clients_may_book_only_the_initial_service(desk: Desk) -> None:
    def ok(service: str) -> bool:
        question = AskWhy(service=ServiceId(service), start=on(24, 9), practitioner=ANN, asking=Asking.NEW)
        return desk.see(question).verdicts[0].ok

    assert (ok("review"), ok("massage")) == (True, False)
