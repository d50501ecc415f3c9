"""The practice as a file: what is wrong is named with its line; what is shown applies to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdesk.config import data_folder
from frontdesk.core.asks.settings import ApplyPractice, PlanPractice, ShowSetup
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.practice import practice_toml
from tests.builders import PRACTICE, open_test_desk


def wrong(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        practice_file(text)
    return caught.value


def test_an_unknown_key_names_the_nearest_one_and_its_line() -> None:
    error = wrong('[practice]\nname = "X"\ntimezone = "UTC"\n\n[booking]\nstart_intervall = 15\n')

    assert (error.problem, error.line, str(error.hint)) == (Problem.UNKNOWN, 6, "did you mean start_interval?")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("start_interval = 25", Problem.OUT_OF_RANGE),
        ("horizon = 0", Problem.OUT_OF_RANGE),
        ('approval = "maybe"', Problem.NOT_A_CHOICE),
        ('minimum_notice = "many"', Problem.NOT_A_NUMBER),
    ],
)
def test_a_value_out_of_its_range_is_refused(line: str, problem: Problem) -> None:
    assert wrong(f"[booking]\n{line}\n").problem is problem


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('locale = "de-AT"', "de_AT"),
        ('locale = "de_AT.UTF-8"', "de_AT"),
        ('locale = "en_gb"', "en_GB"),
        ('country = "at"', "AT"),
        ('country = ""', ""),
        ('currency = "chf"', "CHF"),
    ],
)
def test_a_language_a_country_and_a_currency_are_kept_by_their_standard_names(line: str, kept: str) -> None:
    key = line.split()[0]

    assert practice_file(f"[practice]\n{line}\n").settings == {f"practice.{key}": kept}


def test_an_amount_has_the_digits_of_its_currency_however_that_is_written() -> None:
    fee = '[policy]\nlate_fee = "25.50"\n'

    assert wrong(f'[practice]\ncurrency = "jpy"\n{fee}').problem is Problem.NOT_AN_AMOUNT


def test_hours_that_overlap_or_end_before_they_start_are_refused() -> None:
    week = '[[staff]]\nid = "a"\nname = "A"\n[staff.hours.main]\nmon = [{}]\n'

    assert wrong(week.format('"09:00-12:00", "11:00-13:00"')).problem is Problem.OVERLAPS
    assert wrong(week.format('"12:00-09:00"')).problem is Problem.ENDS_BEFORE_IT_STARTS
    assert wrong(week.format('"09:00-25:00"')).problem is Problem.OUT_OF_RANGE


def test_half_a_toml_file_is_told_by_its_line() -> None:
    assert wrong('[practice]\nname = "X\n').problem is Problem.NOT_READABLE


@pytest.mark.covers("4-19", "4-20")
def test_what_is_shown_as_a_file_changes_nothing_when_it_is_applied(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path / "a.db")
    shown = practice_toml(desk.see(ShowSetup()))

    assert desk.see(PlanPractice(file=practice_file(shown), prune=True)).changes == ()


def test_a_service_nobody_knows_is_named_with_the_line_of_its_person(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path / "a.db")
    file = practice_file('[[staff]]\nid = "eve"\nname = "Eve"\nservices = ["reviw"]\n')

    with pytest.raises(BadInput) as caught:
        desk.see(PlanPractice(file=file))
    assert (caught.value.problem, caught.value.line) == (Problem.UNKNOWN, 1)


def test_what_the_file_does_not_name_stays_unless_it_is_pruned(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path / "a.db")
    smaller = PRACTICE.split('[[staff]]\nid = "vic"')[0]

    assert desk.see(PlanPractice(file=practice_file(smaller))).changes == ()
    assert [
        (it.kind, it.id, it.how) for it in desk.see(PlanPractice(file=practice_file(smaller), prune=True)).changes
    ] == [("staff", "vic", "archived")]


OFF = "[[staff.time_off]]\nstart = 2026-12-07T00:00:00\nend = 2026-12-{}T00:00:00\n"
CLOSED = '[[closures]]\nstart = 2026-12-24\nend = 2026-12-{}\nname = "{}"\n'


def test_two_absences_and_two_closures_that_begin_together_are_two(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path / "a.db")
    vic = '[[staff]]\nid = "vic"\nname = "Vic"\n'
    closed = CLOSED.format("25", "Eve") + CLOSED.format("28", "Move")
    both = practice_file(closed + vic + OFF.format("08") + OFF.format("12"))
    desk.do(ApplyPractice(file=both))

    assert sorted(off.end.day for off in desk.see(ShowSetup()).time_off) == [8, 12]
    assert sorted(closure.end.day for closure in desk.see(ShowSetup()).closures) == [25, 28]
    assert desk.see(PlanPractice(file=both)).changes == ()
    shown = practice_toml(desk.see(ShowSetup()))
    assert desk.see(PlanPractice(file=practice_file(shown), prune=True)).changes == ()

    longer = shown.replace("end = 2026-12-08T", "end = 2026-12-09T")
    changes = desk.see(PlanPractice(file=practice_file(longer), prune=True)).changes
    assert [(it.kind, it.how) for it in changes] == [("time_off", "changed")]


@pytest.mark.parametrize("kit", ["clinic", "therapy", "salon", "repair"])
def test_every_kit_is_a_practice_file(kit: str) -> None:
    assert (
        practice_file((data_folder() / "kits" / f"{kit}.toml").read_text()).settings["practice.name"] == "My practice"
    )
