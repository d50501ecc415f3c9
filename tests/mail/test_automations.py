"""What a practice has done by itself: for staff's and clients' changes alike."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    RescheduleAppointment,
    ShowAppointment,
)
from frontdesk.core.asks.automations import RehearseAutomations
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.asks.requests import RequestAppointment, RequestRescheduling, WithdrawRequest
from frontdesk.core.asks.schedule import ListWork
from frontdesk.core.asks.settings import ApplyPractice, PlanPractice, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.errors import BadInput
from frontdesk.core.domain.outbox import MailState, Webhook
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.requests import Applicant
from frontdesk.core.domain.services import RoomId, ServiceId
from frontdesk.core.domain.told import MailKind
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.sender import Sender
from tests.builders import Clock, as_staff, booked, on
from tests.operations.mailing import Post, a_client, mailing, outbox

AT_ONCE = "[policy]\nreschedule_needs_approval = false\n"


def with_automation(desk: Desk, **fields: Any) -> Desk:
    """The mailing practice with one automation: `on`, `when`, `do` as TOML writes them."""
    lines = [f"{name} = {value}" for name, value in fields.items()]
    text = "\n".join(["[[automations]]", 'id = "mine"', *lines])
    made = mailing(desk, AT_ONCE)
    made.do(ApplyPractice(file=practice_file(text)))
    return made


def moved_by(desk: Desk, who: str, hour: int = 10) -> Any:
    it = booked(desk, on(26, hour), client=a_client(desk).id).appointment
    if who == "client":
        return desk.do(RequestRescheduling(appointment=it.id, start=on(26, hour + 5)))
    return desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, hour + 5)))


@pytest.mark.covers("1-13", "1-21")
@pytest.mark.parametrize("who", ["practice", "client"])
def test_a_mail_follows_a_move_whoever_made_it(desk: Desk, clock: Clock, who: str) -> None:
    made = with_automation(
        desk,
        on='"moved"',
        do='{ mail = "client", subject = "Parking", text = "Dear {{ name }}, park behind the house. {{ it.when }}" }',
    )
    post = Post(made, clock)
    moved_by(made, who)
    post.go()
    [letter] = [it for it in post.to("clara@client.example") if it.mail.kind is MailKind.AUTOMATION]
    assert letter.mail.letter.subject == "Parking"
    assert "Dear Clara Client, park behind the house. Thursday, 26 November 2026, 15:00–15:30" in letter.text


@pytest.mark.parametrize(("by", "follows"), [("client", {"client"}), ("practice", {"practice"})])
def test_conditions_have_to_hold(desk: Desk, by: str, follows: set[str]) -> None:
    made = with_automation(
        desk,
        on='"moved"',
        when=f'{{ by = "{by}", service = "review", within_hours = "200" }}',
        do='{ mail = "practitioner", text = "look" }',
    )
    for who in ("client", "practice"):
        before = len([it for it in outbox(made) if it.kind is MailKind.AUTOMATION])
        moved_by(made, who, hour=10 if who == "client" else 11)
        after = len([it for it in outbox(made) if it.kind is MailKind.AUTOMATION])
        assert (after > before) == (who in follows)


def test_the_answer_knows_the_note_so_that_who_goes_on_is_not_stale(desk: Desk) -> None:
    made = with_automation(desk, on='"moved"', do='{ note = "check the room" }')
    moved = moved_by(made, "practice").appointment
    assert moved.internal_note == "check the room"
    assert moved == made.see(ShowAppointment(appointment=moved.id)).appointment
    made.do(CancelAppointment(appointment=moved.id, seen=moved.revision, reason=ReasonId("schedule")))


def test_a_note_and_a_task_are_recorded_and_taken_back_with_the_act(desk: Desk) -> None:
    made = with_automation(desk, on='"moved"', do='{ note = "check the room" }')
    task = '[[automations]]\nid = "mine"\non = "moved"\ndo = { note = "check the room" }\n'
    task += '[[automations]]\nid = "call"\non = "moved"\ndo = { task = "call the insurer" }\n'
    made.do(ApplyPractice(file=practice_file(task)))
    it = moved_by(made, "practice").appointment
    assert made.see(ShowAppointment(appointment=it.id)).appointment.internal_note == "check the room"
    [line] = made.see(ListWork())
    assert (line.work.cause, line.work.cause_id) == ("automation", "call")
    made.do(Undo())
    back = made.see(ShowAppointment(appointment=it.id)).appointment
    assert back.internal_note == "" and back.wall == on(26, 10)
    assert made.see(ListWork()) == ()


@contextmanager
def receiver(answers: list[int]) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server on loopback that answers one code after the other."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers[min(len(got) - 1, len(answers) - 1)])
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()


def test_a_webhook_is_signed_and_tried_again_until_it_is_taken(desk: Desk, clock: Clock) -> None:
    with receiver([503, 200]) as (url, got):
        secret = "correct horse battery"
        made = with_automation(desk, on='"cancelled"', do=f'{{ webhook = "{url}", secret = "{secret}" }}')
        made = replace(made, machine=replace(made.machine, smtp=None))  # webhooks need no mail server
        it = booked(made, on(26, 10), client=a_client(made).id).appointment
        made.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule")))
        for _ in range(2):
            clock.now += 120
            asyncio.run(Sender(made.acting(SYSTEM), None, made.now).deliver())
    assert len(got) == 2 and got[0][1] == got[1][1]
    headers, body = got[1]
    parts = dict(part.split("=") for part in headers["Frontdesk-Signature"].split(","))
    signed = hmac.new(secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert parts["v1"] == signed
    told = json.loads(body)
    assert (told["on"], told["ref"], told["by"]) == ("cancelled", it.ref, "practice")
    assert b"Clara" not in body  # names are asked for, not sent
    [hook] = [it for it in made.see(ListMails()).items if isinstance(it, Webhook)]
    assert hook.state is MailState.SENT and secret not in str(hook)


def test_a_webhook_that_is_refused_or_leads_elsewhere_has_failed(desk: Desk, clock: Clock) -> None:
    for code in (410, 302):
        with receiver([code]) as (url, got):
            made = with_automation(desk, on='"booked"', do=f'{{ webhook = "{url}", secret = "0123456789abcdef" }}')
            booked(made, on(26, 10 if code == 410 else 11), client=a_client(made).id)
            clock.now += 61
            asyncio.run(Sender(made.acting(SYSTEM), None, made.now).deliver())
            assert len(got) == 1
    states = [it.state for it in made.see(ListMails()).items if isinstance(it, Webhook)]
    assert states == [MailState.FAILED] * 2


@pytest.mark.parametrize(
    ("text", "field", "hint"),
    [
        ('on = "mooved"\ndo = { note = "x" }', "automations.1.on", "booked"),
        (
            'on = "moved"\nwhen = { service = "revew" }\ndo = { note = "x" }',
            "automations.mine.when.service",
            "review",
        ),
        (
            'on = "moved"\ndo = { note = "x" }\n[[automations]]\nid = "mine"\non = "moved"\ndo = { note = "y" }',
            "id",
            "",
        ),
        ('on = "moved"\nwhen = { servce = "x" }\ndo = { note = "x" }', "servce", "service"),
        ('on = "moved"\ndo = { note = "x", task = "y" }', "automations.1.do", "one of"),
        ('on = "moved"\ndo = { webhook = "http://a.example/", secret = "0123456789abcdef" }', "webhook", "https"),
        ('on = "moved"\ndo = { webhook = "https://a.example/", secret = "short" }', "secret", "16"),
        ('on = "moved"\ndo = { mail = "client", text = "{{ nmae }}" }', "automations.mine.do.text", "name"),
        ('on = "moved"\ndo = { mail = "client", text = "{% for %}" }', "automations.mine.do.text", ""),
        ('on = "moved"\ndo = { mail = "nobody", text = "x" }', "mail", "client"),
    ],
)
def test_what_cannot_be_understood_is_said_when_it_is_saved(desk: Desk, text: str, field: str, hint: str) -> None:
    with pytest.raises(BadInput) as wrong:
        desk.do(ApplyPractice(file=practice_file(f'[[automations]]\nid = "mine"\n{text}\n')))
    assert field in wrong.value.field and hint in str(wrong.value.hint)


@pytest.mark.covers("1-12")
def test_a_practices_own_template_replaces_ours_and_a_wrong_name_is_told(desk: Desk, clock: Clock) -> None:
    words = "Subject: Neu: {{ it.when }}\\nSee you {{ it.when }}, {{ name }}.\\n\\n{{ manage }}"
    own = f'[mail.templates]\nmoved_client = "{words}"\n'
    post = Post(mailing(desk, own + AT_ONCE), clock)
    moved_by(post.desk, "practice")
    post.go(after=0)
    it = booked(post.desk, on(25, 10), client=a_client(post.desk, "Dora", "d@client.example").id).appointment
    post.go()
    post.desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 9)))
    post.go()
    letter = post.to("d@client.example")[-1]
    assert letter.mail.letter.subject == "Neu: Thursday, 26 November 2026, 09:00–09:30"
    assert "See you Thursday" in letter.text and 'href="https://book.test.example/a/' in letter.html
    for text, near in (("{{ mannage }}", "manage"), ("{{ practice.nam }}", "name"), ("{{ ''.__class__ }}", "")):
        with pytest.raises(BadInput) as wrong:
            mailing(desk, f'[mail.templates]\nmoved_client = "{text}"\n')
        assert near in str(wrong.value.hint)
    with pytest.raises(BadInput) as wrong:
        mailing(desk, '[mail.templates]\nmoved_clint = "x"\n')
    assert wrong.value.hint == "moved_client"


def test_past_events_show_what_would_have_been_done_and_nothing_is(desk: Desk) -> None:
    made = mailing(desk, AT_ONCE)
    moved_by(made, "client")
    text = (
        '[[automations]]\nid = "mine"\non = "moved"\nwhen = { by = "client" }\ndo = { note = "x" }\nenabled = false\n'
    )
    made.do(ApplyPractice(file=practice_file(text)))
    before = outbox(made)
    [seen] = made.see(RehearseAutomations(first=date(2026, 11, 23), last=date(2026, 11, 23)))
    assert (seen.automation.id, seen.on, seen.line.operation) == ("mine", "moved", "reschedule")
    assert outbox(made) == before


PARKING = '{ mail = "client", text = "Park behind the house. {{ it.when }}" }'


def parking(post: Post) -> list[str]:
    return [it.text for it in post.to("clara@client.example") if it.mail.kind is MailKind.AUTOMATION]


def test_an_automations_mail_that_waits_tells_how_it_is_when_it_leaves(desk: Desk, clock: Clock) -> None:
    made = with_automation(desk, on='"booked"', do=PARKING)
    post = Post(made, clock)
    it = booked(made, on(26, 10), client=a_client(made).id).appointment
    made.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 11)))
    post.go()
    assert len(parking(post)) == 1 and "11:00" in parking(post)[0]


def test_an_automation_that_waits_for_moves_tells_of_the_last_one_once(desk: Desk, clock: Clock) -> None:
    made = with_automation(desk, on='"moved"', do=PARKING)
    post = Post(made, clock)
    it = moved_by(made, "practice").appointment
    made.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 14)))
    post.go()
    assert len(parking(post)) == 1 and "14:00" in parking(post)[0]


def test_an_automations_mail_is_not_sent_for_what_died_meanwhile(desk: Desk, clock: Clock) -> None:
    made = with_automation(desk, on='"booked"', do=PARKING)
    post = Post(made, clock)
    it = booked(made, on(26, 10), client=a_client(made).id).appointment
    made.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule")))
    post.go()
    assert parking(post) == []


def test_a_redo_writes_again_what_the_undo_took_back(desk: Desk, clock: Clock) -> None:
    made = with_automation(desk, on='"booked"', do=PARKING)
    post = Post(made, clock)
    booked(made, on(26, 10), client=a_client(made).id)
    made.do(Undo())
    made.do(Redo())
    post.go()
    assert len(parking(post)) == 1
    made.do(Undo())
    made.do(Redo())
    post.go()
    assert len(parking(post)) == 1  # it was read


def hooks(desk: Desk) -> list[bool]:
    """Of the webhooks that left, in order: whether each says that something is undone."""
    found = [it for it in desk.see(ListMails()).items if isinstance(it, Webhook) and it.state is MailState.SENT]
    return [json.loads(it.body).get("undone", False) for it in sorted(found, key=lambda it: it.id)]


def test_who_listens_is_told_of_an_undo_only_where_they_heard_of_the_act(desk: Desk, clock: Clock) -> None:
    made = with_automation(
        desk, on='"booked"', do='{ webhook = "https://hook.example/", secret = "0123456789abcdef" }'
    )
    post = Post(made, clock)
    booked(made, on(26, 10), client=a_client(made).id)
    made.do(Undo())
    post.go()
    assert hooks(made) == []  # within the grace period
    made.do(Redo())
    post.go()
    assert hooks(made) == [False]
    made.do(Undo())
    made.do(Redo())
    post.go()
    assert hooks(made) == [False]
    made.do(Undo())
    post.go()
    assert hooks(made) == [False, True]
    made.do(Redo())
    post.go()
    assert hooks(made) == [False, True, False]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_request_of_somebody_unknown_is_followed_too_unless_it_is_withdrawn(
    desk: Desk, clock: Clock, withdrawn: bool
) -> None:
    made = with_automation(desk, on='"requested"', do='{ mail = "client", text = "Thank you, {{ name }}." }')
    made.do(ApplyPractice(file=practice_file("[portal]\nnew_clients = true\n")))
    post = Post(made, clock)
    asked = made.do(
        RequestAppointment(
            service=ServiceId("review"),
            start=on(26, 10),
            client=Applicant(name="New Person", email="clara@client.example", phone="+44 20 7946 0009"),
            practitioner=StaffId("ann"),
        )
    ).request  # type: ignore[union-attr]
    if withdrawn:
        made.do(WithdrawRequest(request=asked.id, seen=None))
    post.go()
    assert ["Thank you, New Person." in it for it in parking(post)] == [True] * (not withdrawn)


def test_what_webhooks_are_signed_with_is_for_who_may_change_it(desk: Desk) -> None:
    made = with_automation(
        desk, on='"booked"', do='{ webhook = "https://hook.example/", secret = "0123456789abcdef" }'
    )
    assert "0123456789abcdef" in str(made.see(ShowSetup()))
    assert "0123456789abcdef" not in str(as_staff(made, "rita").see(ShowSetup()))


def test_a_plan_of_a_practice_refuses_what_applying_it_would(desk: Desk) -> None:
    text = '[[automations]]\nid = "mine"\non = "moved"\ndo = { mail = "client", text = "{{ nmae }}" }\n'
    with pytest.raises(BadInput):
        desk.see(PlanPractice(file=practice_file(text)))


@pytest.mark.parametrize("how", ["moved and undone", "cancelled and undone", "into another room"])
def test_an_automations_mail_waits_through_what_comes_and_goes(desk: Desk, clock: Clock, how: str) -> None:
    made = with_automation(desk, on='"booked"', do=PARKING)
    post = Post(made, clock)
    ask = BookAppointment(
        service=ServiceId("training"), start=on(26, 10), client=a_client(made).id, practitioner=StaffId("bob")
    )
    it = made.do(ask).appointment
    if how == "into another room":
        other = RoomId("pool" if it.room == "gym" else "gym")
        made.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 10), room=other))
    else:
        if how == "moved and undone":
            made.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 11)))
        else:
            made.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule")))
        made.do(Undo())
    post.go()
    assert len(parking(post)) == 1 and "10:00" in parking(post)[0]


@pytest.mark.parametrize(
    "deed", ['{ note = "x" }', '{ webhook = "https://hook.example/", secret = "0123456789abcdef" }']
)
def test_an_automation_that_became_another_keeps_nobody_from_anything(desk: Desk, clock: Clock, deed: str) -> None:
    made = with_automation(desk, on='"booked"', do=PARKING)
    it = booked(made, on(26, 10), client=a_client(made).id).appointment
    made.do(ApplyPractice(file=practice_file(f'[[automations]]\nid = "mine"\non = "booked"\ndo = {deed}\n')))
    made.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 11)))
    made.do(Undo())
    post = Post(made, clock)
    post.go()
    assert parking(post) == []
