"""A practice file (TOML) as values; an error names the field, the line, and what would do instead."""

from __future__ import annotations

import difflib
import itertools
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeAlias

from frontdesk.core.domain.automations import DEEDS, DO, ON, WHEN
from frontdesk.core.domain.errors import BadInput, Problem
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
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.policies import Approval, Channel, Inside, Policy
from frontdesk.core.domain.practice import Automation
from frontdesk.core.domain.practice_file import GROUPS, Entry, PracticeFile, StaffEntry
from frontdesk.core.domain.services import LocationId, LocationKind
from frontdesk.core.domain.text import clean_line, clean_text
from frontdesk.core.domain.times import is_zone
from frontdesk.core.parse import contacts

Read: TypeAlias = Callable[["Here", Any], Any]
Schema: TypeAlias = Mapping[str, Read]

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def practice_file(text: str) -> PracticeFile:
    """Raises BadInput."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadInput(
            "practice file", Problem.NOT_READABLE, "TOML", hint=str(error), line=int(line[1]) if line else None
        ) from None
    practice = plain.get("practice", {})
    currency = practice.get("currency", "EUR") if isinstance(practice, dict) else "EUR"
    here = Here((), Lines(text), str(currency))
    _require_known(here, plain, _SECTIONS)
    return PracticeFile(
        practice=_table(here.at("practice"), plain.get("practice", {}), PRACTICE),
        groups={group: _table(here.at(group), plain[group], _GROUPS[group]) for group in GROUPS if group in plain},
        locations=_list(here.at("locations"), plain, LOCATION),
        rooms=_list(here.at("rooms"), plain, ROOM),
        services=_list(here.at("services"), plain, SERVICE),
        staff=tuple(_staff(place, entry) for place, entry in _entries(here.at("staff"), plain)),
        closures=tuple(_closure(place, entry) for place, entry in _entries(here.at("closures"), plain)),
        reasons=_list(here.at("reasons"), plain, REASON),
        automations=_automations(here.at("automations"), plain) if "automations" in plain else None,
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

    def bad(self, problem: Problem, value: object = "", hint: str = "") -> BadInput:
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


def _quiet(here: Here, value: Any) -> tuple[str, str]:
    ok = isinstance(value, list) and len(value) == 2 and all(re.fullmatch(r"\d\d:\d\d", str(v)) for v in value)
    if not ok:
        raise here.bad(Problem.NOT_A_TIME, value, '["21:00", "07:00"]')
    return (value[0], value[1])


def _policy(here: Here, value: Any) -> Policy:
    return Policy(**_table(here, value, POLICY))


POLICY: Schema = {
    "cancel": _choice(Channel),
    "reschedule": _choice(Channel),
    "notice": _number(0, 720),
    "reschedule_notice": _number(0, 720),
    "inside_notice": _choice(Inside),
    "inside_reschedule_notice": _choice(Inside),
    "late_fee": _fee,
    "late_reschedule_fee": _fee,
    "no_show_fee": _fee,
    "reschedule_needs_approval": _flag,
    "text": _text,
}

PRACTICE: Schema = {
    "name": _name,
    "timezone": _zone,
    "locale": _name,
    "country": _name,
    "currency": _name,
    "phone": _text,
    "email": _email,
    "labels": _words,
}

_GROUPS: Mapping[str, Schema] = {
    "booking": {
        "initial_service": _id,
        "approval": _choice(Approval),
        "start_interval": _interval,
        "minimum_notice": _number(0, 8760),
        "horizon": _number(1, 1500),
        "buffer_before": _number(0, 240),
        "buffer_after": _number(0, 240),
        "request_expiry": _number(1, 720),
        "answer_by": _number(1, 336),
        "picker_hold": _number(1, 30),
        "max_upcoming": _number(0, 1000),
        "max_pending": _number(0, 1000),
    },
    "policy": POLICY,
    "portal": {
        "enabled": _flag,
        "new_clients": _flag,
        "address": _text,
        "link": _one_of("direct", "code"),
        "may": _many(_one_of("request", "reschedule", "cancel")),
        "change_service": _flag,
    },
    "mail": {
        "reminders": _many(_number(0, 8760)),
        "grace": _number(0, 3600),
        "quiet_hours": _quiet,
        "service_in_subject": _flag,
        "calendar_files": _flag,
        "templates": _words,
    },
    "desk": {
        "receptionists_decide": _flag,
        "receptionists_override": _flag,
        "pins": _flag,
        "idle_lock": _number(0, 1440),
    },
    "requests": {"ticket_url": _text},
}

LOCATION: Schema = {
    "id": _id,
    "name": _name,
    "kind": _choice(LocationKind),
    "address": _text,
    "link": _text,
    "timezone": _zone,
    "archived": _flag,
}
ROOM: Schema = {"id": _id, "name": _name, "location": _id, "archived": _flag}
SERVICE: Schema = {
    "id": _id,
    "name": _name,
    "duration": _number(1, 960),
    "price": _price,
    "online": _flag,
    "locations": _many(_id),
    "rooms": _many(_id),
    "approval": _choice(Approval),
    "start_interval": _interval,
    "buffer_before": _number(0, 240),
    "buffer_after": _number(0, 240),
    "reminders": _many(_number(0, 8760)),
    "policy": _policy,
    "archived": _flag,
}
STAFF: Schema = {
    "id": _id,
    "name": _name,
    "email": _email,
    "roles": _many(_choice(Role)),
    "services": _many(_id),
    "mail_my_changes": _flag,
    "policy": _policy,
    "archived": _flag,
}
REASON: Schema = {"id": _id, "label": _name, "needs_text": _flag, "rebook_link": _flag, "archived": _flag}

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "locations": ("id", "name"),
    "rooms": ("id", "name", "location"),
    "services": ("id", "name", "duration"),
    "staff": ("id", "name"),
    "reasons": ("id",),
}

_SECTIONS = ("practice", *GROUPS, "locations", "rooms", "services", "staff", "closures", "reasons", "automations")
_STAFF_KEYS = (*STAFF, "hours", "hours_periods", "exceptions", "time_off")


def _table(here: Here, value: Any, schema: Schema, more: Iterable[str] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise here.bad(Problem.NOT_A_CHOICE, value, "a table")
    _require_known(here, value, (*schema, *more))
    fields = {key: schema[key](here.at(key), item) for key, item in value.items() if key in schema}
    if fields.pop("archived", False):
        fields["life"] = Life.ARCHIVED
    return fields


def _require_known(here: Here, value: Mapping[str, Any], known: Iterable[str]) -> None:
    known = tuple(known)
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.3)
            raise here.at(key).bad(Problem.UNKNOWN, key, f"did you mean {near[0]}?" if near else ", ".join(known))


def _entries(here: Here, plain: Mapping[str, Any]) -> list[tuple[Here, dict[str, Any]]]:
    value = plain.get(str(here.path[-1]), [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise here.bad(Problem.NOT_A_CHOICE, "", "entries under [[ ]]")
    return [(here.at(n), item) for n, item in enumerate(value)]


def _list(here: Here, plain: Mapping[str, Any], schema: Schema) -> tuple[Entry, ...]:
    section = str(here.path[-1])
    found: dict[str, Entry] = {}
    for place, entry in _entries(here, plain):
        fields = _table(place, entry, schema)
        _require_fields(place, section, fields)
        id_ = fields.pop("id")
        if id_ in found:
            raise place.at("id").bad(Problem.TWICE, id_)
        found[id_] = Entry(id=id_, line=place.line, fields=fields)
    return tuple(found.values())


def _require_fields(here: Here, section: str, fields: Mapping[str, Any]) -> None:
    for name in _REQUIRED[section]:
        if name not in fields:
            raise here.at(name).bad(Problem.MISSING)


def _staff(here: Here, entry: dict[str, Any]) -> StaffEntry:
    fields = _table(here, entry, STAFF, _STAFF_KEYS)
    _require_fields(here, "staff", fields)
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


def _automations(here: Here, plain: Mapping[str, Any]) -> tuple[Automation, ...]:
    found: dict[str, Automation] = {}
    for place, entry in _entries(here, plain):
        made = _automation(place, entry)
        if made.id in found:
            raise place.at("id").bad(Problem.TWICE, made.id)
        found[made.id] = made
    return tuple(found.values())


def _automation(here: Here, entry: dict[str, Any]) -> Automation:
    _require_known(here, entry, ("id", "on", "when", "do", "enabled"))
    for name in ("id", "on", "do"):
        if name not in entry:
            raise here.at(name).bad(Problem.MISSING)
    return Automation(
        id=_id(here.at("id"), entry["id"]),
        on=_one_of(*ON)(here.at("on"), entry["on"]),
        when=_conditions(here.at("when"), entry.get("when", {})),
        do=_deed(here.at("do"), entry["do"]),
        enabled=_flag(here.at("enabled"), entry.get("enabled", True)),
    )


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
        raise here.bad(Problem.NOT_A_CHOICE, ", ".join(named), f"one of {', '.join(DEEDS)}")
    if named == ["mail"] and not do.get("text"):
        raise here.at("text").bad(Problem.MISSING)
    if named == ["mail"] and do["mail"] not in ("client", "practitioner"):
        do["mail"] = _address(here.at("mail"), do["mail"])
    if named == ["webhook"]:
        if not re.match(
            r"https://[\w.-]+(:\d{1,5})?(/\S*)?$|http://(localhost|127\.0\.0\.1)(:\d+)?(/\S*)?$", do["webhook"]
        ):
            raise here.at("webhook").bad(Problem.NOT_A_CHOICE, do["webhook"], "an https:// address")
        if len(do.get("secret", "")) < SECRET_LENGTH:
            raise here.at("secret").bad(Problem.MISSING, hint=f"{SECRET_LENGTH} characters or more, to sign with")
    return do


def _address(here: Here, value: str) -> str:
    try:
        return _email(here, value)
    except BadInput:
        raise here.bad(Problem.NOT_AN_EMAIL, value, "client, practitioner, or an address") from None


_WEBHOOK = re.compile(r"https://[\w.-]+(:\d{1,5})?(/\S*)?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?(/\S*)?")

SECRET_LENGTH = 16
"""Characters a webhook's secret has at least."""


def _date(here: Here, value: Any) -> date:
    if value is None:
        raise here.bad(Problem.MISSING)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise here.bad(Problem.NOT_A_DATE, value)
    return value


def _moment(here: Here, value: Any) -> datetime:
    if value is None:
        raise here.bad(Problem.MISSING)
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise here.bad(Problem.NOT_A_TIME, value, "wall time without an offset: 2026-12-28T00:00:00")
    return value.replace(second=0, microsecond=0)
