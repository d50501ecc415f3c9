"""What clients' calendar programs answer, and what it means here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core.asks.appointments import RescheduleAppointment, ShowAppointment
from frontdesk.core.asks.notices import ListNotices
from frontdesk.core.asks.replies import ReceiveReply
from frontdesk.core.asks.requests import ListRequests
from frontdesk.core.asks.schedule import ListWork
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, Status
from frontdesk.core.domain.errors import BadInput, NotFound, Refused
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.people import Contact, ContactId
from frontdesk.core.parse.replies import reply
from tests.builders import Clock, booked, on
from tests.operations.mailing import a_client, mailing

CLARA = "clara@client.example"


def answer(
    it: Appointment,
    partstat: str,
    *,
    method: str = "REPLY",
    who: str = CLARA,
    sender: str = "",
    more: str = "",
    stamp: str = "DTSTAMP:20261123T080000Z",
) -> bytes:
    """As calendar programs send it: an ordinary mail with the answer as one part."""
    message = EmailMessage()
    message["From"] = f"Clara <{sender or who}>"
    message["To"] = "desk@test.example"
    message["Subject"] = f"{partstat}: Appointment"
    message.set_content(f"Clara has {partstat.lower()} the invitation.")
    start = datetime.fromtimestamp(it.start, UTC)
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Somebody//Calendar//EN", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{it.holder}@frontdesk", f"SEQUENCE:{it.sequence}", stamp,
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "ORGANIZER:mailto:desk@test.example",
        f"ATTENDEE;PARTSTAT={partstat};CN=Clara:mailto:{who}", "COMMENT:I am sorry\\, the bus", *more.splitlines(),
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    if more:
        lines = [it for it in lines if not (it.startswith("DTSTART") and it not in more.splitlines())]
    message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    return message.as_bytes()


def receive(desk: Desk, raw: bytes) -> Event:
    given = reply(raw)
    fields: dict[str, Any] = {name: getattr(given, name) for name in given.__dataclass_fields__}
    return desk.do(ReceiveReply(**fields))


@pytest.fixture
def mailed(desk: Desk) -> Desk:
    return mailing(desk)


@pytest.fixture
def it(mailed: Desk) -> Appointment:
    return booked(mailed, on(26, 10), client=a_client(mailed).id).appointment


def status_of(desk: Desk, it: Appointment) -> Status:
    return desk.see(ShowAppointment(appointment=it.id)).appointment.status


@pytest.mark.covers("3-21")
def test_accepted_confirms(mailed: Desk, it: Appointment) -> None:
    receive(mailed, answer(it, "ACCEPTED"))
    assert status_of(mailed, it) is Status.CONFIRMED


@pytest.mark.covers("3-21")
def test_declined_is_a_question_for_the_desk_and_cancels_nothing(mailed: Desk, it: Appointment) -> None:
    receive(mailed, answer(it, "DECLINED"))
    with pytest.raises(Refused):
        receive(mailed, answer(it, "DECLINED"))  # mails come twice
    assert status_of(mailed, it) is Status.BOOKED
    [line] = mailed.see(ListWork())
    assert (line.work.cause, line.work.appointment) == ("declined", it.id)
    assert mailed.see(ListNotices())[0].notice.kind.value == "answered_no"


@pytest.mark.covers("3-21")
def test_another_time_becomes_a_request_that_holds_it(mailed: Desk, it: Appointment) -> None:
    other = f"DTSTART:{on(27, 10).replace(tzinfo=UTC):%Y%m%dT%H%M%SZ}"
    receive(mailed, answer(it, "TENTATIVE", method="COUNTER", more=other))
    [line] = mailed.see(ListWork())
    assert line.work.cause == "countered"  # Ann does not work there on Fridays
    good = f"DTSTART:{on(26, 15).replace(tzinfo=UTC):%Y%m%dT%H%M%SZ}"
    receive(mailed, answer(it, "TENTATIVE", method="COUNTER", more=good, stamp="DTSTAMP:20261123T080100Z"))
    [asked] = mailed.see(ListRequests()).items
    assert asked.request.appointment == it.id and asked.request.slot.start == it.start + 5 * 3600
    assert asked.request.description == "I am sorry, the bus"
    assert status_of(mailed, it) is Status.BOOKED


def test_an_answer_to_an_older_time_or_by_somebody_else_changes_nothing(mailed: Desk, it: Appointment) -> None:
    old = answer(it, "ACCEPTED")
    moved = mailed.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 14))).appointment
    with pytest.raises(Refused):
        receive(mailed, old)
    with pytest.raises(NotFound):
        receive(mailed, answer(moved, "ACCEPTED", who="mallory@evil.example"))
    assert status_of(mailed, it) is Status.BOOKED


def test_answers_count_in_the_order_in_which_they_were_written(mailed: Desk, it: Appointment) -> None:
    """A mail that was held up on the way does not undo what was answered after it."""
    receive(mailed, answer(it, "ACCEPTED", stamp="DTSTAMP:20261123T090000Z"))
    for stamp in ("DTSTAMP:20261123T085959Z", "DTSTAMP:20261123T090000Z"):
        with pytest.raises(Refused):
            receive(mailed, answer(it, "DECLINED", stamp=stamp))
    assert mailed.see(ListWork()) == ()
    receive(mailed, answer(it, "DECLINED", stamp="DTSTAMP:20261123T090001Z"))
    assert len(mailed.see(ListWork())) == 1


def test_without_a_time_the_one_that_comes_later_counts_and_none_twice(mailed: Desk, it: Appointment) -> None:
    receive(mailed, answer(it, "DECLINED", stamp="X-NONE:1"))
    with pytest.raises(Refused):
        receive(mailed, answer(it, "DECLINED", stamp="X-NONE:1"))
    receive(mailed, answer(it, "ACCEPTED", stamp="X-NONE:1"))
    assert status_of(mailed, it) is Status.CONFIRMED


@pytest.mark.parametrize(
    ("who", "sender"), [(CLARA, "clara@work.example"), ("mum@client.example", CLARA), ("mum@client.example", "")]
)
def test_another_address_of_theirs_is_a_question_and_never_obeyed(mailed: Desk, who: str, sender: str) -> None:
    mum = Contact(id=ContactId("mum"), name="Mum", email="mum@client.example")
    client = a_client(mailed, contacts=(mum,))
    it = booked(mailed, on(26, 10), client=client.id).appointment
    event = receive(mailed, answer(it, "ACCEPTED", who=who, sender=sender))
    assert status_of(mailed, it) is Status.BOOKED
    [line] = mailed.see(ListWork())
    assert (line.work.cause, line.work.appointment) == ("accepted", it.id)
    assert who in event.text


def test_headers_that_take_long_to_read_are_left_alone(it: Appointment) -> None:
    raw = answer(it, "ACCEPTED")
    for slow in (b"Subject: " + b"x" * 20_000 + b"\n", b"content-type: text/plain\n" * 300):
        with pytest.raises(BadInput):
            reply(slow + raw)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: b"\xff\xfe\x00 nonsense",
        lambda raw: raw.replace(b"METHOD:REPLY", b"METHOD:REQUEST"),
        lambda raw: raw.replace(b"@frontdesk", b"@other"),
        lambda raw: raw.replace(b"PARTSTAT=ACCEPTED", b"PARTSTAT=TENTATIVE"),
        lambda raw: raw.replace(b"BEGIN:VEVENT", b"BEGIN:VTODO").replace(b"END:VEVENT", b"END:VTODO"),
        lambda raw: raw.replace(b"text/calendar", b"text/x-nothing"),
        lambda raw: raw + b"x" * 3_000_000,
    ],
)
def test_anything_else_is_left_alone(it: Appointment, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadInput):
        reply(spoil(answer(it, "ACCEPTED")))


def test_the_command_reads_a_mail_from_its_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys
    from types import SimpleNamespace

    from frontdesk.cli.main import run
    from tests.builders import open_test_desk

    monkeypatch.setenv("HOME", str(tmp_path))
    desk = mailing(open_test_desk(tmp_path / "p.db", Clock()))
    it = booked(desk, on(26, 10), client=a_client(desk).id).appointment
    desk.close()
    codes = []
    for raw in (
        answer(it, "ACCEPTED"),
        b"Subject: hello\n\nhow are you?",
        answer(it, "ACCEPTED", who="m@evil.example"),
    ):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw), isatty=lambda: False))
        words = ["frontdesk", "--db", str(tmp_path / "p.db"), "--now", "2026-11-23T08:00", "inbound"]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            run()
        codes.append(ended.value.code)
    assert codes == [0, 2, 3]
    assert "confirmed" in capsys.readouterr().out


@pytest.mark.parametrize("start", ["20261230T1000", "soon", "99991231T235959Z", "00010101T000000Z", "20261126"])
def test_a_proposal_of_no_time_people_mean_is_left_alone(mailed: Desk, it: Appointment, start: str) -> None:
    with pytest.raises(BadInput) as refused:
        reply(answer(it, "TENTATIVE", method="COUNTER", more=f"DTSTART:{start}"))

    assert refused.value.field == "message"
