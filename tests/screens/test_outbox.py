"""Mails at the desk: what waits and counts down, what is done about it, and the words of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from textual import events
from textual.widgets import TextArea

from frontdesk.core.asks.appointments import ShowAppointment
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.mails import ListMails, TakeMails
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.outbox import Attempt, MailState
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.parse.practice import practice_file
from frontdesk.widgets.line_list import LineList
from tests.builders import Clock, booked, on
from tests.operations.mailing import MACHINE, MAILING, REFUSED, Post, outbox, report
from tests.screens.driving import another_desk, deeds, running, send, settled, shown

ENTER, DOWN = "\n", [events.Key("down", None)]


def ctrl(letter: str) -> list[events.Key]:
    return [events.Key(f"ctrl+{letter}", None)]


@pytest.fixture
def mailing(database: Path) -> Path:
    """The test practice that mails, with an appointment of Nora Nine, who has an address."""
    desk = replace(another_desk(database), machine=MACHINE)
    desk.do(ApplyPractice(file=practice_file(MAILING.replace("enabled = true", "enabled = false"))))
    nora = desk.do(AddClient(client=NewClient(name="Nora Nine", email="nora@client.example"))).client
    booked(desk, on(24, 10), client=nora.id)
    return database


@pytest.fixture
def told(mailing: Path) -> Path:
    """The same, a minute after Nora was told of it."""
    clock = Clock(datetime(2026, 11, 23, 7, 58))
    Post(replace(another_desk(mailing), machine=MACHINE, clock=clock), clock).go(after=200)
    return mailing


def to_nora(desk: Desk) -> list[tuple[MailKind, MailState]]:
    found = outbox(desk)
    return [(it.kind, it.state) for it in found if it.reader is Reader.CLIENT]


async def test_what_waits_counts_down_and_is_read_sent_or_dropped(mailing: Path) -> None:
    async with running(mailing) as app:
        assert "✉ 2" in shown(app).splitlines()[0]
        await send(app, "6", burst=False)
        text = shown(app)
        assert "no mail server is set up here: mails wait" in text
        assert "leaves in 1:00" in text and "Booked: Tue 24 Nov 10:00" in text
        await send(app, ENTER, burst=False)
        text = shown(app)
        assert "To: Nora Nine <nora@client.example>" in text and "Your appointment is booked." in text
        assert "s send now" in text and "c drop" in text
        await send(app, "s", burst=False)
        assert "waiting" in shown(app).splitlines()[2]
        await send(app, "j", burst=False)
        await send(app, "c", burst=False)
        assert (MailKind.BOOKED, MailState.QUEUED) in to_nora(another_desk(mailing))
        states = {it.state for it in another_desk(mailing).see(ListMails()).items}
        assert states == {MailState.QUEUED, MailState.DROPPED}
        await send(app, "A", burst=False)
        assert "nothing waits for a yes" in shown(app)


@pytest.mark.covers("1-02", "3-09")
async def test_m_writes_to_the_client_and_u_takes_it_back(mailing: Path) -> None:
    async with running(mailing) as app:
        await send(app, "/nora\nm", burst=False)
        app.screen.query_one(TextArea).text = "Could you come earlier?"
        await send(app, ctrl("s"), burst=False)
        assert "Message to Nora Nine: it waits in the outbox" in shown(app)
        assert to_nora(another_desk(mailing))[1] == (MailKind.MESSAGE, MailState.QUEUED)
        await send(app, "u", burst=False)
        assert (MailKind.MESSAGE, MailState.DROPPED) in to_nora(another_desk(mailing))
        assert deeds(app) == ["message", "undo"]


@pytest.mark.covers("1-09", "1-10", "1-12")
async def test_the_one_mail_of_a_move_is_rewritten_and_its_reminders_set_in_the_picker(told: Path) -> None:
    async with running(told) as app:
        await send(app, "/nora\nrthu 1p", burst=False)
        await send(app, ctrl("e"), burst=False)
        area = app.screen.query_one(TextArea)
        assert "before: Tuesday, 24 November 2026, 10:00–10:30" in area.text
        area.text = area.text.replace("Your appointment was moved.", "We moved you, with apologies.")
        await send(app, ctrl("s"), burst=False)
        app.screen.query_one("#reminders").value = "48, 2"  # type: ignore[attr-defined]
        await send(app, ENTER, burst=False)
        desk = another_desk(told)
        [mail] = [it for it in outbox(desk) if it.kind in (MailKind.MOVED, MailKind.BOOKED)
                  and it.reader is Reader.CLIENT and it.state is MailState.QUEUED]  # fmt: skip
        assert "We moved you, with apologies." in mail.letter.text and "13:00–13:30" in mail.letter.text
        it = desk.see(ShowAppointment(appointment=AppointmentId(int(mail.about.id))))
        assert it.appointment.reminders == (48, 2)
        assert deeds(app) == ["reschedule"]


async def test_reminders_that_are_none_are_said_in_the_picker(mailing: Path) -> None:
    async with running(mailing) as app:
        await send(app, "/nora\nrthu 1p", burst=False)
        app.screen.query_one("#reminders").value = "soon"  # type: ignore[attr-defined]
        await send(app, ENTER, burst=False)
        assert "hours before, such as 72, 24" in shown(app)
        assert deeds(app) == []


@pytest.mark.covers("3-12")
async def test_the_mail_of_a_cancel_is_rewritten_before_it_goes(told: Path) -> None:
    async with running(told) as app:
        await send(app, "/nora\nc4", burst=False)
        await send(app, ctrl("e"), burst=False)
        area = app.screen.query_one(TextArea)
        area.text = "Dear Nora, the roof leaks."
        await send(app, ctrl("s"), burst=False)
        await send(app, ENTER, burst=False)
        assert deeds(app) == ["cancel"]
        found = outbox(another_desk(told))
        [mail] = [it for it in found if it.kind is MailKind.CANCELLED and it.reader is Reader.CLIENT]
        assert mail.letter.text == "Dear Nora, the roof leaks.\n" and "the roof leaks" in mail.letter.html


@pytest.mark.parametrize("keys", ["c4", "rthu 1p"], ids=["cancel", "move"])
async def test_words_written_for_another_choice_are_looked_at_again(told: Path, keys: str) -> None:
    async with running(told) as app:
        await send(app, f"/nora\n{keys}", burst=False)
        await send(app, ctrl("e"), burst=False)
        app.screen.query_one(TextArea).text = "Dear Nora, we have to talk."
        await send(app, ctrl("s"), burst=False)
        app.screen.query_one("#message").value = "Sorry!"  # type: ignore[attr-defined]
        await send(app, ENTER, burst=False)
        assert deeds(app) == [] and "written for another choice" in shown(app)
        area = app.screen.query_one(TextArea)
        assert area.text == "Dear Nora, we have to talk."
        await send(app, ctrl("d"), burst=False)
        assert "Sorry!" in area.text
        await send(app, ctrl("s"), burst=False)
        await send(app, ENTER, burst=False)
        assert len(deeds(app)) == 1
        mails = outbox(another_desk(told))
        [mail] = [it for it in mails if it.reader is Reader.CLIENT and it.state is MailState.QUEUED]
        assert "Sorry!" in mail.letter.text and "we have to talk" not in mail.letter.text


async def test_the_clients_card_lists_their_mails_with_state(mailing: Path) -> None:
    async with running(mailing) as app:
        await send(app, "/nora\n\n", burst=False)
        text = shown(app)
        assert "Mails" in text and "leaves in 1:00" in text and "Booked: Tue 24 Nov 10:00" in text


@pytest.mark.covers("3-20")
async def test_a_booking_link_is_refused_while_the_portal_is_off_and_shown_once_when_it_is_on(mailing: Path) -> None:
    async with running(mailing) as app:
        await send(app, "/nora\n\n:booking link\n", burst=False)
        await send(app, "s", burst=False)
        assert "links lead to the portal, which is off" in shown(app)
    on_ = '[portal]\nenabled = true\naddress = "https://book.test.example"\n'
    replace(another_desk(mailing), machine=MACHINE).do(ApplyPractice(file=practice_file(on_)))
    async with running(mailing, machine=replace(MACHINE, terminal="screen", smtp=None)) as app:
        await send(app, "/nora\n\n:booking link\n", burst=False)
        await send(app, "s", burst=False)
        assert "https://book.test.example/b/" in shown(app)
        assert "It is shown only now." in shown(app)


async def test_whom_no_mail_reached_is_marked_as_called_from_the_outbox(mailing: Path) -> None:
    worker = replace(another_desk(mailing), machine=MACHINE, clock=Clock(on(23, 9))).acting(SYSTEM)
    for it in worker.do(TakeMails(limit=5)):
        worker.do(report(it, Attempt.REFUSED, REFUSED))
    async with running(mailing, wall=on(23, 9)) as app:
        await send(app, "6", burst=False)
        assert "call the client" not in shown(app)  # Ann's own mail is under the cursor
        await send(app, "j", burst=False)
        text = shown(app)
        assert "call the client · nora@client.example · the server will not take it: 550 who?" in text
        assert "c drop  s send again  K was called  P as a page" in text
        await send(app, "K", burst=False)
        assert "Noted: Nora Nine was called" in shown(app)
        assert (MailKind.BOOKED, MailState.CALLED) in to_nora(another_desk(mailing))
        await send(app, "K", burst=False)
        assert "nobody has to call" in shown(app)


async def test_the_chosen_time_stays_chosen_whatever_others_change(told: Path) -> None:
    async with running(told) as app:
        await send(app, "/nora\nr", burst=False)
        await send(app, [*DOWN, *DOWN, *DOWN], burst=False)
        rows = app.screen.query_one("#rows", LineList)
        assert rows.chosen is not None
        chosen = rows.chosen.offer.start
        desk = another_desk(told)
        desk.do(AddClient(client=NewClient(name="Xu T")))
        app.screen.refresh_data()  # type: ignore[attr-defined]
        await settled(app)
        assert rows.chosen is not None and rows.chosen.offer.start == chosen
        booked(desk, chosen, client=desk.do(AddClient(client=NewClient(name="Quick One"))).client.id, override="now")
        app.screen.refresh_data()  # type: ignore[attr-defined]
        await settled(app)
        assert rows.chosen is None and "is not free any more" in shown(app)
        app.screen.refresh_data()  # type: ignore[attr-defined]
        await settled(app)
        await send(app, ENTER, burst=False)
        assert deeds(app) == []


async def test_a_mistake_in_the_reminders_is_said_before_the_mail_is_shown(told: Path) -> None:
    async with running(told) as app:
        await send(app, "/nora\nrthu 1p", burst=False)
        app.screen.query_one("#reminders").value = "soon"  # type: ignore[attr-defined]
        await send(app, ctrl("e"), burst=False)
        assert "hours before, such as 72, 24" in shown(app)
        app.screen.query_one("#reminders").value = "24"  # type: ignore[attr-defined]
        await send(app, ctrl("e"), burst=False)
        assert app.screen.query_one(TextArea).text


async def test_a_message_that_was_begun_and_left_is_there_again(mailing: Path) -> None:
    async with running(mailing) as app:
        await send(app, "/nora\nm", burst=False)
        assert "nora@client.example" in shown(app).splitlines()[0] + shown(app)
        app.screen.query_one(TextArea).text = "Half of it"
        await send(app, "\x1b", burst=False)
        await send(app, "m", burst=False)
        assert app.screen.query_one(TextArea).text == "Half of it" and "what you had begun" in shown(app)
        await send(app, ctrl("s"), burst=False)
        await send(app, "m", burst=False)
        assert app.screen.query_one(TextArea).text == ""


async def test_u_in_the_outbox_takes_back_what_was_decided_there_and_nothing_else(mailing: Path) -> None:
    async with running(mailing) as app:
        await send(app, "6", burst=False)
        await send(app, "c", burst=False)
        states = [it.state for it in another_desk(mailing).see(ListMails()).items]
        assert sorted(it.value for it in states) == ["dropped", "queued"]
        await send(app, "u", burst=False)
        assert "It is as it was, for" in shown(app)
        assert {it.state for it in another_desk(mailing).see(ListMails()).items} == {MailState.QUEUED}
        await send(app, "u", burst=False)
        assert "nothing was just dropped or called here" in shown(app) and deeds(app) == []


async def test_a_covered_link_is_left_whole_or_taken_out(told: Path) -> None:
    desk = replace(another_desk(told), machine=MACHINE)
    desk.do(ApplyPractice(file=practice_file(MAILING)))
    async with running(told, machine=replace(MACHINE, terminal="screen", smtp=None)) as app:
        await send(app, "/nora\nc1", burst=False)
        await send(app, ctrl("e"), burst=False)
        area = app.screen.query_one(TextArea)
        whole = area.text
        assert "••••••••" in whole
        area.text = whole.replace("••••••••", "•••••••")
        await send(app, ctrl("s"), burst=False)
        assert "a covered link was changed" in shown(app)
        app.screen.query_one(TextArea).text = "Dear Nora, it is off."
        await send(app, ctrl("s"), burst=False)
        assert "mail rewritten" in shown(app)


async def test_the_no_to_all_that_wait_for_a_yes_is_asked_by_their_number(mailing: Path) -> None:
    with another_desk(mailing).store.writing() as connection:
        connection.execute("UPDATE mail SET state = 'paused'")
    async with running(mailing) as app:
        await send(app, "6d", burst=False)
        assert "Drop all that wait for a yes?" in shown(app)
        await send(app, "1\n", burst=False)
        assert "type 2 to drop them" in shown(app)
        await send(app, "\x1b", burst=False)
        assert another_desk(mailing).see(ListMails(limit=0)).paused == 2
        await send(app, "d2\n", burst=False)
        assert "2 mails are dropped" in shown(app)
        assert another_desk(mailing).see(ListMails(limit=0)).paused == 0
