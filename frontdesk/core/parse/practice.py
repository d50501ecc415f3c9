"""A practice file (TOML) as values; an error names the field, the line, and what would do instead."""

from __future__ import annotations

import difflib
import itertools
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeAlias

from frontdesk.core.domain.automations import DEEDS, DO, ON, WHEN
from frontdesk.core.domain.errors import BadInput, Hint, Problem, saying
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
from frontdesk.core.domain.money import is_fee, minor_units
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.policies import Policy
from frontdesk.core.domain.practice_file import Entry, PracticeFile, StaffEntry
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.settings import (
    AUTOMATION,
    CHOSEN_ONCE,
    GROUPS,
    PACKAGE,
    SETTINGS,
    Form,
    Plain,
    Setting,
    setting_of,
)
from frontdesk.core.domain.text import clean_line, clean_text
from frontdesk.core.domain.times import is_zone
from frontdesk.core.parse import contacts

Read: TypeAlias = Callable[["Here", Any], Any]

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def practice_file(text: str, currency: str = "EUR") -> PracticeFile:
    """Amounts are in the currency of the file; where it names none, in that of the practice. Raises BadInput."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadInput(
            "practice file", Problem.NOT_READABLE, "TOML", hint=str(error), line=int(line[1]) if line else None
        ) from None
    practice = plain.get("practice", {})
    named = practice.get("currency", currency) if isinstance(practice, dict) else currency
    here = Here((), Lines(text), str(named).upper())
    _require_known(here, plain, _SECTIONS)
    return PracticeFile(
        settings={
            **{path: value for table in ("practice", *GROUPS) for path, value in _settings(here, plain, table)},
            **{f"{AUTOMATION}{id_}": kept for id_, kept in _automations(here.at("automations"), plain).items()},
            **{f"{PACKAGE}{id_}": kept for id_, kept in _package_kinds(here.at("packages"), plain).items()},
        },
        locations=_list(here.at("locations"), plain),
        rooms=_list(here.at("rooms"), plain),
        services=_list(here.at("services"), plain),
        staff=tuple(_staff(place, entry) for place, entry in _entries(here.at("staff"), plain)),
        closures=tuple(_closure(place, entry) for place, entry in _entries(here.at("closures"), plain)),
        reasons=_list(here.at("reasons"), plain),
        lists=frozenset(
            [AUTOMATION] * ("automations" in plain) + [PACKAGE] * ("kinds" in _table_of(plain, "packages"))
        ),
    )


class Lines:
    """Where each key of a TOML text stands; tomllib does not tell."""

    def __init__(self, text: str) -> None:
        self._at: dict[tuple[object, ...], int] = {}
        counts: dict[tuple[object, ...], int] = {}
        path: tuple[object, ...] = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                path = self._path([part.strip().strip("\"'") for part in header[2].split(".")], counts)
                if header[1]:
                    counts[path] = counts.get(path, -1) + 1
                    path = (*path, counts[path])
                self._at.setdefault(path, number)
            elif key := _KEY.match(line):
                self._at.setdefault((*path, key[1]), number)

    def of(self, path: tuple[object, ...]) -> int | None:
        """The line of a key, else of what it stands in."""
        while path and path not in self._at:
            path = path[:-1]
        return self._at.get(path)

    def _path(self, names: list[str], counts: dict[tuple[object, ...], int]) -> tuple[object, ...]:
        path: tuple[object, ...] = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if position < len(names) - 1 and path in counts:
                path = (*path, counts[path])
        return path


class Here:
    """A place in the file: for errors."""

    def __init__(self, path: tuple[object, ...], lines: Lines, currency: str) -> None:
        self.path, self.lines, self.currency = path, lines, currency

    def at(self, *more: object) -> Here:
        return Here((*self.path, *more), self.lines, self.currency)

    @property
    def line(self) -> int:
        return self.lines.of(self.path) or 1

    @property
    def name(self) -> str:
        return ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in self.path)

    def bad(self, problem: Problem, value: object = "", hint: str | Hint = "") -> BadInput:
        return BadInput(self.name, problem, clean_line(str(value)), hint=hint, line=self.lines.of(self.path))


def _text(here: Here, value: Any) -> str:
    if not isinstance(value, str):
        raise here.bad(Problem.NOT_A_CHOICE, value, "a text in quotes")
    return clean_text(value)


def _name(here: Here, value: Any) -> str:
    name = clean_line(_text(here, value))
    if not name:
        raise here.bad(Problem.MISSING)
    return name


def _id(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise here.bad(Problem.NOT_A_CHOICE, value, "an id of small letters, digits, - and _")
    return value


def _email(here: Here, value: Any) -> str:
    """An address, or none."""
    text = clean_line(_text(here, value))
    try:
        return contacts.email(text, here.name)
    except BadInput:
        raise here.bad(Problem.NOT_AN_EMAIL, text) from None


def _flag(here: Here, value: Any) -> bool:
    if not isinstance(value, bool):
        raise here.bad(Problem.NOT_A_CHOICE, value, "true or false")
    return value


def _number(low: int, high: int) -> Read:
    def read(here: Here, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise here.bad(Problem.NOT_A_NUMBER, value, f"{low}–{high}")
        if not low <= value <= high:
            raise here.bad(Problem.OUT_OF_RANGE, value, f"{low}–{high}")
        return value

    return read


def _interval(here: Here, value: Any) -> int:
    minutes: int = _number(1, 1440)(here, value)
    if 60 % minutes and minutes % 60:
        raise here.bad(Problem.OUT_OF_RANGE, value, "a divisor or multiple of 60 minutes")
    return minutes


def _choice(kind: type[Enum]) -> Read:
    def read(here: Here, value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise here.bad(Problem.NOT_A_CHOICE, value, ", ".join(it.value for it in kind)) from None

    return read


def _one_of(*choices: str) -> Read:
    def read(here: Here, value: Any) -> str:
        if value not in choices:
            raise here.bad(Problem.NOT_A_CHOICE, value, ", ".join(choices))
        return str(value)

    return read


def _many(read_one: Read) -> Read:
    def read(here: Here, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise here.bad(Problem.NOT_A_CHOICE, value, "a list in [ ]")
        return tuple(read_one(here, item) for item in value)

    return read


def _zone(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not is_zone(value):
        raise here.bad(Problem.NOT_A_ZONE, value)
    return value


def _locale(here: Here, value: Any) -> str:
    """As CLDR writes it: `de_AT`, also where `de-AT` or `de_AT.UTF-8` was written."""
    from babel import Locale, UnknownLocaleError

    text = clean_line(_text(here, value))
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise here.bad(Problem.NOT_A_LOCALE, text) from None


def _country(here: Here, value: Any) -> str:
    """One whose phone numbers can be read; empty for the country of the language."""
    import phonenumbers

    text = clean_line(_text(here, value)).upper()
    if text and text not in phonenumbers.SUPPORTED_REGIONS:
        raise here.bad(Problem.NOT_A_COUNTRY, text)
    return text


def _currency(here: Here, value: Any) -> str:
    """One that CLDR knows, from ISO 4217."""
    from babel.core import get_global

    text = clean_line(_text(here, value)).upper()
    if text not in get_global("all_currencies"):
        raise here.bad(Problem.NOT_A_CURRENCY, text)
    return text


def _fee(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not is_fee(value, here.currency):
        raise here.bad(Problem.NOT_AN_AMOUNT, value)
    return value


def _price(here: Here, value: Any) -> int:
    units = minor_units(value, here.currency) if isinstance(value, str) else None
    if units is None:
        raise here.bad(Problem.NOT_AN_AMOUNT, value)
    return units


def _words(here: Here, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise here.bad(Problem.NOT_A_CHOICE, value, "a table of texts")
    return {clean_line(key): clean_text(str(word)) for key, word in value.items()}


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _quiet(here: Here, value: Any) -> tuple[str, str]:
    ok = isinstance(value, list) and len(value) == 2 and all(_CLOCK.fullmatch(str(v)) for v in value)
    if not ok:
        raise here.bad(Problem.NOT_A_TIME, value, '["21:00", "07:00"]')
    return (value[0], value[1])


def _colour(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise here.bad(Problem.NOT_A_CHOICE, value, "#2a6f6b")
    return value.lower()


def _web_address(here: Here, value: Any) -> str:
    """Where the portal is; empty for nowhere."""
    address = clean_line(_text(here, value))
    if address and "://" not in address:
        address = f"https://{address}"
    if address and not _WEB_ADDRESS.fullmatch(address):
        raise here.bad(Problem.NOT_A_CHOICE, address, "an https:// address")
    return address


def _plain_choice(row: Setting) -> Read:
    return _choice(row.of) if row.of is not None else _one_of(*row.choices)


READ: Mapping[Form, Callable[[Setting], Read]] = {
    Form.ID: lambda _: _id,
    Form.NAME: lambda _: _name,
    Form.TEXT: lambda _: _text,
    Form.FLAG: lambda _: _flag,
    Form.NUMBER: lambda row: _number(row.low or 0, row.high or 0),
    Form.INTERVAL: lambda _: _interval,
    Form.CHOICE: _plain_choice,
    Form.SEVERAL: lambda row: _many(_plain_choice(row)),
    Form.NUMBERS: lambda row: _many(_number(row.low or 0, row.high or 0)),
    Form.IDS: lambda _: _many(_id),
    Form.EMAIL: lambda _: _email,
    Form.ADDRESS: lambda _: _web_address,
    Form.ZONE: lambda _: _zone,
    Form.LOCALE: lambda _: _locale,
    Form.COUNTRY: lambda _: _country,
    Form.CURRENCY: lambda _: _currency,
    Form.COLOUR: lambda _: _colour,
    Form.FEE: lambda _: _fee,
    Form.PRICE: lambda _: _price,
    Form.NIGHT: lambda _: _quiet,
    Form.WORDS: lambda row: _labels if row.path == "practice.labels" else _words,
    Form.TABLE: lambda row: _TABLES[row.path],
}
"""How each form is read; what has a place of its own in the file is read there."""


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
    _require_known(here.at(table), given, (*rows, *lists))
    for key, value in given.items():
        if key in rows:
            row = rows[key]
            yield row.path, row.plain(READ[row.form](row)(here.at(table, key), value))


def _table_of(plain: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    given = plain.get(table, {})
    return given if isinstance(given, dict) else {}


def _labels(here: Here, value: Any) -> dict[str, str]:
    """Those that older versions took, and that nothing reads, stay."""
    return {name: clean_line(label) for name, label in _words(here, value).items() if clean_line(label)}


def _rows(section: str, but: Iterable[str] = ()) -> dict[str, Setting]:
    """The fields of an entry that are read by their form."""
    return {row.key: row for row in SETTINGS.values() if row.table == section and row.key not in but}


def _fields(here: Here, entry: Any, section: str, elsewhere: Iterable[str] = ()) -> dict[str, Any]:
    """An entry's fields, as its class has them; keys of parts that are not built yet wait. Raises BadInput."""
    elsewhere = tuple(elsewhere)
    rows = _rows(section, elsewhere)
    if not isinstance(entry, dict):
        raise here.bad(Problem.NOT_A_CHOICE, entry, "a table")
    policy = {"policy"} if section in ("services", "staff") else set()
    _require_known(here, entry, (*rows, *elsewhere, *policy))
    for row in rows.values():
        if row.required and row.key not in entry:
            raise here.at(row.key).bad(Problem.MISSING)
    read = {key: READ[rows[key].form](rows[key])(here.at(key), value) for key, value in entry.items() if key in rows}
    fields = {key: value for key, value in read.items() if rows[key].part is None}
    waiting = {key: rows[key].plain(value) for key, value in read.items() if rows[key].part is not None}
    if waiting:
        fields["waiting"] = waiting
    if policy and "policy" in entry:
        fields["policy"] = Policy(**_fields(here.at("policy"), entry["policy"], f"{section}.policy"))
    if fields.pop("archived", False):
        fields["life"] = Life.ARCHIVED
    return fields


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
_STAFF_LISTS = ("hours", "hours_periods", "exceptions", "time_off")
_WEB_ADDRESS = re.compile(r"https://[\w.-]+(:\d{1,5})?(/\S*)?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?(/\S*)?")


def _require_known(here: Here, value: Mapping[str, Any], known: Iterable[str]) -> None:
    known = tuple(known)
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.3)
            raise here.at(key).bad(
                Problem.UNKNOWN, key, saying("did you mean {name}?", name=near[0]) if near else ", ".join(known)
            )


def _entries(here: Here, plain: Mapping[str, Any]) -> list[tuple[Here, dict[str, Any]]]:
    value = plain.get(str(here.path[-1]), [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise here.bad(Problem.NOT_A_CHOICE, "", "entries under [[ ]]")
    return [(here.at(n), item) for n, item in enumerate(value)]


def _list(here: Here, plain: Mapping[str, Any]) -> tuple[Entry, ...]:
    section = str(here.path[-1])
    found: dict[str, Entry] = {}
    for place, entry in _entries(here, plain):
        fields = _fields(place, entry, section)
        id_ = fields.pop("id")
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = Entry(id=id_, line=place.line, fields=fields)
    return tuple(found.values())


def _staff(here: Here, entry: dict[str, Any]) -> StaffEntry:
    fields = _fields(here, entry, "staff", _STAFF_LISTS)
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
        weeks=ordinary + tuple(_period(place, it) for place, it in _entries(here.at("hours_periods"), entry)),
        exceptions=tuple(_exception(place, it) for place, it in _entries(here.at("exceptions"), entry)),
        time_off=tuple(_time_off(place, id_, it) for place, it in _entries(here.at("time_off"), entry)),
    )


def _days(here: Here, week: Any) -> Days:
    if not isinstance(week, dict):
        raise here.bad(Problem.NOT_A_CHOICE, week, "mon = […] …")
    _require_known(here, week, WEEKDAYS)
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
    _require_known(here, entry, ("location", "from", "until", *WEEKDAYS))
    first, last = _date(here.at("from"), entry.get("from")), _date(here.at("until"), entry.get("until"))
    if last < first:
        raise here.at("until").bad(Problem.ENDS_BEFORE_IT_STARTS, last)
    return Week(
        location=LocationId(_id(here.at("location"), entry.get("location"))),
        days=_days(here, {name: entry[name] for name in WEEKDAYS if name in entry}),
        valid_from=first,
        valid_until=last,
    )


def _exception(here: Here, entry: dict[str, Any]) -> DayException:
    _require_known(here, entry, ("date", "location", "hours"))
    if "hours" not in entry:
        raise here.at("hours").bad(Problem.MISSING)
    return DayException(
        day=_date(here.at("date"), entry.get("date")),
        location=LocationId(_id(here.at("location"), entry.get("location"))),
        hours=_ranges(here.at("hours"), entry["hours"]),
    )


def _time_off(here: Here, staff: StaffId, entry: dict[str, Any]) -> TimeOff:
    _require_known(here, entry, ("start", "end", "reason"))
    start, end = _moment(here.at("start"), entry.get("start")), _moment(here.at("end"), entry.get("end"))
    if end <= start:
        raise here.at("end").bad(Problem.ENDS_BEFORE_IT_STARTS, end)
    reason = clean_line(_text(here.at("reason"), entry.get("reason", "")))
    return TimeOff(id=TimeOffId(0), staff=staff, start=start, end=end, reason=reason)


def _closure(here: Here, entry: dict[str, Any]) -> Closure:
    _require_known(here, entry, ("start", "end", "name", "location"))
    start, end = _date(here.at("start"), entry.get("start")), _date(here.at("end"), entry.get("end"))
    if end <= start:
        raise here.at("end").bad(Problem.ENDS_BEFORE_IT_STARTS, end)
    return Closure(
        id=ClosureId(0),
        start=start,
        end=end,
        name=clean_line(_text(here.at("name"), entry.get("name", ""))),
        location=LocationId(_id(here.at("location"), entry["location"])) if "location" in entry else None,
    )


def _automations(here: Here, plain: Mapping[str, Any]) -> dict[str, Plain]:
    """By id what is kept of each."""
    found: dict[str, Plain] = {}
    for place, entry in _entries(here, plain):
        _require_known(place, entry, _rows("automations"))
        for name in ("id", "on", "do"):
            if name not in entry:
                raise place.at(name).bad(Problem.MISSING)
        id_ = _id(place.at("id"), entry["id"])
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = {
            "on": _one_of(*ON)(place.at("on"), entry["on"]),
            "when": _conditions(place.at("when"), entry.get("when", {})),
            "do": _deed(place.at("do"), entry["do"]),
            "enabled": _flag(place.at("enabled"), entry.get("enabled", True)),
        }
    return found


def _package_kinds(here: Here, plain: Mapping[str, Any]) -> dict[str, Plain]:
    """By id what is kept of each kind of package."""
    found: dict[str, Plain] = {}
    for place, entry in _entries(here.at("kinds"), _table_of(plain, "packages")):
        kept = _fields(place, entry, "packages.kinds")["waiting"]
        id_ = kept.pop("id")
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = kept
    return found


def _questions(here: Here, value: Any) -> tuple[dict[str, Any], ...]:
    """What clients are asked: a text, or one of some choices."""
    found: list[dict[str, Any]] = []
    for place, entry in _entries(here, {"questions": value}):
        _require_known(place, entry, ("id", "label", "kind", "choices", "required"))
        kind = _one_of("text", "choice")(place.at("kind"), entry.get("kind", "text"))
        choices = _many(_name)(place.at("choices"), entry.get("choices", []))
        if (kind == "choice") is not bool(choices):
            raise place.at("choices").bad(Problem.MISSING if kind == "choice" else Problem.NOT_A_CHOICE, "", kind)
        found.append(
            {
                "id": _id(place.at("id"), entry.get("id")),
                "label": _name(place.at("label"), entry.get("label", "")),
                "kind": kind,
                "choices": list(choices),
                "required": _flag(place.at("required"), entry.get("required", False)),
            }
        )
    return tuple(found)


def _blocks(here: Here, value: Any) -> tuple[dict[str, Any], ...]:
    """Weekly times in which nothing is offered."""
    found: list[dict[str, Any]] = []
    for place, entry in _entries(here, {"blocks": value}):
        _require_known(place, entry, ("location", "name", "from", "until", *WEEKDAYS))
        days = _days(place, {name: entry[name] for name in WEEKDAYS if name in entry})
        block: dict[str, Any] = {
            "location": _id(place.at("location"), entry.get("location")),
            "name": _name(place.at("name"), entry.get("name", "")),
        }
        block |= {name: _date(place.at(name), entry[name]).isoformat() for name in ("from", "until") if name in entry}
        found.append(block | {name: entry[name] for name, day in zip(WEEKDAYS, days, strict=True) if day})
    return tuple(found)


def _conditions(here: Here, value: Any) -> dict[str, str]:
    when = _words(here, value)
    _require_known(here, when, WHEN)
    if "within_hours" in when and not when["within_hours"].isdecimal():
        raise here.at("within_hours").bad(Problem.NOT_A_NUMBER, when["within_hours"])
    if when.get("by", "client") not in ("client", "practice"):
        raise here.at("by").bad(Problem.NOT_A_CHOICE, when["by"], "client, practice")
    return when


def _deed(here: Here, value: Any) -> dict[str, str]:
    """One thing to be done, with all it needs."""
    do = _words(here, value)
    _require_known(here, do, DO)
    named = [name for name in DEEDS if do.get(name)]
    if len(named) != 1:
        raise here.bad(Problem.NOT_A_CHOICE, ", ".join(named), saying("one of {names}", names=", ".join(DEEDS)))
    if named == ["mail"] and not do.get("text"):
        raise here.at("text").bad(Problem.MISSING)
    if named == ["mail"] and do["mail"] not in ("client", "practitioner"):
        do["mail"] = _address(here.at("mail"), do["mail"])
    if named == ["webhook"]:
        if not _WEB_ADDRESS.fullmatch(do["webhook"]):
            raise here.at("webhook").bad(Problem.NOT_A_CHOICE, do["webhook"], "an https:// address")
        if len(do.get("secret", "")) < SECRET_LENGTH:
            raise here.at("secret").bad(
                Problem.MISSING, hint=saying("{n} characters or more, to sign with", n=SECRET_LENGTH)
            )
    return do


def _address(here: Here, value: str) -> str:
    try:
        return _email(here, value)
    except BadInput:
        raise here.bad(Problem.NOT_AN_EMAIL, value, "client, practitioner, or an address") from None


_TABLES: Mapping[str, Read] = {"services.questions": _questions, "staff.blocks": _blocks}

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
