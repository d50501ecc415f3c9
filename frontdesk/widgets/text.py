"""The one maker of what widgets show: data becomes `Content` or a `Segment` here, never markup.

Behind it stands a filter over every line the app writes, which removes control characters that slipped through.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c\u2028\u2029]")


def plain(text: str, style: str = "") -> Content:
    """Text as it is: brackets are brackets."""
    return Content.styled(safe(text), style) if style else Content(safe(text))


def lines(*parts: str) -> Content:
    return Content("\n".join(safe(part) for part in parts))


def safe(text: str) -> str:
    """Without anything a terminal would act on."""
    return _CONTROL.sub("", text)


def fit(text: str, width: int) -> str:
    """Cut or filled to so many cells; what is cut ends in a dot of its own."""
    text = safe(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(width - 1, 0)) + "…" if width > 1 else set_cell_size(text, width)


class ControlFilter(LineFilter):
    """The last ring: no control character of any widget reaches the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or not _CONTROL.search(segment.text)
            else Segment(safe(segment.text), segment.style)
            for segment in segments
        ]
