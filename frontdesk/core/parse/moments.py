"""Dates and starts as a command line gives them: ISO 8601, nothing guessed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.times import YEARS, Instant, Start


def start(text: str, field: str = "start") -> Start:
    """A wall time, or an instant where an offset is given. Whole minutes. Raises BadInput."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(field, Problem.NOT_A_TIME, text) from None
    if at.year not in YEARS:
        raise BadInput(field, Problem.OUT_OF_RANGE, text)
    if at.second or at.microsecond or len(text.strip()) <= len("2026-11-24"):
        raise BadInput(field, Problem.NOT_A_TIME, text, hint="to the minute")
    return at if at.tzinfo is None else int(at.timestamp())


def instant(text: str, field: str) -> Instant | datetime:
    """A moment to the second, naive where no offset is given. Raises BadInput."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(field, Problem.NOT_A_TIME, text) from None
    if at.year not in YEARS:
        raise BadInput(field, Problem.OUT_OF_RANGE, text)
    return at if at.tzinfo is None else int(at.timestamp())


def day(text: str, today: date, field: str = "date") -> date:
    """An ISO date, `today`, `tomorrow`, `yesterday`, or days from today as `+3`. Raises BadInput."""
    words = {"today": 0, "tomorrow": 1, "yesterday": -1}
    text = text.strip().lower()
    if text in words:
        return today + timedelta(days=words[text])
    if text[:1] in ("+", "-") and text[1:].isascii() and text[1:].isdigit():
        if len(text) > 6:
            raise BadInput(field, Problem.OUT_OF_RANGE, text)
        return today + timedelta(days=int(text))
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        raise BadInput(field, Problem.NOT_A_DATE, text) from None
    if wanted.year not in YEARS:
        raise BadInput(field, Problem.OUT_OF_RANGE, text)
    return wanted
