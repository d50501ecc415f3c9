"""Mails and calendar files as chance spoils them: taken, or refused with a sentence, in a moment, never a fault."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from datetime import date

import pytest

from frontdesk.core.domain.errors import BadInput
from frontdesk.core.parse import csv, ics, replies
from tests.sizes import size

COUNT = size(200, 10_000)
LARGEST = 2_000_000
TODAY = date(2026, 11, 23)

EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Some//Calendar//EN
X-WR-CALNAME:Ann Archer
X-WR-TIMEZONE:Europe/London
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1@x
SUMMARY:Clara Client
DTSTAMP:20261101T080000Z
DTSTART;TZID=Europe/Berlin:20261124T090000
DTEND;TZID=Europe/Berlin:20261124T093000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=9
EXDATE;TZID=Europe/Berlin:20261208T090000
ATTENDEE;CN="Clara; Client";PARTSTAT=ACCEPTED:mailto:clara@client.example
END:VEVENT
BEGIN:VEVENT
UID:1@x
RECURRENCE-ID;TZID=Europe/Berlin:20261126T090000
SUMMARY:Clara Client
DTSTART;TZID=Europe/Berlin:20261126T100000
DURATION:PT30M
SEQUENCE:2
STATUS:TENTATIVE
END:VEVENT
BEGIN:VEVENT
UID:2@x
SUMMARY:Holiday
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
RDATE;VALUE=DATE:20271224
TRANSP:OPAQUE
DESCRIPTION:long and \\n folded
  over lines\\, with commas
END:VEVENT
END:VCALENDAR
"""

ANSWER = """From: Clara <clara@client.example>
To: desk@test.example
Subject: =?utf-8?q?Accepted=3A_Review?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Clara has accepted =E2=80=93 see you.
--b1
Content-Type: text/calendar; charset=utf-8; method=COUNTER
Content-Transfer-Encoding: 8bit

BEGIN:VCALENDAR
VERSION:2.0
METHOD:COUNTER
BEGIN:VEVENT
UID:08c1262a-4c38-4616-a8e3-3588bf78f4be@frontdesk
DTSTAMP:20261123T080000Z
SEQUENCE:3
DTSTART:20261127T100000Z
ATTENDEE;PARTSTAT=TENTATIVE:mailto:clara@client.example
COMMENT:a little later\\, please
END:VEVENT
END:VCALENDAR
--b1--
"""

TABLE = """id,client,client_name,practitioner,start,minutes,status,note
1,7,"Client, Clara",Ann Archer,2026-11-24 09:00,30,booked,"first
visit"
2,8,Carl Client,Ann Archer,2026-11-24 10:00,30,cancelled,
"""

SIGNS = [*"\0\r\n\t\"';:,=\\/-+(){}[]@0123456789ABCXYZ", "é", "\u2028", "\ufeff", "\ud7ff", "\u202e"]
WORDS = (
    "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "RRULE:FREQ=YEARLY;BYDAY=-53SU;BYSETPOS=-9",
    "DTSTART:99991231T235959Z", "DTSTART:00010101T000000Z", "DURATION:P9999999D", "DURATION:-PT1H", "EXDATE:",
    "TZID=Nowhere/Never:", "BEGIN:VEVENT",
    "END:VEVENT", "BEGIN:VALARM", "SEQUENCE:-1", "COUNT=999999999", "INTERVAL=999999999", "UNTIL=20991231", "RDATE:x",
    "TZOFFSETTO:+9999", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "charset=nonsense",
)  # fmt: skip


def spoiled(text: str, dice: random.Random) -> str:
    """A few places are changed, doubled, taken out, swapped, or made long."""
    lines = text.split("\n")
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at = dice.randrange(len(lines))
        match dice.randrange(9):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, dice.choice(lines))
            case 2:
                lines.insert(at, dice.choice(WORDS))
            case 3:
                other = dice.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 4:
                lines[at] = (lines[at][:5_000]) * dice.choice((2, 50, 2000))
            case 5:
                lines = lines[:at] or [""]
            case 6:
                some = [line[:10_000] for line in lines[at : at + 3]]
                lines[at : at + 3] = some * dice.choice((2, 100))
            case _:
                line, sign = lines[at], dice.choice(SIGNS)
                place = dice.randrange(len(line) + 1)
                lines[at] = line[:place] + sign * dice.choice((1, 1, 3, 300)) + line[place + dice.randrange(3) :]
        lines = lines or [""]
    return "\n".join(lines)[:LARGEST]


READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "calendar": (EVENTS, lambda text: ics.records(text, "ann.ics", "ann", "Europe/London", TODAY)),
    "answer": (ANSWER, lambda text: replies.reply(text.encode("utf-8", "replace"))),
    "table": (TABLE, lambda text: csv.records(text, "appointments.csv", "Europe/London")),
}


@pytest.mark.parametrize("kind", READERS)
def test_what_is_spoiled_is_taken_or_refused_and_never_a_fault(kind: str) -> None:
    text, read = READERS[kind]
    read(text)
    taken, slowest = 0, 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(COUNT):
        given = spoiled(text, random.Random(seed))
        began = time.monotonic()
        try:
            read(given)
            taken += 1
        except BadInput:
            pass
        except Exception as fault:
            raise AssertionError(f"seed {seed}: {fault!r}") from fault
        slowest = max(slowest, time.monotonic() - began)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"{kind}: {taken} of {COUNT} taken, slowest {slowest:.2f} s, {more} MB more")
    assert 0 < taken < COUNT
    if size(False, True):  # what a limit says of seconds and of room is held by the full run
        assert slowest < 2
        assert more < 200
