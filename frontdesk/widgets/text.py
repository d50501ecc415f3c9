"""The one maker of what widgets show: data becomes `Content` or a `Segment` here, never markup.

Behind it stands a filter over every line the app writes, which removes control characters that slipped through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.style import Style

from frontdesk.core.domain.text import INVISIBLE

_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f{INVISIBLE}]")


_IN_ASCII = str.maketrans(
    {
        "⏎": "enter",
        "‹": "<",
        "›": ">",
        "·": "-",
        "→": "->",
        "–": "-",
        "—": "-",
        "…": ".",
        "×": "x",
        "▸": ">",
        "▇": "#",
    }
    | {"“": '"', "”": '"', "←": "left ", "↑": "up ", "↓": "down ", "✓": "+", "✗": "x"}
)
"""The house's own signs for terminals that draw them two cells wide, or not at all."""

_signs: dict[int, str] = {}

Part = str | tuple[str, str]
"""Words, or words and the action that a click on them runs."""


def draw_in_ascii(wanted: bool) -> None:
    """From now on every text is made with, or without, signs beyond ASCII."""
    global _signs
    _signs = _IN_ASCII if wanted else {}
    fit.cache_clear()


def plain(text: str, style: str = "") -> Content:
    """Text as it is: brackets are brackets."""
    return Content.styled(safe(text), style) if style else Content(safe(text))


def linked(parts: Sequence[Part]) -> Content:
    """Words in a row, of which some can be clicked."""
    return Content("").join(
        Content(safe(part))
        if isinstance(part, str)
        else Content.styled(safe(part[0]), Style.from_meta({"@click": part[1]}))
        for part in parts
    )


def lines(*parts: str) -> Content:
    return Content("\n".join(safe(part) for part in parts))


def safe(text: str) -> str:
    """Without anything a terminal would act on."""
    return _without_control(text).translate(_signs)


@lru_cache(8192)
def fit(text: str, width: int) -> str:
    """Cut or filled to so many cells; what is cut ends in a dot of its own."""
    text = safe(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(width - 1, 0)) + safe("…") if width > 1 else set_cell_size(text, width)


class ControlFilter(LineFilter):
    """The last ring: no control character of any widget reaches the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or not _CONTROL.search(segment.text)
            else Segment(_without_control(segment.text), segment.style)
            for segment in segments
        ]


def _without_control(text: str) -> str:
    return _CONTROL.sub("", text)
