"""What one act did to several appointments of somebody is one letter, and each of them is known by it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import icalendar
import pytest

from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.mails import DropMail, ReportMail, RetryMail, SendNow, ShowMail, TakeMails
from frontdesk.core.asks.schedule import ApplyTimeOff, Move, PlanTimeOff
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.outbox import Attempt, Mail, MailState
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.told import MailKind
from frontdesk.core.render.marks import MASK
from tests.builders import Clock, booked, on
from tests.operations.mailing import (
    ANN,
    CLARA,
    Post,
    a_client,
    cancel,
    ended,
    kinds,
    mailing,
    move,
    outbox,
    report,
)

BOB = "bob@test.example"
LINK = re.compile(r"https://book\.test\.example/a/\S+")


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def three_moved(post: Post) -> list[Any]:
    """Three appointments of Clara with Ann on one day, told; then Ann is away, and all move to Bob in one act."""
    clara = a_client(post.desk)
    kept = [booked(post.desk, on(24, hour), client=clara.id).appointment for hour in (9, 10, 11)]
    post.go()
    post.sent.clear()
    away(post.desk)
    return kept


def away(desk: Desk) -> None:
    ann = StaffId("ann")
    plan = desk.see(PlanTimeOff(staff=ann, start=on(24, 0), end=on(25, 0)))
    moves = tuple(
        Move(appointment=it.named.appointment.id, seen=it.named.appointment.revision, to=it.to)
        for it in plan
        if it.to is not None
    )
    desk.do(ApplyTimeOff(staff=ann, start=on(24, 0), end=on(25, 0), moves=moves))


def waiting(desk: Desk) -> list[Mail]:
    """Of Clara's, the first first."""
    found = [it for it in outbox(desk) if isinstance(it, Mail) and it.address == CLARA]
    return sorted((it for it in found if it.state is MailState.QUEUED), key=lambda it: it.id)


def test_three_moved_in_one_act_are_one_letter_to_each_reader(post: Post) -> None:
    three_moved(post)

    letters = post.go()

    assert sorted(it.mail.address for it in letters) == [ANN, BOB, CLARA]
    assert [it.mail.letter.subject for it in post.to(CLARA)] == ["Moved: 3 appointments – Test Street"]
    assert [it.mail.letter.subject for it in post.to(BOB)] == ["Booked: 3 appointments"]
    assert [it.mail.letter.subject for it in post.to(ANN)] == ["Cancelled: 3 appointments"]
    assert outbox_states(post.desk, CLARA) == [MailState.SENT] * 6


def outbox_states(desk: Desk, address: str) -> list[MailState]:
    return [it.state for it in outbox(desk) if isinstance(it, Mail) and it.address == address]


def test_it_greets_once_and_tells_each_in_order_with_its_own_link(post: Post) -> None:
    three_moved(post)
    post.go()
    [letter] = post.to(CLARA)

    assert letter.text.count("Hello Clara Client,") == letter.html.count("Hello Clara Client,") == 1
    assert letter.text.startswith("Hello Clara Client,\n\nYour appointment was moved.\n\nWhen: Tuesday, 24 November")
    assert letter.text.count("\n* * *\n") == letter.html.count("<hr") == 2
    assert letter.text.count("You get this mail because") == letter.html.count("You get this mail because") == 1
    assert re.findall(r"When: .*?, (\d\d:\d\d)–", letter.text) == ["09:00", "10:00", "11:00"]
    assert len(set(LINK.findall(letter.text))) == 3 and MASK not in letter.text
    assert "<title>Moved: 3 appointments – Test Street</title>" in letter.html
    assert not re.search("[\ue000-\uf8ff]", letter.text + letter.html)


def test_its_calendar_file_has_each_appointment_under_its_own_name_and_no_method(post: Post) -> None:
    kept = three_moved(post)
    post.go()
    [letter] = post.to(CLARA)

    file = icalendar.Calendar.from_ical(letter.mail.letter.calendar)
    assert "METHOD" not in file and letter.mail.letter.method == ""
    events = {str(it["UID"]): int(str(it["SEQUENCE"])) for it in file.walk("VEVENT")}
    assert events == {f"{it.holder}@frontdesk": it.sequence + 1 for it in kept}


def test_a_preview_is_the_letter_that_leaves(post: Post) -> None:
    three_moved(post)
    previews = [post.desk.see(ShowMail(mail=it.id)) for it in waiting(post.desk)]
    post.go()
    [letter] = post.to(CLARA)

    for seen in previews:
        assert isinstance(seen, Mail)
        assert seen.letter.subject == letter.mail.letter.subject
        assert LINK.sub("LINK", seen.letter.text) == LINK.sub("LINK", letter.text)
    after = post.desk.see(ShowMail(mail=letter.mail.id))
    assert isinstance(after, Mail) and after.letter.text == previews[0].letter.text  # type: ignore[union-attr]


def test_what_is_changed_while_it_waits_is_told_by_itself_and_the_others_together(post: Post) -> None:
    _first, second, _third = three_moved(post)
    move(post.desk, second, on(26, 15))

    post.go()

    subjects = sorted(it.mail.letter.subject for it in post.to(CLARA))
    assert subjects == ["Moved: 2 appointments – Test Street", "Moved: Thu 26 Nov 15:00 – Test Street"]


def test_after_it_left_only_what_changes_is_told(post: Post) -> None:
    first, _second, _third = three_moved(post)
    post.go()
    post.sent.clear()

    cancel(post.desk, first)
    post.go()

    assert kinds(post, CLARA) == [MailKind.CANCELLED]


def test_an_act_that_is_undone_in_time_tells_nothing_and_later_takes_all_back_in_one_letter(post: Post) -> None:
    three_moved(post)
    post.desk.do(Undo())
    assert [it for it in post.go() if it.mail.address == CLARA] == []

    post.desk.do(Redo())
    post.go()
    post.desk.do(Undo())
    post.go()

    assert [it.mail.letter.subject for it in post.to(CLARA)] == ["Moved: 3 appointments – Test Street"] * 2
    assert "Ann Archer" in post.to(CLARA)[1].text


def test_what_somebody_drops_is_left_out(post: Post) -> None:
    three_moved(post)
    post.desk.do(DropMail(mail=waiting(post.desk)[0].id))

    post.go()

    [letter] = post.to(CLARA)
    assert letter.mail.letter.subject == "Moved: 2 appointments – Test Street"
    assert re.findall(r"When: .*?, (\d\d:\d\d)–", letter.text) == ["10:00", "11:00"]


def test_what_somebody_sends_now_goes_alone(post: Post) -> None:
    three_moved(post)
    post.desk.do(SendNow(mail=waiting(post.desk)[0].id))

    assert [it.mail.letter.subject for it in post.go(after=0)] == ["Moved: Tue 24 Nov 09:00 – Test Street"]
    post.go()
    assert post.to(CLARA)[1].mail.letter.subject == "Moved: 2 appointments – Test Street"


def test_two_clients_of_one_act_get_a_letter_each(post: Post) -> None:
    dora = a_client(post.desk, "Dora", "dora@client.example")
    clara = a_client(post.desk)
    for hour, client in ((9, clara), (10, dora), (11, clara)):
        booked(post.desk, on(24, hour), client=client.id)
    post.go()
    post.sent.clear()
    away(post.desk)
    post.go()

    assert [it.mail.letter.subject for it in post.to(CLARA)] == ["Moved: 2 appointments – Test Street"]
    assert [it.mail.letter.subject for it in post.to("dora@client.example")] == [
        "Moved: Tue 24 Nov 10:00 – Test Street"
    ]


def leased(post: Post, after: int = 61) -> Any:
    """Clara's letter, in the hands of a worker; the others are sent."""
    post.clock.now += after
    taken = post.desk.acting(SYSTEM).do(TakeMails(limit=9))
    for it in taken:
        if it.mail.address != CLARA:
            post.desk.acting(SYSTEM).do(report(it, Attempt.SENT))
    [letter] = [it for it in taken if it.mail.address == CLARA]
    return letter


def test_what_perhaps_arrived_goes_again_whole_under_the_same_message_id(post: Post) -> None:
    three_moved(post)
    letter = leased(post)
    ended(post.desk, letter, Attempt.UNKNOWN)

    again = leased(post, after=3600)

    assert again.mail.message_id == letter.mail.message_id
    assert again.text == letter.text
    assert all(it.delivery.perhaps for it in outbox(post.desk) if isinstance(it, Mail) and it.act == letter.mail.act
               and it.address == CLARA)  # fmt: skip


def test_when_its_worker_dies_the_same_letter_goes_again(post: Post, clock: Clock) -> None:
    three_moved(post)
    letter = leased(post)
    assert waiting(post.desk) == []

    again = leased(post, after=301)

    assert (again.mail.message_id, again.text) == (letter.mail.message_id, letter.text)
    post.desk.acting(SYSTEM).do(report(letter, Attempt.SENT))  # the dead one's word comes too late
    assert MailState.SENDING in outbox_states(post.desk, CLARA)
    post.desk.acting(SYSTEM).do(report(again, Attempt.SENT))
    assert set(outbox_states(post.desk, CLARA)) == {MailState.SENT}


def test_of_what_perhaps_arrived_only_what_is_still_true_goes_again(post: Post) -> None:
    first, _second, _third = three_moved(post)
    letter = leased(post)
    ended(post.desk, letter, Attempt.UNKNOWN)
    cancel(post.desk, first)

    post.go(after=3600)

    subjects = [it.mail.letter.subject for it in post.to(CLARA)]
    assert sorted(subjects) == ["Cancelled: Tue 24 Nov 09:00 – Test Street", "Moved: 2 appointments – Test Street"]


def test_a_letter_that_is_refused_is_a_call_about_each_and_each_can_go_again(post: Post) -> None:
    three_moved(post)
    ended(post.desk, leased(post), Attempt.REFUSED)

    failed = [it for it in outbox(post.desk) if it.state is MailState.FAILED]
    assert len(failed) == 3
    post.desk.do(RetryMail(mail=failed[0].id))
    assert [it.mail.letter.subject.partition(":")[0] for it in post.go()] == ["Moved"]


def test_a_letter_that_is_put_off_is_put_off_whole(post: Post) -> None:
    three_moved(post)
    letter = leased(post)
    ended(post.desk, letter, Attempt.LATER)
    assert len({it.due_at for it in waiting(post.desk)}) == 1

    again = leased(post, after=3600)

    assert again.text == letter.text


def test_a_letter_that_was_taken_and_not_tried_goes_back_whole(post: Post) -> None:
    three_moved(post)
    letter = leased(post)
    post.desk.acting(SYSTEM).do(ReportMail(report=report(letter, Attempt.UNTRIED).report))

    assert len(waiting(post.desk)) == 3
    assert leased(post).text == letter.text


def test_what_is_in_doubt_goes_alone_where_somebody_sends_it_now(post: Post) -> None:
    three_moved(post)
    letter = leased(post)
    ended(post.desk, letter, Attempt.UNKNOWN)
    follower = next(it for it in waiting(post.desk) if it.goes_with is not None)

    post.desk.do(SendNow(mail=follower.id))

    assert [it.mail.id for it in post.go(after=0)] == [follower.id]


@pytest.mark.damages
def test_a_lead_whose_secrets_nobody_here_can_read_keeps_no_other_back(post: Post) -> None:
    """One moved, with a sealed link, and the others of its letter without one; this machine lacks the key."""
    three_moved(post)
    ended(post.desk, leased(post), Attempt.UNKNOWN)
    followers = [it for it in waiting(post.desk) if it.goes_with is not None]
    with post.desk.store.writing() as connection:
        for it in followers:
            connection.execute("UPDATE mail SET sealed = '' WHERE id = :id", {"id": it.id})
    keyless = replace(post.desk, machine=replace(post.desk.machine, seal_key=None))
    post.clock.now += 3600

    letters = [it for _ in range(3) for it in keyless.acting(SYSTEM).do(TakeMails(limit=5))]

    assert [it.mail.letter.subject for it in letters] == ["Moved: 2 appointments – Test Street"]
    leaving = [it.id for it in outbox(post.desk) if it.state is MailState.SENDING and isinstance(it, Mail)]
    assert sorted(leaving) == sorted(it.id for it in followers)
