"""Delivery, against the same mails over aiosmtplib alone: one connection, and one connection a mail.

    python benchmarks/mail.py [mails]

The server is aiosmtpd in a process of its own; the three take turns, the median of the ratios counts.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiosmtplib
from aiosmtpd.controller import Controller
from timing import size

from frontdesk.core.asks.appointments import BookAppointment
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk, open_desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.machine import Machine, Security, Smtp
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.message import message
from frontdesk.core.sender import Sender
from frontdesk.core.store import mails
from frontdesk.core.store.look import Look
from tests.builders import PRACTICE

ROUNDS = size(9, 1)


class Sink:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 taken"


def serve(port: Any, stop: Any) -> None:
    gc.disable()  # a collection of the server's would fall on whoever is sending just then
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=number, ready_timeout=10)
    controller.start()
    port.value = number
    stop.wait()
    controller.stop()


def fill(desk: Desk, many: int, after_days: int) -> None:
    """So many mails that are due."""
    start = desk.now() // 86400 * 86400 + after_days * 86400 + 9 * 3600
    for n in range(many):
        desk.do(
            BookAppointment(
                service=ServiceId("review"),
                start=start + n * 3600,
                client=NewClient(name=f"Client {n}", email=f"c{n}@example.org"),
                practitioner=StaffId("ann"),
                override="a benchmark",
            )
        )


def raw(desk: Desk) -> list[tuple[str, bytes]]:
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=SYSTEM, now=desk.now())
        return [
            (
                it.recipient,
                message(
                    it,
                    text=it.letter.text,
                    html=it.letter.html,
                    sender="desk@example.org",
                    sender_name="Test",
                    reply_to="desk@example.org",
                    at=desk.now(),
                ),
            )
            for it in mails.everything(look)
            if it.state is MailState.QUEUED
        ]


async def one_connection(port: int, letters: list[tuple[str, bytes]]) -> float:
    begun = time.perf_counter()
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        for recipient, text in letters:
            await client.sendmail("desk@example.org", recipient, text)
    return len(letters) / (time.perf_counter() - begun)


async def connect_each(port: int, letters: list[tuple[str, bytes]]) -> float:
    begun = time.perf_counter()
    for recipient, text in letters:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            await client.sendmail("desk@example.org", recipient, text)
    return len(letters) / (time.perf_counter() - begun)


async def frontdesk(desk: Desk, smtp: Smtp, many: int) -> float:
    sender = Sender(desk.acting(SYSTEM), smtp, desk.now)
    begun = time.perf_counter()
    sent = await sender.deliver()
    assert sent == many, (sent, many)
    return sent / (time.perf_counter() - begun)


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else size(300, 10)
    port, stop = multiprocessing.Value("i", 0), multiprocessing.Event()
    server = multiprocessing.Process(target=serve, args=(port, stop), daemon=True)
    server.start()
    while not port.value and server.is_alive():
        time.sleep(0.05)
    smtp = Smtp(host="127.0.0.1", port=port.value, security=Security.NONE, sender="desk@example.org")
    to_one, to_each = [], []
    for n in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            desk = open_desk(str(Path(folder) / "b.db"), create=True, machine=Machine(smtp=smtp))
            text = PRACTICE.replace("[booking]", "[mail]\ngrace = 0\n[booking]")
            desk.do(ApplyPractice(file=practice_file(text)))
            fill(desk, 8, 3)
            asyncio.run(
                Sender(desk.acting(SYSTEM), smtp, desk.now).deliver()
            )  # one that runs has its statements made
            fill(desk, many, 10)
            letters = raw(desk)
            bare = asyncio.run(one_connection(port.value, letters))
            each = asyncio.run(connect_each(port.value, letters))
            ours = asyncio.run(frontdesk(desk, smtp, len(letters)))
            desk.close()
        to_one.append(ours / bare)
        to_each.append(ours / each)
        print(
            f"round {n + 1}: one connection {bare:.0f}/s · connect each {each:.0f}/s · frontdesk {ours:.0f}/s"
            f" · {ours / bare:.2f} of the one, {ours / each:.2f} of connecting each"
        )
    stop.set()
    print(
        f"median of {ROUNDS}: {statistics.median(to_one):.2f} of one connection (goal 0.7),"
        f" {statistics.median(to_each):.2f} of a connection each (goal 1.4)"
    )


if __name__ == "__main__":
    main()
