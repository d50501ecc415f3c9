"""A practice file (TOML) as values; an error names the field, the line, and what would do instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.domain.practice_file import PracticeFile
from frontdesk.core.domain.settings import (
    AUTOMATION,
    CHOSEN_ONCE,
    GROUPS,
    PACKAGE,
    Plain,
    setting_of,
)
from frontdesk.core.parse.practice_entries import (
    READ,
    automations_at,
    closure_at,
    entries_at,
    list_at,
    package_kinds_at,
    staff_at,
    table_of,
)
from frontdesk.core.parse.practice_forms import Here, Lines, require_known
from frontdesk.core.parse.toml import TOMLDecodeError, tables


def practice_file(text: str, currency: str = "EUR") -> PracticeFile:
    """Amounts are in the currency of the file; where it names none, in that of the practice. Raises BadInput."""
    try:
        plain = tables(text)
    except TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadInput(
            "practice file", Problem.NOT_READABLE, "TOML", hint=str(error), line=int(line[1]) if line else None
        ) from None
    practice = plain.get("practice", {})
    named = practice.get("currency", currency) if isinstance(practice, dict) else currency
    here = Here((), Lines(text), str(named).upper())
    require_known(here, plain, _SECTIONS)
    return PracticeFile(
        settings={
            **{path: value for table in ("practice", *GROUPS) for path, value in _settings(here, plain, table)},
            **{f"{AUTOMATION}{id_}": kept for id_, kept in automations_at(here.at("automations"), plain).items()},
            **{f"{PACKAGE}{id_}": kept for id_, kept in package_kinds_at(here.at("packages"), plain).items()},
        },
        locations=list_at(here.at("locations"), plain),
        rooms=list_at(here.at("rooms"), plain),
        services=list_at(here.at("services"), plain),
        staff=tuple(staff_at(place, entry) for place, entry in entries_at(here.at("staff"), plain)),
        closures=tuple(closure_at(place, entry) for place, entry in entries_at(here.at("closures"), plain)),
        reasons=list_at(here.at("reasons"), plain),
        lists=frozenset(
            [AUTOMATION] * ("automations" in plain) + [PACKAGE] * ("kinds" in table_of(plain, "packages"))
        ),
    )


def setting_value(path: str, value: Any, currency: str) -> Plain:
    """One key, given by itself, as it is kept. Raises BadInput."""
    row = setting_of(path)
    if row is None or row not in CHOSEN_ONCE:
        known = [it.path for it in CHOSEN_ONCE]
        near = difflib.get_close_matches(path, known, n=1, cutoff=0.3)
        hint = saying("did you mean {name}?", name=near[0]) if near else ""
        raise BadInput(path, Problem.UNKNOWN, path, hint=hint)
    return row.plain(READ[row.form](row)(Here((path,), Lines(""), currency), value))


def _settings(here: Here, plain: Mapping[str, Any], table: str) -> Iterator[tuple[str, Plain]]:
    """What a table of the file chooses, by key."""
    given = plain.get(table, {})
    if not isinstance(given, dict):
        raise here.at(table).bad(Problem.NOT_A_CHOICE, given, "a table")
    rows = {row.key: row for row in CHOSEN_ONCE if row.table == table}
    lists = ("kinds",) if table == "packages" else ()
    require_known(here.at(table), given, (*rows, *lists))
    for key, value in given.items():
        if key in rows:
            row = rows[key]
            yield row.path, row.plain(READ[row.form](row)(here.at(table, key), value))


_SECTIONS = (
    "practice",
    *GROUPS,
    "packages",
    "locations",
    "rooms",
    "services",
    "staff",
    "closures",
    "reasons",
    "automations",
)
