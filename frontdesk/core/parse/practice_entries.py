"""What a practice file has many of: people with their hours, closures, automations, packages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from frontdesk.core.domain.automations import DEEDS, DO, ON, WHEN
from frontdesk.core.domain.errors import Problem, saying
from frontdesk.core.domain.hours import (
    WEEKDAYS,
    Closure,
    ClosureId,
    DayException,
    Days,
    Range,
    TimeOff,
    TimeOffId,
    Week,
)
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.policies import Policy
from frontdesk.core.domain.practice_file import Entry, StaffEntry
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.settings import (
    SETTINGS,
    Form,
    Plain,
    Setting,
)
from frontdesk.core.domain.text import clean_line
from frontdesk.core.parse.practice_forms import (
    WEB_ADDRESS,
    Here,
    Read,
    address_at,
    colour,
    country,
    currency,
    email_at,
    fee,
    flag_at,
    id_at,
    interval,
    labels_at,
    locale,
    many_of,
    name_at,
    number_in,
    one_of,
    plain_choice,
    price,
    quiet,
    require_known,
    text_at,
    web_address,
    words_at,
    zone,
)

_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def table_of(plain: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    given = plain.get(table, {})
    return given if isinstance(given, dict) else {}


def rows_of(section: str, but: Iterable[str] = ()) -> dict[str, Setting]:
    """The fields of an entry that are read by their form."""
    return {row.key: row for row in SETTINGS.values() if row.table == section and row.key not in but}


def fields_of(here: Here, entry: Any, section: str, elsewhere: Iterable[str] = ()) -> dict[str, Any]:
    """An entry's fields, as its class has them; keys of parts that are not built yet wait. Raises BadInput."""
    elsewhere = tuple(elsewhere)
    rows = rows_of(section, elsewhere)
    if not isinstance(entry, dict):
        raise here.bad(Problem.NOT_A_CHOICE, entry, "a table")
    policy = {"policy"} if section in ("services", "staff") else set()
    require_known(here, entry, (*rows, *elsewhere, *policy))
    for row in rows.values():
        if row.required and row.key not in entry:
            raise here.at(row.key).bad(Problem.MISSING)
    read = {key: READ[rows[key].form](rows[key])(here.at(key), value) for key, value in entry.items() if key in rows}
    fields = {key: value for key, value in read.items() if rows[key].part is None}
    waiting = {key: rows[key].plain(value) for key, value in read.items() if rows[key].part is not None}
    if waiting:
        fields["waiting"] = waiting
    if policy and "policy" in entry:
        fields["policy"] = Policy(**fields_of(here.at("policy"), entry["policy"], f"{section}.policy"))
    if fields.pop("archived", False):
        fields["life"] = Life.ARCHIVED
    return fields


_STAFF_LISTS = ("hours", "hours_periods", "exceptions", "time_off")


def entries_at(here: Here, plain: Mapping[str, Any]) -> list[tuple[Here, dict[str, Any]]]:
    value = plain.get(str(here.path[-1]), [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise here.bad(Problem.NOT_A_CHOICE, "", "entries under [[ ]]")
    return [(here.at(n), item) for n, item in enumerate(value)]


def list_at(here: Here, plain: Mapping[str, Any]) -> tuple[Entry, ...]:
    section = str(here.path[-1])
    found: dict[str, Entry] = {}
    for place, entry in entries_at(here, plain):
        fields = fields_of(place, entry, section)
        id_ = fields.pop("id")
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = Entry(id=id_, line=place.line, fields=fields)
    return tuple(found.values())


def staff_at(here: Here, entry: dict[str, Any]) -> StaffEntry:
    fields = fields_of(here, entry, "staff", _STAFF_LISTS)
    id_ = StaffId(fields.pop("id"))
    hours = entry.get("hours", {})
    if not isinstance(hours, dict):
        raise here.at("hours").bad(Problem.NOT_A_CHOICE, "", "[staff.hours.<location>]")
    ordinary = tuple(
        Week(location=LocationId(place), days=_days(here.at("hours", place), week)) for place, week in hours.items()
    )
    return StaffEntry(
        id=id_,
        line=here.line,
        fields=fields,
        weeks=ordinary + tuple(_period(place, it) for place, it in entries_at(here.at("hours_periods"), entry)),
        exceptions=tuple(_exception(place, it) for place, it in entries_at(here.at("exceptions"), entry)),
        time_off=tuple(_time_off(place, id_, it) for place, it in entries_at(here.at("time_off"), entry)),
    )


def _days(here: Here, week: Any) -> Days:
    if not isinstance(week, dict):
        raise here.bad(Problem.NOT_A_CHOICE, week, "mon = […] …")
    require_known(here, week, WEEKDAYS)
    return tuple(_ranges(here.at(name), week.get(name, [])) for name in WEEKDAYS)


def _ranges(here: Here, value: Any) -> tuple[Range, ...]:
    if not isinstance(value, list):
        raise here.bad(Problem.NOT_A_CHOICE, value, '["09:00-12:00"]')
    ranges = sorted(_range(here, item) for item in value)
    for one, other in itertools.pairwise(ranges):
        if other.start < one.end:
            raise here.bad(Problem.OVERLAPS, f"{other.start // 60:02}:{other.start % 60:02}")
    return tuple(ranges)


def _range(here: Here, value: Any) -> Range:
    found = _RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise here.bad(Problem.NOT_A_TIME, value, '"09:00-12:00"')
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if int(found[2]) > 59 or int(found[4]) > 59 or end > 1440:
        raise here.bad(Problem.OUT_OF_RANGE, value, "00:00–24:00")
    if start >= end:
        raise here.bad(Problem.ENDS_BEFORE_IT_STARTS, value)
    return Range(start, end)


def _period(here: Here, entry: dict[str, Any]) -> Week:
    require_known(here, entry, ("location", "from", "until", *WEEKDAYS))
    first, last = _date(here.at("from"), entry.get("from")), _date(here.at("until"), entry.get("until"))
    if last < first:
        raise here.at("until").bad(Problem.ENDS_BEFORE_IT_STARTS, last)
    return Week(
        location=LocationId(id_at(here.at("location"), entry.get("location"))),
        days=_days(here, {name: entry[name] for name in WEEKDAYS if name in entry}),
        valid_from=first,
        valid_until=last,
    )


def _exception(here: Here, entry: dict[str, Any]) -> DayException:
    require_known(here, entry, ("date", "location", "hours"))
    if "hours" not in entry:
        raise here.at("hours").bad(Problem.MISSING)
    return DayException(
        day=_date(here.at("date"), entry.get("date")),
        location=LocationId(id_at(here.at("location"), entry.get("location"))),
        hours=_ranges(here.at("hours"), entry["hours"]),
    )


def _time_off(here: Here, staff: StaffId, entry: dict[str, Any]) -> TimeOff:
    require_known(here, entry, ("start", "end", "reason"))
    start, end = _moment(here.at("start"), entry.get("start")), _moment(here.at("end"), entry.get("end"))
    if end <= start:
        raise here.at("end").bad(Problem.ENDS_BEFORE_IT_STARTS, end)
    reason = clean_line(text_at(here.at("reason"), entry.get("reason", "")))
    return TimeOff(id=TimeOffId(0), staff=staff, start=start, end=end, reason=reason)


def closure_at(here: Here, entry: dict[str, Any]) -> Closure:
    require_known(here, entry, ("start", "end", "name", "location"))
    start, end = _date(here.at("start"), entry.get("start")), _date(here.at("end"), entry.get("end"))
    if end <= start:
        raise here.at("end").bad(Problem.ENDS_BEFORE_IT_STARTS, end)
    return Closure(
        id=ClosureId(0),
        start=start,
        end=end,
        name=clean_line(text_at(here.at("name"), entry.get("name", ""))),
        location=LocationId(id_at(here.at("location"), entry["location"])) if "location" in entry else None,
    )


def automations_at(here: Here, plain: Mapping[str, Any]) -> dict[str, Plain]:
    """By id what is kept of each."""
    found: dict[str, Plain] = {}
    for place, entry in entries_at(here, plain):
        require_known(place, entry, rows_of("automations"))
        for name in ("id", "on", "do"):
            if name not in entry:
                raise place.at(name).bad(Problem.MISSING)
        id_ = id_at(place.at("id"), entry["id"])
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = {
            "on": one_of(*ON)(place.at("on"), entry["on"]),
            "when": _conditions(place.at("when"), entry.get("when", {})),
            "do": _deed(place.at("do"), entry["do"]),
            "enabled": flag_at(place.at("enabled"), entry.get("enabled", True)),
        }
    return found


def package_kinds_at(here: Here, plain: Mapping[str, Any]) -> dict[str, Plain]:
    """By id what is kept of each kind of package."""
    found: dict[str, Plain] = {}
    for place, entry in entries_at(here.at("kinds"), table_of(plain, "packages")):
        kept = fields_of(place, entry, "packages.kinds")["waiting"]
        id_ = kept.pop("id")
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = kept
    return found


def questions_at(here: Here, value: Any) -> tuple[dict[str, Any], ...]:
    """What clients are asked: a text, or one of some choices."""
    found: list[dict[str, Any]] = []
    for place, entry in entries_at(here, {"questions": value}):
        require_known(place, entry, ("id", "label", "kind", "choices", "required"))
        kind = one_of("text", "choice")(place.at("kind"), entry.get("kind", "text"))
        choices = many_of(name_at)(place.at("choices"), entry.get("choices", []))
        if (kind == "choice") is not bool(choices):
            raise place.at("choices").bad(Problem.MISSING if kind == "choice" else Problem.NOT_A_CHOICE, "", kind)
        found.append(
            {
                "id": id_at(place.at("id"), entry.get("id")),
                "label": name_at(place.at("label"), entry.get("label", "")),
                "kind": kind,
                "choices": list(choices),
                "required": flag_at(place.at("required"), entry.get("required", False)),
            }
        )
    return tuple(found)


def blocks_at(here: Here, value: Any) -> tuple[dict[str, Any], ...]:
    """Weekly times in which nothing is offered."""
    found: list[dict[str, Any]] = []
    for place, entry in entries_at(here, {"blocks": value}):
        require_known(place, entry, ("location", "name", "from", "until", *WEEKDAYS))
        days = _days(place, {name: entry[name] for name in WEEKDAYS if name in entry})
        block: dict[str, Any] = {
            "location": id_at(place.at("location"), entry.get("location")),
            "name": name_at(place.at("name"), entry.get("name", "")),
        }
        block |= {name: _date(place.at(name), entry[name]).isoformat() for name in ("from", "until") if name in entry}
        found.append(block | {name: entry[name] for name, day in zip(WEEKDAYS, days, strict=True) if day})
    return tuple(found)


def _conditions(here: Here, value: Any) -> dict[str, str]:
    when = words_at(here, value)
    require_known(here, when, WHEN)
    if "within_hours" in when and not when["within_hours"].isdecimal():
        raise here.at("within_hours").bad(Problem.NOT_A_NUMBER, when["within_hours"])
    if when.get("by", "client") not in ("client", "practice"):
        raise here.at("by").bad(Problem.NOT_A_CHOICE, when["by"], "client, practice")
    return when


def _deed(here: Here, value: Any) -> dict[str, str]:
    """One thing to be done, with all it needs."""
    do = words_at(here, value)
    require_known(here, do, DO)
    named = [name for name in DEEDS if do.get(name)]
    if len(named) != 1:
        raise here.bad(Problem.NOT_A_CHOICE, ", ".join(named), saying("one of {names}", names=", ".join(DEEDS)))
    if named == ["mail"] and not do.get("text"):
        raise here.at("text").bad(Problem.MISSING)
    if named == ["mail"] and do["mail"] not in ("client", "practitioner"):
        do["mail"] = address_at(here.at("mail"), do["mail"])
    if named == ["webhook"]:
        if not WEB_ADDRESS.fullmatch(do["webhook"]):
            raise here.at("webhook").bad(Problem.NOT_A_CHOICE, do["webhook"], "an https:// address")
        if len(do.get("secret", "")) < SECRET_LENGTH:
            raise here.at("secret").bad(
                Problem.MISSING, hint=saying("{n} characters or more, to sign with", n=SECRET_LENGTH)
            )
    return do


SECRET_LENGTH = 16
"""Characters a webhook's secret has at least."""


def _date(here: Here, value: Any) -> date:
    if value is None:
        raise here.bad(Problem.MISSING)
    if isinstance(value, str):  # as kept and shown of parts that are not built yet
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise here.bad(Problem.NOT_A_DATE, value) from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise here.bad(Problem.NOT_A_DATE, value)
    return value


def _moment(here: Here, value: Any) -> datetime:
    if value is None:
        raise here.bad(Problem.MISSING)
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise here.bad(Problem.NOT_A_TIME, value, "wall time without an offset: 2026-12-28T00:00:00")
    return value.replace(second=0, microsecond=0)


TABLES: Mapping[str, Read] = {"services.questions": questions_at, "staff.blocks": blocks_at}
READ: Mapping[Form, Callable[[Setting], Read]] = {
    Form.ID: lambda _: id_at,
    Form.NAME: lambda _: name_at,
    Form.TEXT: lambda _: text_at,
    Form.FLAG: lambda _: flag_at,
    Form.NUMBER: lambda row: number_in(row.low or 0, row.high or 0),
    Form.INTERVAL: lambda _: interval,
    Form.CHOICE: plain_choice,
    Form.SEVERAL: lambda row: many_of(plain_choice(row)),
    Form.NUMBERS: lambda row: many_of(number_in(row.low or 0, row.high or 0)),
    Form.IDS: lambda _: many_of(id_at),
    Form.EMAIL: lambda _: email_at,
    Form.ADDRESS: lambda _: web_address,
    Form.ZONE: lambda _: zone,
    Form.LOCALE: lambda _: locale,
    Form.COUNTRY: lambda _: country,
    Form.CURRENCY: lambda _: currency,
    Form.COLOUR: lambda _: colour,
    Form.FEE: lambda _: fee,
    Form.PRICE: lambda _: price,
    Form.NIGHT: lambda _: quiet,
    Form.WORDS: lambda row: labels_at if row.path == "practice.labels" else words_at,
    Form.TABLE: lambda row: TABLES[row.path],
}
"""How each form is read; what has a place of its own in the file is read there."""
