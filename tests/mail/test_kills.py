"""Workers that die while they deliver: nothing is lost, little comes twice, and that as the same message.

With `--full` 2,000 mails and 60 kills; in everyday runs 120 mails and 4 kills.
"""

from __future__ import annotations

import collections
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.domain.outbox import LEASE, MailState, is_told
from frontdesk.core.store import mails as mail_rows
from frontdesk.core.store.look import Look
from tests.builders import Clock, booked, on, open_test_desk
from tests.mail.servers import Inbox, Moody, serving
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
    clock.now += 61
    ticks = tmp_path / "clock"

    def tick(seconds: int) -> None:
        clock.now += seconds
        fresh = tmp_path / "clock.new"
        fresh.write_text(str(clock.now))
        fresh.replace(ticks)

    tick(0)
    inbox, killed = Inbox(), 0
    with serving(Moody(inbox, share=0.35, seed=5)) as port:
        words = [sys.executable, "-c", WORKER, store_url, str(port), str(ticks)]
        crew = [subprocess.Popen(words) for _ in range(WORKERS)]
        try:
            until = time.monotonic() + 60 + MAILS / 5
            while time.monotonic() < until:
                time.sleep(seed.uniform(0.05, 0.3))
                tick(12)
                if killed < KILLS:
                    n = seed.randrange(WORKERS)
                    crew[n].send_signal(signal.SIGKILL)
                    crew[n].wait()
                    killed += 1
                    crew[n] = subprocess.Popen(words)
                    if moves and made:
                        it = made.pop(seed.randrange(len(made)))
                        to = on(27, 9 + seed.randrange(8), seed.randrange(4) * 15)
                        desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=to, override="a full day"))
                else:
                    tick(LEASE // 12)
                    if not desk.see(ListMails(limit=0)).waiting:
                        break
        finally:
            for worker in crew:
                worker.kill()
                worker.wait()
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
