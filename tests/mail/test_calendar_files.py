"""The calendar files of mails, taken over by readers that are not the writer's own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.domain.practice import ReasonId
from tests.builders import Clock, booked, on, open_test_desk
from tests.operations.mailing import Post, a_client, mailing

CLARA = "clara@client.example"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Booked, moved three times, cancelled: the file of each mail."""
    clock = Clock()
    post = Post(mailing(open_test_desk(tmp_path / "practice.db", clock)), clock)
    it = booked(
        post.desk, on(24, 10), client=a_client(post.desk).id, note="Bring the X-ray, please; and water"
    ).appointment
    post.go()
    for to in (on(24, 14), on(26, 9), on(30, 15, 30)):
        post.desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=to))
        post.go()
    post.desk.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule")))
    post.go()
    made = [mail.mail.letter.calendar for mail in post.to(CLARA)]
    assert len(made) == 5
    return made


@dataclass
class Plain:
    """A calendar program as RFC 5546 has it, on vobject: one event a UID, the highest sequence counts."""

    kept: dict[str, Any] = field(default_factory=dict)

    def take(self, text: str) -> None:
        import vobject

        calendar = vobject.readOne(text)
        for event in calendar.vevent_list:
            known = self.kept.get(event.uid.value)
            if known is None or int(event.sequence.value) >= int(known.sequence.value):
                self.kept[event.uid.value] = event


def test_one_event_is_left_in_its_final_state_in_a_calendar_on_vobject(files: list[str]) -> None:
    calendar = Plain()
    for n, text in enumerate(files):
        calendar.take(text)
        [event] = calendar.kept.values()
        assert event.status.value == ("CANCELLED" if n == 4 else "CONFIRMED")
    [event] = calendar.kept.values()
    assert event.dtstart.value == datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert "METHOD:CANCEL" in files[-1] and all("METHOD:REQUEST" in it for it in files[:-1])
    late = Plain()
    for text in reversed(files):  # mails may arrive in any order
        late.take(text)
    [event] = late.kept.values()
    assert event.status.value == "CANCELLED"


def test_one_event_is_left_in_its_final_state_in_khal(files: list[str], tmp_path: Path) -> None:
    vdir = tmp_path / "calendar"
    vdir.mkdir()
    conf = tmp_path / "khal.conf"
    conf.write_text(
        f"[calendars]\n[[mine]]\npath = {vdir}\n[sqlite]\npath = {tmp_path / 'khal.db'}\n"
        "[locale]\nlocal_timezone = Europe/London\ndefault_timezone = Europe/London\n"
        "timeformat = %H:%M\ndateformat = %d.%m.%Y\nlongdateformat = %d.%m.%Y\n"
        "datetimeformat = %d.%m.%Y %H:%M\nlongdatetimeformat = %d.%m.%Y %H:%M\n[default]\ndefault_calendar = mine\n"
    )

    def khal(*words: str) -> str:
        command = [sys.executable, "-m", "khal", "-c", str(conf), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    seen = []
    for n, text in enumerate(files):
        file = tmp_path / f"{n}.ics"
        file.write_text(text, newline="")
        khal("import", "--batch", "-a", "mine", str(file))
        shown = "{start-long}|{status}|{title}"
        seen.append(khal("list", "--format", shown, "--day-format", "", "20.11.2026", "20d").split("\n"))
    assert [len([line for line in it if "|" in line]) for it in seen] == [1] * 5
    assert "24.11.2026 10:00" in seen[0][0] and "30.11.2026 15:30" in seen[3][0]
    assert "CANCELLED" in seen[4][0] and "30.11.2026 15:30" in seen[4][0]
    assert len(list(vdir.glob("*.ics"))) == 1


def test_the_file_says_no_more_than_the_mail(files: list[str]) -> None:
    for text in files:
        assert "Review" not in text  # what it is for is nobody's business who sees a calendar
        assert "Appointment: Test Street" in text


def test_two_installations_never_share_a_uid(tmp_path: Path) -> None:
    uids = set()
    for n in range(20):
        clock = Clock()
        post = Post(mailing(open_test_desk(tmp_path / f"{n}.db", clock)), clock)
        booked(post.desk, on(24, 10), client=a_client(post.desk).id)
        post.go()
        [line] = [it for it in post.to(CLARA)[0].mail.letter.calendar.splitlines() if it.startswith("UID:")]
        uids.add(line)
    assert len(uids) == 20
