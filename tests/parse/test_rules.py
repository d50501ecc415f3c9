"""Rules that never happen, or several times a day, are told in a moment; all others are followed as they were."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from icalendar.prop import vRecur

from frontdesk.core.parse.rules import problem

START = datetime(2026, 11, 23, 9)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12",
    ],
)
def test_what_never_happens_is_said(rule: str) -> None:
    assert problem(vRecur.from_ical(rule), START) == "RRULE: it never happens"


@pytest.mark.parametrize(
    "rule", ["FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=90", "FREQ=DAILY;BYHOUR=9,10,11", "FREQ=DAILY;BYMINUTE=0,30"]
)
def test_several_a_day_are_refused(rule: str) -> None:
    assert problem(vRecur.from_ical(rule), START) == "RRULE: repeats more than once a day"


@pytest.mark.parametrize("rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=SOON", "BYDAY=MO", "FREQ=WEEKLY;BYDAY=XX"])
def test_what_is_no_rule_is_said(rule: str) -> None:
    parts: dict[str, Any] = dict(part.split("=") for part in rule.split(";"))
    assert problem({name: value.split(",") for name, value in parts.items()}, START) == "RRULE: it cannot be read"


@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    st.sets(st.integers(1, 12), max_size=2),
    st.sets(st.integers(-31, 31).filter(bool), max_size=2),
    st.sets(st.sampled_from(["MO", "TU", "FR", "SU"]), max_size=2),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_it_says_never_exactly_where_nothing_happens_for_decades(
    freq: str, interval: int, months: set[int], days: set[int], weekdays: set[str], start: date
) -> None:
    parts = [f"FREQ={freq}", f"INTERVAL={interval}"]
    for name, values in (("BYMONTH", months), ("BYMONTHDAY", days), ("BYDAY", weekdays)):
        if values and not (name == "BYMONTHDAY" and freq == "WEEKLY"):  # which RFC 5545 does not allow
            parts.append(f"{name}={','.join(map(str, sorted(values)))}")
    rule = ";".join(parts)
    moment = datetime(start.year, start.month, start.day, 9)
    end = (moment + timedelta(days=28 * 366 - 1)).strftime("%Y%m%dT%H%M%S")
    happens = next(iter(rrulestr(f"{rule};UNTIL={end}", dtstart=moment)), None) is not None
    assert (problem(vRecur.from_ical(rule), moment) == "") == happens, rule
