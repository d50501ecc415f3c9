"""Reminders where things go wrong: slips, rules taken back, servers that were away, mails that reached nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from frontdesk.core.asks.appointments import EditAppointment, ReinstateAppointment
from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.mails import (
    CountReminders,
    DropPaused,
    ListCalls,
    ListMails,
    ReleaseMails,
    TakeMails,
    WriteReminders,
)
from frontdesk.core.asks.requests import RequestAppointment, SweepExpired
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.outbox import Attempt, MailState, Occasion, ReminderDue
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.told import MailKind
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.queries.mails import is_in_trouble
from tests.builders import Clock, booked, on
from tests.operations.mailing import Post, a_client, cancel, ended, mailing, move, outbox


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def remind(post: Post, when: datetime) -> list[Occasion]:
    """The reminders that leave at a moment."""
    clock = post.clock
    clock.set(when)
    post.desk.acting(SYSTEM).do(WriteReminders())
    return [it.mail.occasion for it in post.go(after=0) if it.mail.kind is MailKind.REMINDER]


def away_and_back(desk: Desk, it: Any, how: str) -> None:
    """Its time is taken away; and given again, as said."""
    if how == "moved":
        move(desk, move(desk, it, on(25, 15)), on(26, 10))
    elif how == "move undone":
        move(desk, it, on(25, 15))
        desk.do(Undo())
    elif how == "cancel undone":
        cancel(desk, it)
        desk.do(Undo())
    else:
        cancel(desk, it)
        desk.do(ReinstateAppointment(appointment=it.id, seen=None))


WAYS = ("moved", "move undone", "cancel undone", "reinstated")


@pytest.mark.parametrize("how", WAYS)
def test_a_slip_costs_no_reminder_and_makes_no_second(post: Post, how: str) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    post.clock.set(on(25, 9, 59))
    move(post.desk, it, on(25, 16))
    post.clock.set(on(25, 10))  # its moment lies between
    post.desk.do(Undo())
    assert remind(post, on(25, 10, 1)) == [ReminderDue(24)]
    post.clock.set(on(25, 10, 5))
    away_and_back(post.desk, it, how)
    assert remind(post, on(25, 10, 20)) == []


@pytest.mark.parametrize("how", WAYS)
def test_who_was_just_told_of_the_time_is_not_reminded_of_it_too(post: Post, how: str) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    post.clock.set(on(25, 9, 50))
    it = move(post.desk, it, on(26, 14))
    post.go()  # it was told
    post.clock.set(on(25, 10, 5))
    it = move(post.desk, it, on(26, 10))
    away_and_back(post.desk, it, how)
    post.go()
    assert remind(post, on(25, 10, 20)) == []


@pytest.mark.parametrize("how", WAYS)
def test_a_reminder_that_waited_is_written_again(post: Post, how: str) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    post.clock.set(on(25, 10))
    post.desk.acting(SYSTEM).do(WriteReminders())  # and nobody delivers
    away_and_back(post.desk, it, how)
    assert remind(post, on(25, 10, 20)) == [ReminderDue(24)]


def test_a_nearer_reminder_that_went_satisfies_a_further_one(post: Post, clock: Clock) -> None:
    booked(post.desk, on(27, 10), client=a_client(post.desk).id)
    worker = post.desk.acting(SYSTEM)
    clock.set(on(26, 11))
    assert worker.do(WriteReminders()) == 1
    post.desk.do(ApplyPractice(file=practice_file("[mail]\nreminders = [48, 30]\n")))
    assert worker.do(WriteReminders()) == 0


def of_reminders(desk: Desk) -> list[tuple[Occasion, MailState]]:
    return [(it.occasion, it.state) for it in outbox(desk) if it.kind is MailKind.REMINDER]


def rules(desk: Desk, *hours: int) -> None:
    desk.do(ApplyPractice(file=practice_file(f"[mail]\nreminders = {list(hours)}\n")))


def test_a_rule_that_is_taken_back_takes_back_what_waited_for_a_yes(desk: Desk, clock: Clock) -> None:
    made = mailing(desk, "[mail]\nreminders = []\n")
    for n in range(60):
        booked(made, on(25, 9), client=a_client(made, f"C{n}", f"c{n}@c.example").id, override="many")
    clock.set(on(24, 8))
    worker = made.acting(SYSTEM)
    rules(made, 720)
    clock.set(on(24, 9))
    rules(made, 24, 30)  # both are due
    assert worker.do(WriteReminders()) == 60
    assert set(of_reminders(made)) == {(ReminderDue(24), MailState.PAUSED)}
    rules(made, 2)
    assert worker.see(CountReminders()) == 60
    worker.do(WriteReminders())
    assert set(of_reminders(made)) == {(ReminderDue(24), MailState.SUPERSEDED)}
    assert made.do(ReleaseMails()) == 0 and not made.see(ListMails(limit=0)).paused


@pytest.mark.parametrize("leave", [True, False])
def test_many_reminders_wait_for_a_yes_or_a_no(desk: Desk, clock: Clock, leave: bool) -> None:
    made = mailing(desk, "[mail]\nreminders = []\n")
    for n in range(55):
        booked(made, on(26, 9), client=a_client(made, f"C{n}", f"c{n}@c.example").id, override="many")
    clock.set(on(24, 12))
    rules(made, 40)
    assert made.acting(SYSTEM).do(WriteReminders()) == 0  # nobody has missed one
    clock.set(on(24, 17))
    made.acting(SYSTEM).do(WriteReminders())
    assert made.do(ReleaseMails() if leave else DropPaused()) == 55
    wanted = MailState.QUEUED if leave else MailState.DROPPED
    assert set(of_reminders(made)) == {(ReminderDue(40), wanted)}
    assert made.acting(SYSTEM).do(WriteReminders()) == 0


def test_after_a_server_was_away_only_the_nearest_reminder_goes(post: Post) -> None:
    booked(post.desk, on(27, 10), client=a_client(post.desk).id)
    post.go()
    worker = post.desk.acting(SYSTEM)
    for moment in (on(24, 10), on(26, 10)):
        post.clock.set(moment)
        worker.do(WriteReminders())
    sent = [it.mail.occasion for it in post.go(after=0)]
    assert sent == [ReminderDue(24)]
    assert (ReminderDue(72), MailState.SUPERSEDED) in of_reminders(post.desk)


def test_reminders_that_nobody_wants_any_more_do_not_leave(post: Post) -> None:
    it = booked(post.desk, on(27, 10), client=a_client(post.desk).id).appointment
    post.go()
    post.clock.set(on(24, 10))
    post.desk.acting(SYSTEM).do(WriteReminders())
    post.desk.do(EditAppointment(appointment=it.id, seen=None, reminders=()))
    assert post.go(after=0) == []


@pytest.mark.parametrize("how", ["moved", "cancelled"])
def test_nobody_is_called_about_a_reminder_of_what_moved_or_died(post: Post, how: str) -> None:
    it = booked(post.desk, on(27, 10), client=a_client(post.desk).id).appointment
    post.go()
    post.clock.set(on(24, 10))
    post.desk.acting(SYSTEM).do(WriteReminders())
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=5)):
        ended(post.desk, leased, Attempt.REFUSED)
    assert [it.owed.kind for it in post.desk.see(ListCalls())] == [MailKind.REMINDER]
    move(post.desk, it, on(27, 14)) if how == "moved" else cancel(post.desk, it)
    assert post.desk.see(ListCalls()) == ()


def test_quiet_hours_do_not_make_a_reminder_of_an_appointment_that_was_made_too_late_for_it(post: Post) -> None:
    post.desk.do(ApplyPractice(file=practice_file('[mail]\nquiet_hours = ["20:00", "07:00"]\nreminders = [12]\n')))
    client = a_client(post.desk)
    post.clock.set(on(23, 23))  # twelve hours before was ten o'clock, in the quiet hours
    booked(post.desk, on(24, 10), client=client.id)
    post.go()
    assert remind(post, on(24, 7, 30)) == []


def test_reminders_go_with_the_phone_number_where_the_key_is_gone_and_the_desk_is_told(post: Post) -> None:
    client = a_client(post.desk)
    booked(post.desk, on(27, 10), client=client.id)
    post.go()
    keyless = replace(post.desk, machine=replace(post.desk.machine, seal_key=None))
    post.clock.set(on(24, 10))
    lost = Post(keyless, post.clock)
    assert keyless.acting(SYSTEM).do(WriteReminders()) == 1
    [reminder] = lost.go(after=0)
    assert "+44 20 7946 0000" in reminder.text and "/a/" not in reminder.text
    seen = keyless.see(ListMails(limit=0))
    assert seen.key_trouble is not None and is_in_trouble(seen)
    assert not is_in_trouble(post.desk.see(ListMails(limit=0)))


def test_mails_whose_links_cannot_be_opened_are_stuck_after_a_while(post: Post) -> None:
    booked(post.desk, on(27, 10), client=a_client(post.desk).id)
    keyless = replace(post.desk, machine=replace(post.desk.machine, seal_key=None))
    lost = Post(keyless, post.clock)
    for _ in range(8):
        lost.go(after=301)
    assert keyless.see(ListMails(limit=0)).stuck == 1


def test_many_requests_that_end_at_once_wait_for_a_yes(desk: Desk, clock: Clock) -> None:
    made = mailing(desk)
    walls = [on(day, hour, minute) for day in (24, 25, 26) for hour in (9, 10, 11, 13, 14, 15) for minute in (0, 30)]
    for n, (wall, who) in enumerate((wall, who) for wall in walls for who in ("ann", "bob")):
        ask = RequestAppointment(
            service=ServiceId("review"),
            start=wall,
            client=a_client(made, f"C{n}", f"c{n}@c.example").id,
            practitioner=StaffId(who),
        )
        made.do(ask)
    Post(made, clock).go()
    clock.set(on(30, 9))
    made.do(SweepExpired())
    over = [it for it in outbox(made) if it.kind is MailKind.REQUEST_EXPIRED]
    assert len(over) == 72 and {it.state for it in over} == {MailState.PAUSED}
    assert made.do(ReleaseMails()) == 72


def test_a_reminder_waits_for_the_end_of_quiet_hours_that_came_later(post: Post) -> None:
    booked(post.desk, on(27, 10), client=a_client(post.desk).id)
    post.go()
    post.clock.set(on(26, 10))
    post.desk.acting(SYSTEM).do(WriteReminders())
    post.desk.do(ApplyPractice(file=practice_file('[mail]\nquiet_hours = ["09:00", "12:00"]\n')))
    early = [it.mail.occasion for it in post.go(after=60)]
    assert early + remind(post, on(26, 12, 1)) == [ReminderDue(24)]


def test_a_rule_that_comes_back_brings_its_reminder_back(post: Post) -> None:
    booked(post.desk, on(27, 10), client=a_client(post.desk).id)
    post.go()
    post.clock.set(on(24, 10))
    rules(post.desk, 72)
    post.desk.acting(SYSTEM).do(WriteReminders())
    rules(post.desk, 48)
    assert post.go(after=0) == []
    rules(post.desk, 72)
    assert remind(post, on(24, 10, 5)) == [ReminderDue(72)]
    assert post.desk.acting(SYSTEM).see(CountReminders()) == 0


def test_a_machine_that_never_had_a_key_reminds_all_the_same(desk: Desk, clock: Clock) -> None:
    made = mailing(desk, "[portal]\nenabled = false\n")
    booked(made, on(27, 10), client=a_client(made).id)
    Post(made, clock).go()
    made.do(ApplyPractice(file=practice_file("[portal]\nenabled = true\n")))
    keyless = replace(made, machine=replace(made.machine, seal_key=None))
    clock.set(on(24, 10))
    assert keyless.acting(SYSTEM).do(WriteReminders()) == 1
