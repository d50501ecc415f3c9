"""Other calendars for comparison, each with a small throwaway calendar of ten visits a day."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DAYS = 60
A_DAY = 10

KHAL = """\
[calendars]
[[work]]
path = {calendar}
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {cache}
"""
EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//frontdesk//benchmark//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%S}
DTEND:{end:%Y%m%dT%H%M%S}
SUMMARY:{text}
END:VEVENT
END:VCALENDAR
"""


class Peer(NamedTuple):
    command: tuple[str, ...]
    marker: str
    quit: tuple[bytes, ...]
    environment: dict[str, str]


def ikhal(home: Path) -> Peer | None:
    program = shutil.which("ikhal")
    if program is None:
        return None
    return Peer((program, "-c", str(khal_config(home))), "Visit 0", (b"q",), _environment(home))


def khal_list(home: Path) -> Peer | None:
    program = shutil.which("khal")
    if program is None:
        return None
    command = (program, "-c", str(khal_config(home)), "list", "today", "1d")
    return Peer(command, "Visit 0", (), _environment(home))


def calcurse(home: Path) -> Peer | None:
    program = shutil.which("calcurse")
    if program is None:
        return None
    kept = home / "calcurse"
    kept.mkdir(exist_ok=True)
    kept.joinpath("apts").write_text(
        "".join(
            f"{start:%m/%d/%Y @ %H:%M} -> {start + dt.timedelta(minutes=30):%m/%d/%Y @ %H:%M}|{text}\n"
            for start, text in visits()
        )
    )
    kept.joinpath("todo").touch()
    folders = ("-D", str(kept), "-C", str(kept))
    return Peer((program, *folders), "Visit 0", (b"q", b"y"), _environment(home))


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LC_TIME": "C"}


def khal_config(home: Path) -> Path:
    calendar, config = home / "calendar", home / "khal.conf"
    if not config.exists():
        calendar.mkdir()
        for number, (start, text) in enumerate(visits()):
            event = EVENT.format(uid=number, start=start, end=start + dt.timedelta(minutes=30), text=text)
            calendar.joinpath(f"{number}.ics").write_text(event.replace("\n", "\r\n"), newline="")
        config.write_text(KHAL.format(calendar=calendar, cache=home / "khal.db"))
    return config


def visits() -> Iterator[tuple[dt.datetime, str]]:
    """Around today, which is where these programs open."""
    first = dt.date.today() - dt.timedelta(days=DAYS // 2)
    for day in range(DAYS):
        for number in range(A_DAY):
            at = dt.time(9 + number // 2, number % 2 * 30)
            yield dt.datetime.combine(first + dt.timedelta(days=day), at), f"Visit {number}"
