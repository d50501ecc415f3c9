"""Reminders as people write them: hours before, such as `72, 24`."""

from __future__ import annotations

import re

from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.reminders import LONGEST_REMINDER

NONE = ("0", "none", "-", "–")


def reminder_hours(text: str) -> tuple[int, ...] | None:
    """Hours before, the earliest first; empty for `0` or `none`, None for nothing written. Raises BadInput."""
    plain = text.strip().lower()
    if not plain:
        return None
    if plain in NONE:
        return ()
    hint = f"hours before, such as 72, 24; 1–{LONGEST_REMINDER}, 0 for none"
    hours = []
    for part in filter(None, re.split(r"[\s,;]+", plain)):
        found = re.fullmatch(r"(\d{1,4})\s*([hd]?)", part)
        if found is None:
            raise BadInput("reminders", Problem.NOT_A_NUMBER, part, hint=hint)
        hours.append(int(found[1]) * (24 if found[2] == "d" else 1))
    if not all(0 < it <= LONGEST_REMINDER for it in hours):
        raise BadInput("reminders", Problem.OUT_OF_RANGE, plain, hint=hint)
    return tuple(sorted(set(hours), reverse=True))


def written(hours: tuple[int, ...] | None) -> str:
    """The same as text; `0` for none at all."""
    if hours is None:
        return ""
    return ", ".join(map(str, hours)) or NONE[0]
