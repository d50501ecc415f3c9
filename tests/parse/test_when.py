"""The when line: what desk phrases mean, and that it never guesses."""

from __future__ import annotations

from datetime import date

import pytest

from frontdesk.core.parse.when import ALL_DAY, NotUnderstood, When, when

MON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "day", "part", "at"),
    [
        ("thu pm", date(2026, 11, 26), (720, 1080), None),
        ("4p", MON, ALL_DAY, 960),
        ("16:30", MON, ALL_DAY, 990),
        ("1630", MON, ALL_DAY, 990),
        ("tom 9", date(2026, 11, 24), ALL_DAY, 540),
        ("25 nov 10", date(2026, 11, 25), ALL_DAY, 600),
        ("nov 25", date(2026, 11, 25), ALL_DAY, None),
        ("25.11. 9:15", date(2026, 11, 25), ALL_DAY, 555),
        ("3 jan", date(2027, 1, 3), ALL_DAY, None),
        ("+2w", date(2026, 12, 7), ALL_DAY, None),
        ("+3", date(2026, 11, 26), ALL_DAY, None),
        ("+1m", date(2026, 12, 23), ALL_DAY, None),
        ("next fri", date(2026, 12, 4), ALL_DAY, None),
        ("fri", date(2026, 11, 27), ALL_DAY, None),
        ("mon", MON, ALL_DAY, None),
        ("2026-12-24 15:00", date(2026, 12, 24), ALL_DAY, 900),
        ("noon", MON, ALL_DAY, 720),
        ("wed morning", date(2026, 11, 25), (0, 720), None),
        ("12a", MON, ALL_DAY, 0),
        ("12:30pm", MON, ALL_DAY, 750),
    ],
)
def test_desk_phrases_mean_one_thing(typed: str, day: date, part: tuple[int, int], at: int | None) -> None:
    found = when(typed, MON)

    assert (found.day, found.part, found.at) == (day, part, at)


@pytest.mark.parametrize("typed", ["thursdy", "4/5", "31 feb", "25:00", "13pm", "fri tue", "soonish", "t", "4 5"])
def test_what_is_not_understood_is_said_and_not_guessed(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        when(typed, MON)


def test_asap_means_from_today_on() -> None:
    assert when("asap", MON, base=date(2026, 12, 1)) == When(day=MON, soon=True)


def test_a_time_alone_means_the_day_one_was_looking_at() -> None:
    assert when("4p", MON, base=date(2026, 11, 26)).day == date(2026, 11, 26)


def test_days_are_understood_in_the_language_of_the_practice() -> None:
    assert when("do 9:30", MON, locale="de_DE").day == date(2026, 11, 26)
    assert when("25 november", MON, locale="de_DE").day == date(2026, 11, 25)
