"""The when line: a day, a part of it, or a time, as people at a desk write it. It never guesses.

`thu pm` · `4p` · `tom 9:30` · `25 nov 10` · `+2w` · `next fri` · `2026-12-24 15:00` · `asap`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.text import folded

DAYS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
_MONTHS = "january february march april may june july august september october november december"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), 1)}
PARTS = {
    "am": (0, 12 * 60),
    "morning": (0, 12 * 60),
    "pm": (12 * 60, 18 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (17 * 60, 22 * 60),
}
ALL_DAY = (0, 24 * 60)

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?")
_STEP = re.compile(r"\+(\d{1,3})([dwm]?)")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(a|p|am|pm)?")
_BARE = re.compile(r"(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a when line means: one day and a part of it, or an exact minute of it; `soon` means as soon as can be."""

    day: date
    part: tuple[int, int] = ALL_DAY
    at: int | None = None
    """Minutes from 00:00."""
    soon: bool = False
    named_day: bool = True
    """Whether the line named the day itself."""

    @property
    def wall(self) -> datetime | None:
        """The exact wall time, where one was named."""
        if self.at is None:
            return None
        return datetime.combine(self.day, time()) + timedelta(minutes=self.at)


@dataclass
class NotUnderstood(Exception):
    """A word that means nothing here."""

    word: str


@lru_cache(maxsize=8)
def words_of(locale: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Names of days and months in a language, folded; CLDR has them."""
    from babel import Locale, UnknownLocaleError

    try:
        known = Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return {}, {}
    days = {folded(str(name)).rstrip("."): n for n, name in known.days["format"]["wide"].items()}
    months = {folded(str(name)).rstrip("."): n for n, name in known.months["format"]["wide"].items()}
    return days, months


def when(typed: str, today: date, base: date | None = None, locale: str = "en") -> When:
    """What a line means today; a line without a day means `base`. Raises NotUnderstood."""
    words = folded(typed).replace(",", " ").split()
    days, months = (DAYS, MONTHS) if locale.startswith("en") else _and(words_of(locale))
    found = When(day=base or today, named_day=False)
    position = 0
    while position < len(words):
        found, used = _read(words[position:], found, today, days, months)
        position += used
    return found


def birth_date(typed: str, today: date, locale: str = "en") -> date | None:
    """A day of the past with its year: `1980-07-03`, `3.7.1980`, `3 jul 1980`. None where it is none."""
    try:
        meant = when(typed, today, locale=locale)
    except NotUnderstood:
        return None
    has_year = re.search(r"(?<!\d)(19|20)\d\d(?!\d)", typed) is not None
    return meant.day if has_year and meant.named_day and meant.at is None and meant.day <= today else None


def _and(words: tuple[Mapping[str, int], Mapping[str, int]]) -> tuple[dict[str, int], dict[str, int]]:
    return {**DAYS, **words[0]}, {**MONTHS, **words[1]}


def _read(
    words: list[str], so_far: When, today: date, days: Mapping[str, int], months: Mapping[str, int]
) -> tuple[When, int]:
    """What the next words add, and how many they are."""
    word = words[0]
    if word in ("asap", "now", "soon"):
        return replace(so_far, day=today, soon=True, named_day=True), 1
    if word in PARTS:
        return replace(so_far, part=PARTS[word]), 1
    if word == "noon":
        return replace(so_far, at=12 * 60), 1
    if word == "next" and len(words) > 1:
        return _on(so_far, _next(words[1], today, days)), 2
    if (day := _day(word, today, days)) is not None:
        return _on(so_far, day), 1
    if dated := _date_of_words(words, today, months):
        return _on(so_far, dated[0]), dated[1]
    if (at := _time(word)) is not None:
        if so_far.at is not None:
            raise NotUnderstood(word)
        return replace(so_far, at=at), 1
    raise NotUnderstood(word)


def _on(so_far: When, day: date) -> When:
    if so_far.named_day:
        raise NotUnderstood(day.isoformat())
    return replace(so_far, day=day, named_day=True)


def _day(word: str, today: date, days: Mapping[str, int]) -> date | None:
    if word in ("today", "tod"):
        return today
    if word in ("tomorrow", "tom", "tmr", "tmrw"):
        return today + timedelta(days=1)
    if step := _STEP.fullmatch(word):
        number = int(step[1])
        match step[2]:
            case "w":
                return today + timedelta(weeks=number)
            case "m":
                return today + relativedelta(months=number)
            case _:
                return today + timedelta(days=number)
    if iso := _ISO.fullmatch(word):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]), word)
    if (weekday := _named(word, days, shortest=2)) is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return None


def _next(word: str, today: date, days: Mapping[str, int]) -> date:
    """That day of the next week, which begins on Monday; `next week` is its Monday, `next month` its first."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=1)
    if word == "week":
        return monday
    if word == "month":
        return today.replace(day=1) + relativedelta(months=1)
    weekday = _named(word, days, shortest=2)
    if weekday is None:
        raise NotUnderstood(word)
    return monday + timedelta(days=weekday)


def _date_of_words(words: list[str], today: date, months: Mapping[str, int]) -> tuple[date, int] | None:
    """`25 nov`, `nov 25`, `25.11.`, each maybe with a year; without one the next such day."""
    if dotted := _DOTTED.fullmatch(words[0]):
        if not words[0].endswith(".") and not dotted[3]:
            return None  # 9.30 is a time
        return _dated(int(dotted[1]), int(dotted[2]), dotted[3], today, words[0]), 1
    if len(words) < 2:
        return None
    number, month = words[0], _named(words[1], months, shortest=3)
    if month is None:
        number, month = words[1], _named(words[0], months, shortest=3)
    number = re.sub(r"(st|nd|rd|th|\.)$", "", number)
    if month is None or not number.isdigit() or not 1 <= int(number) <= 31:
        return None
    year = words[2] if len(words) > 2 and re.fullmatch(r"(19|20)\d\d", words[2]) else None
    return _dated(int(number), month, year, today, words[0]), 3 if year else 2


def _dated(day: int, month: int, year: str | None, today: date, word: str) -> date:
    if year:
        return _date(int(year), month, day, word)
    this_year = _date(today.year, month, day, word)
    return this_year if this_year >= today else _date(today.year + 1, month, day, word)


def _date(year: int, month: int, day: int, word: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotUnderstood(word) from None


def _time(word: str) -> int | None:
    """Minutes from 00:00 of `4p`, `16:30`, `9`, `1630`."""
    if bare := _BARE.fullmatch(word):
        hour, minute, half = int(bare[1]), int(bare[2]), ""
    elif found := _TIME.fullmatch(word):
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    else:
        return None
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _named(word: str, names: Mapping[str, int], shortest: int) -> int | None:
    """The number of a name or of an unambiguous beginning of one."""
    word = word.rstrip(".")
    if len(word) < shortest:
        return None
    numbers = {number for name, number in names.items() if name.startswith(word)}
    return numbers.pop() if len(numbers) == 1 else None
