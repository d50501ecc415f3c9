"""A single value of a practice file: how each form is written, and what is refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeAlias

from frontdesk.core.domain.errors import BadInput, Hint, Problem, saying
from frontdesk.core.domain.money import is_fee, minor_units
from frontdesk.core.domain.settings import (
    Setting,
)
from frontdesk.core.domain.text import clean_line, clean_text
from frontdesk.core.domain.times import is_zone
from frontdesk.core.parse import contacts

Read: TypeAlias = Callable[["Here", Any], Any]
_HEADER = re.compile(r"\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


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


def text_at(here: Here, value: Any) -> str:
    if not isinstance(value, str):
        raise here.bad(Problem.NOT_A_CHOICE, value, "a text in quotes")
    return clean_text(value)


def name_at(here: Here, value: Any) -> str:
    name = clean_line(text_at(here, value))
    if not name:
        raise here.bad(Problem.MISSING)
    return name


def id_at(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise here.bad(Problem.NOT_A_CHOICE, value, "an id of small letters, digits, - and _")
    return value


def email_at(here: Here, value: Any) -> str:
    """An address, or none."""
    text = clean_line(text_at(here, value))
    try:
        return contacts.email(text, here.name)
    except BadInput:
        raise here.bad(Problem.NOT_AN_EMAIL, text) from None


def flag_at(here: Here, value: Any) -> bool:
    if not isinstance(value, bool):
        raise here.bad(Problem.NOT_A_CHOICE, value, "true or false")
    return value


def number_in(low: int, high: int) -> Read:
    def read(here: Here, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise here.bad(Problem.NOT_A_NUMBER, value, f"{low}–{high}")
        if not low <= value <= high:
            raise here.bad(Problem.OUT_OF_RANGE, value, f"{low}–{high}")
        return value

    return read


def interval(here: Here, value: Any) -> int:
    minutes: int = number_in(1, 1440)(here, value)
    if 60 % minutes and minutes % 60:
        raise here.bad(Problem.OUT_OF_RANGE, value, "a divisor or multiple of 60 minutes")
    return minutes


def choice_of(kind: type[Enum]) -> Read:
    def read(here: Here, value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise here.bad(Problem.NOT_A_CHOICE, value, ", ".join(it.value for it in kind)) from None

    return read


def one_of(*choices: str) -> Read:
    def read(here: Here, value: Any) -> str:
        if value not in choices:
            raise here.bad(Problem.NOT_A_CHOICE, value, ", ".join(choices))
        return str(value)

    return read


def many_of(read_one: Read) -> Read:
    def read(here: Here, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise here.bad(Problem.NOT_A_CHOICE, value, "a list in [ ]")
        return tuple(read_one(here, item) for item in value)

    return read


def zone(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not is_zone(value):
        raise here.bad(Problem.NOT_A_ZONE, value)
    return value


def locale(here: Here, value: Any) -> str:
    """As CLDR writes it: `de_AT`, also where `de-AT` or `de_AT.UTF-8` was written."""
    from babel import Locale, UnknownLocaleError

    text = clean_line(text_at(here, value))
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise here.bad(Problem.NOT_A_LOCALE, text) from None


def country(here: Here, value: Any) -> str:
    """One whose phone numbers can be read; empty for the country of the language."""
    import phonenumbers

    text = clean_line(text_at(here, value)).upper()
    if text and text not in phonenumbers.SUPPORTED_REGIONS:
        raise here.bad(Problem.NOT_A_COUNTRY, text)
    return text


def currency(here: Here, value: Any) -> str:
    """One that CLDR knows, from ISO 4217."""
    from babel.core import get_global

    text = clean_line(text_at(here, value)).upper()
    if text not in get_global("all_currencies"):
        raise here.bad(Problem.NOT_A_CURRENCY, text)
    return text


def fee(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not is_fee(value, here.currency):
        raise here.bad(Problem.NOT_AN_AMOUNT, value)
    return value


def price(here: Here, value: Any) -> int:
    units = minor_units(value, here.currency) if isinstance(value, str) else None
    if units is None:
        raise here.bad(Problem.NOT_AN_AMOUNT, value)
    return units


def words_at(here: Here, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise here.bad(Problem.NOT_A_CHOICE, value, "a table of texts")
    return {clean_line(key): clean_text(str(word)) for key, word in value.items()}


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def quiet(here: Here, value: Any) -> tuple[str, str]:
    ok = isinstance(value, list) and len(value) == 2 and all(_CLOCK.fullmatch(str(v)) for v in value)
    if not ok:
        raise here.bad(Problem.NOT_A_TIME, value, '["21:00", "07:00"]')
    return (value[0], value[1])


def colour(here: Here, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise here.bad(Problem.NOT_A_CHOICE, value, "#2a6f6b")
    return value.lower()


def web_address(here: Here, value: Any) -> str:
    """Where the portal is; empty for nowhere."""
    address = clean_line(text_at(here, value))
    if address and "://" not in address:
        address = f"https://{address}"
    if address and not WEB_ADDRESS.fullmatch(address):
        raise here.bad(Problem.NOT_A_CHOICE, address, "an https:// address")
    return address


def plain_choice(row: Setting) -> Read:
    return choice_of(row.of) if row.of is not None else one_of(*row.choices)


def labels_at(here: Here, value: Any) -> dict[str, str]:
    """Those that older versions took, and that nothing reads, stay."""
    return {name: clean_line(label) for name, label in words_at(here, value).items() if clean_line(label)}


WEB_ADDRESS = re.compile(r"https://[\w.-]+(:\d{1,5})?(/\S*)?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?(/\S*)?")


def require_known(here: Here, value: Mapping[str, Any], known: Iterable[str]) -> None:
    known = tuple(known)
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.3)
            raise here.at(key).bad(
                Problem.UNKNOWN, key, saying("did you mean {name}?", name=near[0]) if near else ", ".join(known)
            )


def address_at(here: Here, value: str) -> str:
    try:
        return email_at(here, value)
    except BadInput:
        raise here.bad(Problem.NOT_AN_EMAIL, value, "client, practitioner, or an address") from None
