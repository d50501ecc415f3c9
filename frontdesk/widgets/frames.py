"""Whole pictures, of which only the lines that differ are written.

Textual writes the whole screen whenever a dialogue opens or closes, twice over; over SSH that is felt. This keeps
what each line of the terminal holds. It leans on two private classes of Textual's compositor; `test_bytes.py` says so
when they change.
"""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.text import Text
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size


class ChangedLines(CompositorUpdate):
    """Some lines of the screen, ready to be written."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("")

    def render_segments(self, console: Console) -> str:
        return "".join(f"{Control.move_to(0, y).segment.text}{line}" for y, line in self._lines)


class Frames:
    """What the terminal shows, line by line, as far as it is known."""

    def __init__(self) -> None:
        self._shown: dict[int, str] = {}
        self._size = Size(0, 0)

    def forget(self) -> None:
        """After anything else wrote to the terminal."""
        self._shown.clear()

    def only_changed(self, update: object, size: Size, console: Console) -> object:
        """The same update, less the lines that are on the terminal already."""
        if size != self._size:
            self._size = size
            self.forget()
        if isinstance(update, ChopsUpdate):
            for y, _start, _end in update.spans:
                self._shown.pop(y, None)
            return update
        if not isinstance(update, LayoutUpdate) or update.region != size.region:
            self.forget()
            return update
        lines = {y: "".join(strip.render(console) for strip in line) for y, line in enumerate(update.strips)}
        changed = [(y, line) for y, line in lines.items() if self._shown.get(y) != line]
        self._shown = lines
        return ChangedLines(changed)
