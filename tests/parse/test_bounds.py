"""What other programs write without measure: refused with a sentence, or taken as far as it makes sense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from frontdesk.cli.practice import _choice
from frontdesk.config import read_config
from frontdesk.core.domain.errors import BadInput
from frontdesk.core.domain.records import Records
from frontdesk.core.parse import csv, history, ics
from frontdesk.core.parse.csv_columns import mapping_file
from frontdesk.core.parse.practice import practice_file

TODAY = date(2026, 11, 23)
DEEP = 100_000


def config(text: str, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(text)
    read_config(path)


@pytest.mark.parametrize("form", ["a = {}", "x = {}", "practice = {}"])
@pytest.mark.parametrize("read", [lambda text, _: practice_file(text), lambda text, _: mapping_file(text), config])
def test_a_deeply_nested_file_is_refused(read: Callable[[str, Path], object], form: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as said:
        read(form.format("[" * DEEP + "]" * DEEP), tmp_path)
    assert said.value.hint == "it is nested too deeply"


def test_a_deeply_nested_value_of_a_setting_is_a_text_that_the_setting_refuses() -> None:
    key, value = _choice("booking.horizon=" + "[" * DEEP)
    assert key == "booking.horizon" and isinstance(value, str)


def test_deeply_nested_rows_are_refused() -> None:
    deep = "[" * DEEP
    with pytest.raises(BadInput):
        history.records(f'{{"kept": {deep}', "events.jsonl")
    with pytest.raises(BadInput):
        csv._contacts(deep, "GB")


def read(*events: str) -> Records:
    blocks = "".join(f"BEGIN:VEVENT\n{it}\nEND:VEVENT\n" for it in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nX-WR-CALNAME:Ann\n{blocks}END:VCALENDAR\n"
    return ics.records(text, "ann.ics", "ann", "Europe/London", TODAY)


def event(name: str, start: str, *more: str) -> str:
    lines = (f"UID:{name}@x", f"SUMMARY:{name}", f"DTSTART:{start}", "DURATION:PT30M", *more)
    return "\n".join(lines)


def days_of(records: Records, name: str) -> list[date]:
    starts = [it.start for it in records.appointments if it.client_name == name and isinstance(it.start, int)]
    return sorted(datetime.fromtimestamp(it, ZoneInfo("Europe/London")).date() for it in starts)


def test_what_never_ends_is_expanded_for_a_year_however_far_away_something_else_lies() -> None:
    weekly = event("Weekly", "20261102T090000Z", "RRULE:FREQ=WEEKLY")
    alone = days_of(read(weekly), "Weekly")
    assert (alone[0], alone[-1], len(alone)) == (date(2026, 11, 2), date(2027, 11, 22), 56)
    found = read(
        weekly, event("Far", "20990105T090000Z"), event("Ends", "20261102T100000Z", "RRULE:FREQ=YEARLY;COUNT=9")
    )
    assert days_of(found, "Weekly") == alone
    assert days_of(found, "Far") == [date(2099, 1, 5)]
    assert days_of(found, "Ends") == [date(year, 11, 2) for year in range(2026, 2035)]
    assert found.bad == ()


def test_what_begins_later_and_never_ends_is_expanded_for_a_year_from_its_start() -> None:
    found = days_of(read(event("Later", "20300107T090000Z", "RRULE:FREQ=WEEKLY")), "Later")
    assert (found[0], found[-1]) == (date(2030, 1, 7), date(2031, 1, 6))


def test_a_series_keeps_its_changed_dates_and_those_that_are_left_out() -> None:
    found = read(
        event("Weekly", "20261102T090000Z", "RRULE:FREQ=WEEKLY", "EXDATE:20261109T090000Z"),
        event("Weekly", "20261117T110000Z", "RECURRENCE-ID:20261116T090000Z"),
        event("Far", "20990105T090000Z"),
    )
    assert days_of(found, "Weekly")[:3] == [date(2026, 11, 2), date(2026, 11, 17), date(2026, 11, 23)]


def test_an_event_inside_another_is_one_by_itself() -> None:
    inner = event("Inner", "20261124T090000Z")
    broken = event("Broken", "20261124T090000Z", "RRULE:FREQ=HOURLY")
    nested = "".join(f"\nBEGIN:VEVENT\n{it}\nEND:VEVENT" for it in (inner, broken))
    found = read(event("Outer", "20261123T090000Z") + nested)
    assert sorted(it.client_name for it in found.appointments) == ["Inner", "Outer"]
    assert [it.row["client_name"] for it in found.bad] == ["Broken"]


def test_a_calendar_whose_zone_is_left_empty_has_the_practices() -> None:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "X-WR-TIMEZONE:", "BEGIN:VEVENT")
    text = "\n".join((*lines, event("Ann", "20260701T090000"), "END:VEVENT", "END:VCALENDAR", ""))
    [found] = ics.records(text, "ann.ics", "ann", "Europe/London", TODAY).appointments
    assert found.start == int(datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Europe/London")).timestamp())
