"""The whole way once: from a booking through a real mail server into a mailbox on disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.machine import Security, Smtp
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.sender import Sender
from tests.builders import Clock, booked, on, open_test_desk
from tests.mail.servers import free_port, parsed
from tests.operations.mailing import a_client, mailing

SMTPD = shutil.which("smtpd") or "/usr/sbin/smtpd"


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """OpenSMTPD on loopback, delivering every address of client.example into one maildir; gives port and folder."""
    why = "" if Path(SMTPD).exists() and os.geteuid() == 0 else "OpenSMTPD is not here, or this is not root"
    if why and os.environ.get("FRONTDESK_TESTS_MUST_RUN"):
        pytest.fail(why)
    if why:
        pytest.skip(why)
    port, folder = free_port(), Path(f"/tmp/frontdesk-mta-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    maildir = folder / "box"
    maildir.mkdir()
    maildir.chmod(0o777)
    conf = folder / "smtpd.conf"
    conf.write_text(
        'table takes { "@client.example" = "nobody", "@test.example" = "nobody" }\n'  # root is never mailed to
        f"listen on 127.0.0.1 port {port} hostname mta.test.example\n"
        f'action "keep" maildir "{maildir}" virtual <takes>\n'
        'match from any for domain { "client.example", "test.example" } action "keep"\n'
    )
    conf.chmod(0o644)
    server = subprocess.Popen([SMTPD, "-d", "-f", str(conf)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(100):
            time.sleep(0.1)
            if server.poll() is not None:
                assert server.stdout is not None
                pytest.fail(server.stdout.read().decode())
            if _answers(port):
                break
        yield port, maildir
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_booking_moved_and_cancelled_lies_in_the_mailbox_as_three_letters(
    mailbox: tuple[int, Path], tmp_path: Path
) -> None:
    port, box = mailbox
    clock = Clock()
    desk = mailing(open_test_desk(tmp_path / "practice.db", clock))
    smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE)
    desk = replace(desk, machine=replace(desk.machine, smtp=smtp))

    def deliver() -> int:
        clock.now += 61
        return asyncio.run(Sender(desk.acting(SYSTEM), smtp, desk.now).deliver())

    client = a_client(desk, "Zoë Ångström")
    it = booked(desk, on(26, 10), client=client.id).appointment
    assert deliver() == 2
    desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 15)))
    assert deliver() == 2
    desk.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule"), message="Sorry!"))
    assert deliver() == 2
    assert {it.state for it in desk.see(ListMails()).items} == {MailState.SENT}
    until = time.monotonic() + 20
    while len(list(box.glob("new/*"))) < 6 and time.monotonic() < until:
        time.sleep(0.1)
    letters = [parsed(file.read_bytes()) for file in box.glob("new/*")]
    theirs = {str(it["Subject"]): it for it in letters if "clara@client.example" in str(it["To"])}
    assert set(theirs) == {
        "Booked: Thu 26 Nov 10:00 – Test Street",
        "Moved: Thu 26 Nov 15:00 – Test Street",
        "Cancelled: Thu 26 Nov 15:00 – Test Street",
    }
    gone = theirs["Cancelled: Thu 26 Nov 15:00 – Test Street"]
    assert str(gone["To"]) == "Zoë Ångström <clara@client.example>"
    assert "Sorry!" in gone.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    invitation = next(part for part in gone.walk() if part.get_content_type() == "text/calendar")
    assert "METHOD:CANCEL" in invitation.get_content() and "STATUS:CANCELLED" in invitation.get_content()
    desk.close()
