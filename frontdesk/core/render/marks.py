"""Signs in stored letters that nobody sees: where secrets go, where what a letter says begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from frontdesk.core.domain.dataclass import changed
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.outbox import (
    GREETING_CLOSE,
    GREETING_OPEN,
    MARKS,
    SECRET_CLOSE,
    SECRET_OPEN,
    SECTION_CLOSE,
    SECTION_OPEN,
    Letter,
)
from frontdesk.core.domain.text import clean_text
from frontdesk.core.render.language import _

MASK = "••••••••"
"""What stands for a secret wherever a mail is looked at."""

_SECRET = re.compile(f"{SECRET_OPEN}([a-z_]+){SECRET_CLOSE}")
_MARKS = re.compile(f"[{MARKS}]")
_PIECE = re.compile(f"{MASK[0]}{MASK[0]}|https?://\\S*{MASK[0]}")
"""What is left of a covered link; a bullet of somebody's list is none."""
URL = re.compile(rf"https?://[^\s<>\"{SECRET_CLOSE}]+{SECRET_CLOSE}?")


def secret(name: str) -> str:
    """The place of a secret in a body."""
    return f"{SECRET_OPEN}{name}{SECRET_CLOSE}"


def section(text: str) -> str:
    """What a letter says, without who writes, and why."""
    return f"{SECTION_OPEN}{text}{SECTION_CLOSE}"


def greeting(text: str) -> str:
    return f"{GREETING_OPEN}{text}{GREETING_CLOSE}"


def is_broken(text: str, template: str) -> bool:
    """Whether somebody who rewrote a letter left a part of a covered link: it would lead nowhere."""
    for link in URL.findall(template):
        text = text.replace(link, "") if MASK in link else text
    return _PIECE.search(text) is not None


def masked(text: str) -> str:
    """Text as people may look at it: its secrets stay covered."""
    return _SECRET.sub(MASK, text) if SECRET_OPEN in text else text


def covered(it: Letter) -> Letter:
    return changed(it, text=masked(it.text), html=masked(it.html))


def revealed(text: str, secrets: Mapping[str, str]) -> str:
    """Text with its secrets in their places."""
    return _SECRET.sub(lambda found: secrets.get(found[1], MASK), text)


def opened(it: Letter, secrets: Mapping[str, str]) -> Letter:
    return replace(it, text=revealed(it.text, secrets), html=revealed(it.html, secrets))


def without_marks(text: str) -> str:
    return _MARKS.sub("", text) if any(mark in text for mark in MARKS) else text


def bare(it: Letter) -> Letter:
    """As it is read: nothing is told any more of where its parts begin."""
    return changed(it, text=without_marks(it.text), html=without_marks(it.html))


def uncovered(text: str, links: Iterable[str]) -> str:
    """What somebody rewrote, with the covered links of their preview in their places again."""
    text = without_marks(text)
    for link in filter(None, links):
        text = text.replace(masked(link), link)
    if _PIECE.search(text):
        raise BadInput("letter", Problem.NOT_READABLE, MASK, hint=_("leave a covered link whole, or take it out"))
    return text


def from_outside(text: str) -> str:
    """Text from outside: cleaned once more, and never able to stand for a mark."""
    return clean_text(without_marks(text))


def tidy(text: str) -> str:
    """No trailing spaces, never two empty lines."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"
