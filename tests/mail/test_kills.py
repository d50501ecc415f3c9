"""Workers that die while they deliver: nothing is lost, little comes twice, and that as the same message.

With `--full` 2,000 mails and 60 kills; in everyday runs 120 mails and 4 kills.
"""

from __future__ import annotations

import collections
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.asks.requests import ApproveRequests
from frontdesk.core.desk import Desk
from frontdesk.core.domain.outbox import LEASE, MailState, is_told
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.told import MailKind
from frontdesk.core.store import mails as mail_rows
from frontdesk.core.store.look import Look
from tests.builders import Clock, booked, on, open_test_desk
from tests.mail.servers import Inbox, Moody, serving
from tests.operations.asking import asked as asked_for
from tests.operations.mailing import a_client, mailing
from tests.sizes import size

MAILS, KILLS = size((120, 4), full=(2000, 60))
WORKERS = 4

WORKER = """
import asyncio, sys, time
from pathlib import Path
from dataclasses import replace
from frontdesk.core.desk import Desk
from frontdesk.core.domain.machine import Security, Smtp
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.sender import Sender
from frontdesk.core.store.engine import Store
from tests.operations.asking import asked as asked_for
from tests.operations.mailing import MACHINE
url, port, clock = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE)
now = lambda: int(clock.read_text() or 0) or now()
desk = Desk(Store(url), actor=SYSTEM, clock=now, machine=replace(MACHINE, smtp=smtp))
while True:
    asyncio.run(Sender(desk, smtp, now, timeout=5).deliver())
    time.sleep(0.02)
"""


@pytest.mark.parametrize("moves", [False, True], ids=["alone", "while appointments move"])
def test_nothing_is_lost_and_only_what_was_cut_off_comes_twice(store_url: str, tmp_path: Path, moves: bool) -> None:
    clock = Clock()
    desk = mailing(open_test_desk(store_url, clock))
    seed = random.Random(11)
    made = []
    for n in range(MAILS // 2):  # a client and a practitioner each
        client = a_client(desk, f"Client {n}", f"c{n}@client.example")
        start = on(24 + n % 4, 9 + n // 4 % 8, n // 32 % 4 * 15)
        made.append(booked(desk, start, client=client.id, override="a full day").appointment)

    def move_one() -> None:
        if moves and made:
            it = made.pop(seed.randrange(len(made)))
            to = on(27, 9 + seed.randrange(8), seed.randrange(4) * 15)
            desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=to, override="a full day"))

    clock.now += 61
    inbox, killed = delivered_by_workers_who_die(desk, clock, store_url, tmp_path, KILLS, move_one)
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=clock.now)
        kept = list(mail_rows.everything(look))
    left = {it.state for it in kept}
    assert left <= {MailState.SENT, MailState.SUPERSEDED}, left
    arrived = collections.Counter(str(it["Message-ID"]) for it in inbox.messages)
    sent = {it.message_id for it in kept if it.state is MailState.SENT}
    assert sent <= set(arrived)  # nothing is lost
    assert set(arrived) <= {it.message_id for it in kept}  # nothing was made up
    never = {it.message_id for it in kept if it.state is MailState.SUPERSEDED and not is_told(it)}
    assert not never & set(arrived)  # nothing left for a sequence that was over
    twice = sum(arrived.values()) - len(arrived)
    assert twice <= killed + inbox.ambiguous, (twice, killed, inbox.ambiguous)
    assert inbox.faults >= len(inbox.raw) * 0.25
    _require_order(inbox, {it.message_id: (it.about.id, it.recipient, it.about.sequence) for it in kept})
    faults = f"{inbox.faults} faults ({inbox.ambiguous} ambiguous)"
    print(f"{len(kept)} mails, {killed} kills, {faults}: {twice} twice, 0 lost")
    desk.close()


def delivered_by_workers_who_die(
    desk: Desk, clock: Clock, url: str, folder: Path, kills: int, at_each: Callable[[], None]
) -> tuple[Inbox, int]:
    """Everything that waits, sent by a crew of which one after the other is killed, to a server in a bad mood."""
    seed = random.Random(12)
    ticks = folder / "clock"

    def tick(seconds: int) -> None:
        clock.now += seconds
        fresh = folder / "clock.new"
        fresh.write_text(str(clock.now))
        fresh.replace(ticks)

    tick(0)
    inbox, killed = Inbox(), 0
    with serving(Moody(inbox, share=0.35, seed=5)) as port:
        words = [sys.executable, "-c", WORKER, url, str(port), str(ticks)]
        crew = [subprocess.Popen(words) for _ in range(WORKERS)]
        try:
            until = time.monotonic() + 60 + MAILS / 5
            while time.monotonic() < until:
                time.sleep(seed.uniform(0.05, 0.3))
                tick(12)
                if killed < kills:
                    n = seed.randrange(WORKERS)
                    crew[n].send_signal(signal.SIGKILL)
                    crew[n].wait()
                    killed += 1
                    crew[n] = subprocess.Popen(words)
                    at_each()
                else:
                    tick(LEASE // 12)
                    if not desk.see(ListMails(limit=0)).waiting:
                        break
        finally:
            for worker in crew:
                worker.kill()
                worker.wait()
    return inbox, killed


def half_hours() -> Iterator[datetime]:
    """Of the mornings and afternoons of weeks to come."""
    for day in range(400):
        at = on(24, 0) + timedelta(days=day)
        if at.weekday() < 4:
            yield from (at + timedelta(minutes=30 * half) for half in (*range(18, 24), *range(26, 34)))


def test_what_one_act_did_comes_whole_in_one_letter_whoever_dies(store_url: str, tmp_path: Path) -> None:
    clock = Clock()
    desk = mailing(open_test_desk(store_url, clock))
    free, refs = {who: half_hours() for who in ("ann", "bob")}, {}
    for n in range(MAILS // 12):
        client = a_client(desk, f"Client {n}", f"c{n}@client.example")
        who = StaffId("ann" if n % 2 else "bob")
        asked = [asked_for(desk, start, client.id, practitioner=who) for start in islice(free[who], 3)]
        batch = desk.do(ApproveRequests(requests=tuple((it.id, it.revision) for it in asked)))
        refs[client.email] = {it.appointment.ref for it in batch.events}
    clock.now += 61

    inbox, killed = delivered_by_workers_who_die(desk, clock, store_url, tmp_path, KILLS, lambda: None)

    letters = [(_address(it), it) for it in inbox.messages if "@client.example" in str(it["To"])]
    told = {(email, str(it["Message-ID"])) for email, it in letters}
    assert sorted(email for email, _ in told) == sorted(refs)  # each got one, under one id
    for email, it in letters:
        text = it.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert set(re.findall(r"Reference: (\S+)", text)) == refs[email]
    twice = len(inbox.messages) - len({str(it["Message-ID"]) for it in inbox.messages})
    assert twice <= killed + inbox.ambiguous, (twice, killed, inbox.ambiguous)
    assert {it.state for it in desk.see(ListMails(limit=10_000)).items if it.kind is MailKind.REQUEST_APPROVED} == {
        MailState.SENT
    }
    print(f"{len(told)} letters of 3, {killed} kills, {inbox.faults} faults: {twice} twice, 0 lost, none in parts")
    desk.close()


def _address(message: EmailMessage) -> str:
    return str(message["To"]).rpartition("<")[2].rstrip(">")


def _require_order(inbox: Inbox, known: dict[str, tuple[str, str, int]]) -> None:
    """To one reader about one appointment nothing older comes after something newer, repeats aside."""
    newest: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    for message in inbox.messages:
        id_ = str(message["Message-ID"])
        subject, recipient, sequence = known[id_]
        if id_ not in seen:
            assert sequence >= newest.get((subject, recipient), 0)
            newest[subject, recipient] = sequence
        seen.add(id_)
