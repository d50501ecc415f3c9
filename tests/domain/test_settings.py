"""The table of settings, the parser of the practice file and the page of all keys say the same."""

from __future__ import annotations

import json
import os
import tomllib
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.practice import Booking, DeskSettings, Mail, Portal, Practice, Requests, StaffMember
from frontdesk.core.domain.services import Location, Room, Service
from frontdesk.core.domain.settings import (
    CHOSEN_ONCE,
    ENTRIES,
    GROUPS,
    OWN_POLICY,
    POLICY,
    SETTINGS,
    Form,
    Setting,
    SettingValue,
    practice_of,
)
from frontdesk.core.parse.practice import practice_file, setting_value
from tests.documents import DOCS, WRITTEN, page

BEGINS = {"practice.name": "X", "practice.timezone": "UTC"}

SOME: dict[Form, Any] = {
    Form.ID: "an-id",
    Form.NAME: "A name",
    Form.TEXT: "Some words.",
    Form.FLAG: True,
    Form.INTERVAL: 30,
    Form.IDS: ["an-id"],
    Form.EMAIL: "a@example.org",
    Form.ADDRESS: "https://example.org",
    Form.ZONE: "Europe/Berlin",
    Form.LOCALE: "de_AT",
    Form.COUNTRY: "AT",
    Form.CURRENCY: "CHF",
    Form.COLOUR: "#2a6f6b",
    Form.FEE: "25.00",
    Form.PRICE: "25.00",
    Form.NIGHT: ["21:00", "07:00"],
    Form.WORDS: {"client": "Guest"},
    Form.DATE: date(2026, 12, 24),
    Form.MOMENT: datetime(2026, 12, 24, 9),
}


def something(row: Setting) -> Any:
    """A value that the row allows."""
    match row.form:
        case Form.NUMBER:
            return row.high
        case Form.NUMBERS:
            return [row.high]
        case Form.CHOICE:
            return row.choices[-1]
        case Form.SEVERAL:
            return [row.choices[-1]]
        case _:
            return SOME[row.form]


@pytest.mark.parametrize("row", CHOSEN_ONCE, ids=lambda row: row.path)
def test_the_parser_takes_every_key_of_the_table(row: Setting) -> None:
    text = tomlkit.dumps({row.table: {row.key: something(row)}})

    assert practice_file(text).settings == {row.path: something(row)}
    assert setting_value(row.path, something(row), "EUR") == something(row)


@pytest.mark.parametrize(
    "row", [row for row in CHOSEN_ONCE if row.default not in (None, "", {}, [])], ids=lambda row: row.path
)
def test_how_a_practice_begins_could_be_chosen(row: Setting) -> None:
    assert setting_value(row.path, row.default, "EUR") == row.default
    assert row.plain(row.value(row.default)) == row.default


@pytest.mark.parametrize(
    "row", [row for row in CHOSEN_ONCE if row.low is not None and row.form is Form.NUMBER], ids=lambda row: row.path
)
def test_a_number_outside_its_range_is_refused_with_the_range(row: Setting) -> None:
    assert row.low is not None and row.high is not None
    for wrong in (row.low - 1, row.high + 1):
        with pytest.raises(BadInput) as refused:
            setting_value(row.path, wrong, "EUR")
        assert (refused.value.problem, refused.value.hint) == (Problem.OUT_OF_RANGE, f"{row.low}–{row.high}")
    for right in (row.low, row.high):
        assert setting_value(row.path, right, "EUR") == right


@pytest.mark.parametrize(
    ("of", "table"),
    (
        (Practice, "practice"),
        (Booking, "booking"),
        (Portal, "portal"),
        (Mail, "mail"),
        (DeskSettings, "desk"),
        (Requests, "requests"),
        (Location, "locations"),
        (Room, "rooms"),
        (Service, "services"),
    ),
)
def test_every_field_of_a_value_has_its_row(of: type[Any], table: str) -> None:
    elsewhere = {"life", "waiting", "policy", "automations", *GROUPS}
    names = set(of.__dataclass_fields__) - elsewhere

    alive = {row.key for row in SETTINGS.values() if row.table == table and row.part is None and not row.archives}
    assert names == alive


def test_every_field_of_a_person_has_its_row() -> None:
    called = {"weeks": "hours"}
    names = {called.get(name, name) for name in StaffMember.__dataclass_fields__} - {"life", "waiting", "policy"}

    alive = {row.key for row in ENTRIES if row.table == "staff" and row.part is None and not row.archives}
    assert names | {"hours_periods", "time_off"} == alive


def test_the_terms_of_a_service_and_a_person_have_the_keys_of_the_practices() -> None:
    assert {row.key for row in OWN_POLICY} == {row.key for row in POLICY}
    assert all(row.default is None for row in OWN_POLICY), "where nothing is chosen the practice's count"


def test_no_path_stands_twice() -> None:
    assert len(SETTINGS) == len((*CHOSEN_ONCE, *ENTRIES))


@pytest.mark.parametrize("row", [row for row in CHOSEN_ONCE if row.of is not None], ids=lambda row: row.path)
def test_choices_are_the_members_of_their_enum(row: Setting) -> None:
    assert row.of is not None and issubclass(row.of, Enum)
    assert row.choices == tuple(it.value for it in row.of)


def test_where_nobody_chose_a_practice_is_as_the_table_says() -> None:
    practice = practice_of(BEGINS)

    assert (practice.booking.horizon, practice.booking.minimum_notice, practice.mail.grace) == (60, 12, 60)
    assert (practice.mail.reminders, practice.mail.quiet_hours) == ((72, 24), None)
    assert practice.portal.may == ("request", "reschedule", "cancel", "write", "confirm", "details")
    assert (practice.locale, practice.currency, practice.portal.link) == ("en", "EUR", "direct")


def test_the_country_follows_the_language_unless_it_is_chosen() -> None:
    assert practice_of({**BEGINS, "practice.locale": "de_AT"}).country == "AT"
    assert practice_of({**BEGINS, "practice.locale": "de_AT", "practice.country": "CH"}).country == "CH"
    assert practice_of({**BEGINS, "practice.locale": "zh_Hant_TW"}).country == "TW"


def test_an_unset_key_is_as_one_that_was_never_chosen() -> None:
    assert practice_of({**BEGINS, "booking.horizon": None}).booking.horizon == 60
    assert SettingValue(path="booking.horizon").value is None


@pytest.mark.parametrize("name", WRITTEN)
def test_the_page_says_what_the_table_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == page(name), "python -m tests.documents"


def test_the_page_names_every_key() -> None:
    text = page("settings.md")
    assert all(f"| `{row.key}` | **{row.label}.** {row.help}" in text for row in SETTINGS.values())


def test_the_practice_file_of_the_design_has_every_key_and_no_other() -> None:
    """The file names every key of today; those of later parts stand in its remarks."""
    shared = os.environ.get("FRONTDESK_SHARED")
    path = Path(shared) / "design" / "practice.toml" if shared else None
    if path is None or not path.is_file():
        pytest.skip("FRONTDESK_SHARED does not name the folder with the design")
    text = path.read_text(encoding="utf-8")

    file = practice_file(text)

    given = {key for table in tomllib.loads(text).values() if isinstance(table, dict) for key in table}
    assert {row.key for row in CHOSEN_ONCE if row.path in file.settings} == given - {"name", "timezone"} | {
        "name",
        "timezone",
    }
    remarks = "\n".join(line for line in text.splitlines() if line.lstrip().startswith("#") or "#" in line)
    missing = [row.path for row in CHOSEN_ONCE if row.path not in file.settings and row.key not in remarks]
    assert missing == []
    assert json.dumps(file.settings)
