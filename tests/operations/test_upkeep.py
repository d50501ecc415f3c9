"""Whose turn a duty is, and going on from a copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from frontdesk.core.asks.mails import DropMail, ListMails, ReleaseMails, SendNow
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.asks.upkeep import ListDuties, ReportDuty, StartAgain, TakeDuty
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.errors import NotAllowed
from frontdesk.core.domain.outbox import Mail, MailState, QueueFault, is_in_doubt
from frontdesk.core.domain.told import MailKind
from frontdesk.core.render.words.outbox import outbox_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import Clock, booked, on
from tests.operations.mailing import ANN, CLARA, Post, a_client, mailing

HOURLY = TakeDuty(duty=Duty.BACKUP, every=3600, lease=600)


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def test_a_duty_is_one_programs_at_a_time_and_again_when_it_is_due(desk: Desk, clock: Clock) -> None:
    one, other = (replace(desk, machine=replace(desk.machine, terminal=name)).acting(SYSTEM) for name in "ab")
    assert one.do(HOURLY)
    assert not other.do(HOURLY)
    clock.now += 601  # whoever had it died
    assert other.do(HOURLY)
    other.do(ReportDuty(duty=Duty.BACKUP, done=True, detail="copy.db"))
    assert not one.do(HOURLY)
    clock.now += 3600
    assert one.do(HOURLY)
    one.do(ReportDuty(duty=Duty.BACKUP, detail="no room"))
    clock.now += 3599
    assert not other.do(HOURLY), "what failed is tried again in an hour"
    clock.now += 1
    assert other.do(HOURLY)
    state = {it.duty: it for it in desk.see(ListDuties())}[Duty.BACKUP]
    assert (state.who, state.detail) == ("b", "no room")


def test_people_do_not_go_on_from_a_copy_by_themselves(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.do(StartAgain(made_at=0))


def test_what_may_have_been_told_waits_for_a_yes_of_its_own(post: Post, clock: Clock) -> None:
    """To Clara and Ann about a booking: due when the copy goes on; the reminder fell due meanwhile."""
    desk = post.desk
    booked(desk, on(26, 10), client=a_client(desk).id)
    clock.set(on(25, 11))

    event = desk.acting(SYSTEM).do(StartAgain(made_at=clock.now - 86400))

    found = desk.see(ListMails())
    assert event.doubtful == 3
    assert found.standstill is not None and found.standstill.fault is QueueFault.RESTORED
    assert {(it.state, is_in_doubt(it)) for it in found.items} == {(MailState.PAUSED, True)}
    told = " ".join(outbox_words(Voice(desk.see(ShowSetup())), found, clock.now))
    assert "goes on from a copy" in told
    assert "one by one" in told
    assert post.go(after=0) == []

    mails = {(it.kind, it.recipient): it for it in found.items if isinstance(it, Mail)}
    desk.do(SendNow(mail=mails[MailKind.BOOKED, CLARA].id))
    desk.do(DropMail(mail=mails[MailKind.BOOKED, ANN].id))
    booked(desk, on(26, 14), client=a_client(desk, "Carl", "carl@client.example").id)
    assert post.go() == [], "nothing leaves before somebody says yes to all of it"

    assert desk.do(ReleaseMails()) == 0, "the doubtful ones stay"
    assert {it.mail.recipient for it in post.go(after=0)} == {CLARA, "carl@client.example", ANN}
    left = desk.see(ListMails(states=(MailState.PAUSED,))).items
    assert [it.kind for it in left] == [MailKind.REMINDER]


def test_links_and_codes_of_before_open_nothing(post: Post) -> None:
    desk = post.desk
    booked(desk, on(26, 10), client=a_client(desk).id)
    desk.acting(SYSTEM).do(StartAgain(made_at=post.clock.now))
    with desk.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM link WHERE closed_at IS NULL").scalar() == 0
        assert connection.execute("SELECT count(*) FROM link").scalar() == 1
