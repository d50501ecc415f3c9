"""What waits for somebody, and what the bell tells: with whom and when it is about, as that stands now."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.holds import HoldSlot
from frontdesk.core.asks.notices import ListNotices, ShowGlance
from frontdesk.core.asks.requests import ApproveRequest
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.desk import Desk
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.views import Glance
from tests.builders import Clock, as_staff, at, booked, on
from tests.operations.asking import ANN, a_client, asked
from tests.operations.mailing import cancel, mailing


def glance(desk: Desk) -> Glance:
    return desk.see(ShowGlance())


def test_an_empty_desk_has_nothing_to_look_at(desk: Desk) -> None:
    assert glance(desk) == Glance(pending=0, oldest=None, late=0, unread=0, work=0, ended=False)


def test_everything_that_waits_is_counted_for_who_decides(desk: Desk, clock: Clock) -> None:
    desk = mailing(desk)
    booked(desk, on(23, 9), client="Late One")
    booked(desk, on(24, 9), client="Loses Her Time")
    begun = clock.now
    asked(desk, on(25, 9), client=a_client(desk, "Dora"))
    cancel(desk, booked(desk, on(26, 9), client="Has No Mail").appointment)
    desk.do(TakeTimeOff(staff=ANN, start=on(24, 0), end=on(25, 0)))
    clock.set(on(23, 9, 10))

    seen = glance(as_staff(desk, "rita"))

    assert (seen.pending, seen.oldest, seen.late) == (1, begun, 1)
    assert seen.work == 1 + 1  # who lost her time, and who has no address and is to be called
    assert (seen.unread, seen.ended) == (2, False)
    assert (seen.mails, seen.mail_trouble) == (3, True)  # to Ann; due for longer than a quarter of an hour


def test_a_viewer_counts_no_requests_no_mails_and_no_calls(desk: Desk) -> None:
    desk = mailing(desk)
    booked(desk, on(24, 9))
    asked(desk, on(25, 9), client=a_client(desk, "Dora"))

    seen = glance(as_staff(desk, "vic"))

    assert (seen.pending, seen.oldest, seen.work, seen.mails, seen.mail_trouble) == (0, None, 0, 0, False)


@pytest.mark.parametrize("what", ["a request", "a picker"])
def test_what_ended_by_itself_is_to_be_written_down(desk: Desk, clock: Clock, what: str) -> None:
    if what == "a request":
        asked(desk, on(25, 9))
    else:
        desk.do(HoldSlot(key=uuid.uuid4(), service=ServiceId("review"), start=on(25, 9), practitioner=ANN))
    assert not glance(desk).ended

    clock.now += 73 * 3600
    assert glance(desk).ended


def test_the_bell_tells_of_an_appointment_where_it_is_now(desk: Desk) -> None:
    rita, ann = as_staff(desk, "rita"), as_staff(desk, "ann")
    made = booked(rita, on(24, 9)).appointment
    rita.do(RescheduleAppointment(appointment=made.id, seen=None, start=on(26, 14)))

    lines = ann.see(ListNotices())

    assert [(it.client_name, it.start, it.zone, it.is_read) for it in lines] == [
        ("Clara Client", at(on(26, 14)), "Europe/London", False)
    ] * len(lines)
    assert [it.at for it in lines] == sorted((it.at for it in lines), reverse=True) and lines


def test_the_bell_names_the_ticket_of_what_was_approved(desk: Desk) -> None:
    rita, ann = as_staff(desk, "rita"), as_staff(desk, "ann")
    request = asked(rita, on(24, 9))
    rita.do(ApproveRequest(request=request.id, seen=None, practitioner=StaffId("ann"), ticket="T-7"))

    found = {(it.notice.subject_kind, it.ticket, it.start) for it in ann.see(ListNotices())}

    assert found == {("appointment", "T-7", at(on(24, 9))), ("request", "T-7", at(on(24, 9)))}


def test_a_demo_keeps_its_mails_and_that_is_no_trouble(desk: Desk, clock: Clock) -> None:
    desk = mailing(desk)
    demo = replace(desk, machine=replace(desk.machine, keeps_everything=True))
    booked(desk, on(24, 9))
    clock.now += 3600

    assert (glance(desk).mail_trouble, glance(demo).mail_trouble) == (True, False)
    assert glance(demo).mails == 1
