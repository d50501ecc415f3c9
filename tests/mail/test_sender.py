"""Mails over real SMTP: what arrives, and what becomes of what does not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.machine import Security, Smtp
from frontdesk.core.domain.outbox import DeliveryTrouble, Mail, MailState, QueueFault, Trouble
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.sender import Sender
from tests.builders import Clock, booked, on, open_test_desk
from tests.mail.servers import (
    Answers,
    Certificates,
    Inbox,
    Moody,
    Plain,
    Silent,
    Slow,
    authenticator,
    free_port,
    serving,
)
from tests.operations.mailing import a_client, mailing

CLARA = "clara@client.example"


class World:
    """A practice with mails that are due, and a worker for any server."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.desk: Desk = mailing(open_test_desk(folder / "practice.db", self.clock))

    def book(self, many: int = 1) -> list[Any]:
        made = []
        for n in range(many):
            client = a_client(self.desk, f"Client {n}", f"c{n}@client.example")
            made.append(booked(self.desk, on(24 + n // 8, 9 + n % 8), client=client.id, override="busy").appointment)
        self.clock.now += 61
        return made

    def deliver(self, port: int, *, timeout: float = 5, context: Any = None, **smtp: Any) -> int:
        given = {"host": "127.0.0.1", "port": port, "security": Security.NONE, **smtp}
        worker = Sender(self.desk.acting(SYSTEM), Smtp(**given), self.desk.now, context, timeout)
        return asyncio.run(worker.deliver())

    def states(self) -> list[MailState]:
        return sorted((it.state for it in self.mails()), key=lambda it: it.value)

    def mails(self) -> tuple[Mail, ...]:
        return tuple(it for it in self.desk.see(ListMails()).items if isinstance(it, Mail))

    @property
    def troubles(self) -> set[DeliveryTrouble | QueueFault]:
        return {it.delivery.trouble.kind for it in self.mails() if it.delivery.trouble is not None}

    @property
    def fault(self) -> Trouble | None:
        """What keeps all mails from leaving."""
        still = self.desk.see(ListMails()).standstill
        return still.trouble if still is not None else None


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_mail_arrives_whole_with_text_page_and_calendar_file(world: World) -> None:
    [it] = world.book()
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        assert world.deliver(port) == 2
    [mine] = [it for it in inbox.messages if "c0@" in str(it["To"])]
    assert str(mine["From"]) == "Test Street <desk@test.example>"
    assert str(mine["To"]) == "Client 0 <c0@client.example>"
    assert str(mine["Subject"]) == "Booked: Tue 24 Nov 09:00 – Test Street"
    assert mine["Auto-Submitted"] == "auto-generated"
    assert mine["References"] == mine["In-Reply-To"] == f"<{it.holder}@test.example>"
    kinds = [part.get_content_type() for part in mine.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    invitation = next(part for part in mine.walk() if part.get_content_type() == "text/calendar")
    assert invitation.get_param("method") == "REQUEST"
    assert "METHOD:REQUEST" in invitation.get_content()
    text = mine.get_body(("plain",))
    assert text is not None and "https://book.test.example/a/" in text.get_content()


def test_one_thread_for_all_mails_of_an_appointment_and_no_id_twice(world: World) -> None:
    [it] = world.book()
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        world.deliver(port)
        world.desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 9)))
        world.clock.now += 61
        world.deliver(port)
        world.desk.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule")))
        world.clock.now += 61
        world.deliver(port)
    assert len(inbox.messages) == 6
    assert len({it["References"] for it in inbox.messages}) == 1
    assert len({it["Message-ID"] for it in inbox.messages}) == 6


def test_a_refused_address_fails_alone_and_the_rest_arrives(world: World) -> None:
    world.book(3)
    inbox = Inbox()
    with serving(Answers(inbox, RCPT="550 no such user", to="c1@")) as port:
        assert world.deliver(port) == 5
    [failed] = [it for it in world.mails() if it.state is MailState.FAILED]
    assert failed.recipient == "c1@client.example"
    assert failed.delivery.trouble == Trouble(DeliveryTrouble.REFUSED, "550 no such user")


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"RCPT": "451 later", "to": "c0@"}, MailState.QUEUED),
        ({"DATA": "452 full"}, MailState.QUEUED),
        ({"DATA": "554 spam"}, MailState.FAILED),
        ({"RCPT": "553 never", "to": "c0@"}, MailState.FAILED),
    ],
)
def test_what_the_server_says_decides(world: World, answers: dict[str, str], state: MailState) -> None:
    world.book()
    with serving(Answers(Inbox(), **answers)) as port:
        world.deliver(port)
    [mine] = [it for it in world.mails() if it.recipient == "c0@client.example"]
    assert mine.state is state and not mine.delivery.perhaps
    assert not world.fault


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("530 sign in first", QueueFault.SIGN_IN),
        ("550 you may not send", QueueFault.SENDER_REFUSED),
        ("535 who are you", QueueFault.SIGN_IN),
    ],
)
def test_a_sender_that_is_refused_stops_the_queue_and_kills_nothing(
    world: World, answer: str, kind: QueueFault
) -> None:
    world.book(2)
    with serving(Answers(Inbox(), MAIL=answer)) as port:
        assert world.deliver(port) == 0
    assert world.states() == [MailState.QUEUED] * 4
    assert world.fault is not None and (world.fault.kind, world.fault.detail) == (kind, answer)
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        assert world.deliver(port) == 0  # it waits before it tries again
        world.clock.now += 61
        assert world.deliver(port) == 4
    assert not world.fault


def test_nobody_there_is_no_fault_of_the_mail(world: World) -> None:
    world.book(2)
    assert world.deliver(free_port()) == 0
    assert world.states() == [MailState.QUEUED] * 4 and not world.fault
    assert world.troubles == {DeliveryTrouble.NO_CONNECTION}


def test_a_server_that_falls_silent_leaves_nobody_sure(world: World) -> None:
    world.book()
    with serving(Silent(Inbox())) as port:
        assert world.deliver(port, timeout=0.5) == 0
    assert any(it.delivery.perhaps for it in world.mails())
    assert set(world.states()) == {MailState.QUEUED}


def test_the_timeout_is_for_the_whole_attempt_so_that_no_lease_ends_within_it(world: World) -> None:
    world.book()
    inbox = Inbox()
    with serving(Slow(inbox, 0.4)) as port:  # each answer comes in time, all of them do not
        assert world.deliver(port, timeout=0.6) == 0
        assert inbox.raw == [] and world.troubles == {DeliveryTrouble.TOO_SLOW}
        world.clock.now += 3600
        assert world.deliver(port, timeout=2) == 2
    assert not any(it.delivery.perhaps for it in world.mails())


def test_a_wrong_password_stops_the_queue_and_the_right_one_starts_it(world: World, tmp_path: Path) -> None:
    world.book()
    inbox, made = Inbox(), Certificates(tmp_path)
    context = made.make("good", "localhost")
    options: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": authenticator("desk", "right"),
        "auth_required": True,
    }
    trusting = made.trusting("good")
    with serving(Plain(inbox), **options) as port:
        smtp: dict[str, Any] = {"host": "localhost", "security": Security.STARTTLS, "user": "desk"}
        assert world.deliver(port, context=trusting, password="wrong", **smtp) == 0
        assert world.fault is not None and world.fault.kind is QueueFault.SIGN_IN
        assert world.states() == [MailState.QUEUED] * 2
        world.clock.now += 61
        assert world.deliver(port, context=trusting, password="right", **smtp) == 2
    assert not world.fault and len(inbox.raw) == 2


def test_starttls_that_was_stripped_sends_nothing(world: World, tmp_path: Path) -> None:
    world.book()
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        assert world.deliver(port, host="localhost", security=Security.STARTTLS, user="desk", password="x") == 0
    assert inbox.raw == [] and world.fault


@pytest.mark.parametrize("wrong", ["self-signed", "another name", "expired"])
@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.STARTTLS])
def test_a_certificate_that_does_not_hold_sends_nothing(
    world: World, tmp_path: Path, wrong: str, security: Security
) -> None:
    world.book()
    inbox, made = Inbox(), Certificates(tmp_path)
    context = made.make(
        "one", "elsewhere.example" if wrong == "another name" else "localhost", expired=wrong == "expired"
    )
    trusting = None if wrong == "self-signed" else made.trusting("one")
    tls: dict[str, Any] = {"implicit_tls": context} if security is Security.IMPLICIT else {"tls_context": context}
    with serving(Plain(inbox), **tls) as port:
        assert world.deliver(port, host="localhost", security=security, context=trusting) == 0
    assert inbox.raw == []
    assert world.fault is not None and world.fault.kind is QueueFault.TLS
    assert set(world.states()) == {MailState.QUEUED}


@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.STARTTLS])
def test_a_certificate_that_holds_carries_the_mail(world: World, tmp_path: Path, security: Security) -> None:
    world.book()
    inbox, made = Inbox(), Certificates(tmp_path)
    context = made.make("good", "localhost")
    tls: dict[str, Any] = {"implicit_tls": context} if security is Security.IMPLICIT else {"tls_context": context}
    with serving(Plain(inbox), **tls) as port:
        assert world.deliver(port, host="localhost", security=security, context=made.trusting("good")) == 2
    assert len(inbox.raw) == 2


def test_a_moody_server_gets_everything_in_the_end_and_no_other_message_twice(world: World) -> None:
    world.book(20)
    inbox = Inbox()
    with serving(Moody(inbox, share=0.4, seed=7)) as port:
        for _ in range(200):
            world.deliver(port)
            world.clock.now += 600
            if set(world.states()) == {MailState.SENT}:
                break
    ids = [str(it["Message-ID"]) for it in inbox.messages]
    assert set(world.states()) == {MailState.SENT}
    assert len(set(ids)) == 40 and len(ids) - 40 <= inbox.ambiguous
    assert inbox.faults > 5


HOSTILE = (
    "Eve\r\nBcc: everybody@evil.example",
    "Nul\x00 and \x1b]52;c;AAAA\x07 bell",
    "\u202eGnihtyna\u2066",
    "<script>alert(1)</script> & [b]Bob[/b]",
    "{{ 7*7 }}{% for x in range(9) %}{{ x }}{% endfor %}{{ config }}",
    '"; DROP TABLE mail; --',
    "BEGIN:VEVENT\nATTACH:https://evil.example",
    "\ue000manage\ue001",
)


def test_hostile_names_notes_and_reasons_reach_no_header_no_part_and_no_template(world: World) -> None:
    for n, name in enumerate(HOSTILE):
        client = a_client(world.desk, f"Eve {name}", f"e{n}@client.example")
        start = on(24, 9 + n)
        it = booked(world.desk, start, client=client.id, note=name, override="busy", message=name).appointment
        if n % 2:
            world.clock.now += 61
            ask = CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("other"), text=name, message=name)
            world.desk.do(ask)
    world.clock.now += 61
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        world.deliver(port)
    assert len(inbox.messages) >= len(HOSTILE)
    headers = {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "MIME-Version", "Content-Type", "X-Peer", "X-MailFrom", "X-RcptTo",
    }  # fmt: skip
    for message in inbox.messages:
        assert set(message.keys()) <= headers and message["Bcc"] is None
        assert "evil.example" not in str(message["To"]).partition("<")[2]
        for part in message.walk():
            assert not part.defects
            if part.is_multipart():
                continue
            content = part.get_content()
            text = content if isinstance(content, str) else content.decode()
            assert "012345678" not in text  # no template ran
            assert "<script>" not in text or part.get_content_type() != "text/html"
            assert "\x00" not in text and "\x1b" not in text and "\u202e" not in text and "\ue000" not in text
            if part.get_content_type() == "text/calendar":
                lines = text.splitlines()
                assert lines.count("BEGIN:VEVENT") == 1
                assert not [line for line in lines if line.startswith("ATTACH")]
