"""The outbox as people look at it: what waits, what holds it up, whom to call; nothing secret."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.clients import EditClient
from frontdesk.core.asks.mails import ListCalls, ListMails, NextDue, ShowMail, TakeMails
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.outbox import Attempt, MailId, MailState, trouble_of
from frontdesk.core.render.marks import MASK
from tests.builders import Clock, as_staff, booked, on
from tests.operations.mailing import ANN, CLARA, NO_SIGN_IN, REFUSED, Post, a_client, mailing, outbox, report


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def test_what_waits_stands_first_then_the_newest(post: Post, clock: Clock) -> None:
    client = a_client(post.desk)
    booked(post.desk, on(26, 10), client=client.id)
    post.go()
    clock.now += 60
    booked(post.desk, on(27, 10), client=client.id, practitioner="bob")

    found = post.desk.see(ListMails())

    assert [(it.state, it.recipient) for it in found.items] == [
        (MailState.QUEUED, CLARA),
        (MailState.QUEUED, "bob@test.example"),
        (MailState.SENT, ANN),
        (MailState.SENT, CLARA),
    ]
    assert (found.waiting, found.failed, found.paused, found.standstill) == (2, 0, 0, None)
    assert [it.recipient for it in post.desk.see(ListMails(states=(MailState.SENT,))).items] == [ANN, CLARA]
    few = post.desk.see(ListMails(limit=1))
    assert (len(few.items), few.more) == (1, True)
    assert post.desk.see(ListMails(limit=0)).items == ()


def test_the_next_is_due_when_its_delay_ends(post: Post, clock: Clock) -> None:
    worker = post.desk.acting(SYSTEM)
    assert worker.see(NextDue()) is None
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    assert worker.see(NextDue()) == clock.now + 60
    assert worker.see(NextDue(by_mail=False)) is None


def test_a_fault_of_all_mails_is_told_with_when_it_is_tried_again(post: Post, clock: Clock) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    for leased in worker.do(TakeMails(limit=1)):
        worker.do(report(leased, Attempt.QUEUE_FAULT, NO_SIGN_IN))

    still = post.desk.see(ListMails()).standstill

    assert still is not None
    assert (still.trouble, still.since, still.retry_at, still.tries) == (NO_SIGN_IN, clock.now, clock.now + 60, 1)


def test_whom_no_mail_reached_is_called_at_the_number_they_have_now(post: Post, clock: Clock) -> None:
    client = a_client(post.desk)
    booked(post.desk, on(26, 10), client=client.id)
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    for leased in worker.do(TakeMails(limit=9)):
        worker.do(report(leased, Attempt.REFUSED, REFUSED))
    post.desk.do(EditClient(client=client.id, seen=None, phone="+44 20 7946 0018"))

    [call] = post.desk.see(ListCalls())

    assert (call.owed.name, call.phone) == ("Clara Client", "+44 20 7946 0018")
    assert (call.owed.state, trouble_of(call.owed)) == (MailState.FAILED, REFUSED)
    assert as_staff(post.desk, "bob").see(ListCalls()) == ()


def test_a_mail_shows_no_secret_and_only_to_who_may_see_it(post: Post) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    [mail] = [it for it in outbox(post.desk) if it.recipient == CLARA]

    seen = as_staff(post.desk, "ann").see(ShowMail(mail=mail.id))

    assert not hasattr(seen, "body") and seen == mail and MASK in mail.letter.text and mail.sealed == ""
    with pytest.raises(NotFound):
        as_staff(post.desk, "bob").see(ShowMail(mail=mail.id))
    with pytest.raises(NotFound):
        post.desk.see(ShowMail(mail=MailId(999)))
