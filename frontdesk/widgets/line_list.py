"""A list drawn line by line, with a cursor: search results, slots, appointments, history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.widgets.text import fit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line(Generic[T]):
    """One line: its text, what it stands for, how it looks (`plain`, `dim`, `bad`, `title`)."""

    text: str
    value: T
    look: str = "plain"


class LineList(ScrollView, Generic[T], can_focus=True, inherit_bindings=False):
    """Shows lines; says which one was chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--plain", "list--dim", "list--bad", "list--title", "list--cursor"}

    class Chosen(Message):
        """Enter, or a click on the line under the cursor."""

    class Moved(Message):
        """The cursor is on another line."""

    class Pointed(Message):
        """A click put the cursor on a line."""

    def __init__(self, id: str | None = None, can_focus: bool = True) -> None:
        super().__init__(id=id)
        self.can_focus = can_focus
        self.cursor = 0
        self._lines: Sequence[Line[T]] = ()

    @property
    def chosen(self) -> T | None:
        return self._lines[self.cursor].value if 0 <= self.cursor < len(self._lines) else None

    @property
    def lines(self) -> Sequence[Line[T]]:
        return self._lines

    def show(self, lines: Sequence[Line[T]], cursor: int = 0) -> None:
        self._lines = lines
        self.cursor = max(0, min(cursor, len(lines) - 1))
        self.virtual_size = Size(self.size.width, len(lines))
        self._reveal()
        self.refresh()

    def show_again(self, lines: Sequence[Line[T]], key: Callable[[T], object], wanted: object = None) -> None:
        """What is known now: the cursor goes to `wanted`, else stays on what it stood on, else where it was."""
        here = wanted if wanted is not None else None if self.chosen is None else key(self.chosen)
        keys = [None if line.value is None else key(line.value) for line in lines]
        cursor = keys.index(here) if here is not None and here in keys else self.cursor
        top, by = round(self.scroll_y), cursor - self.cursor
        self.show(lines, cursor)
        if by and wanted is None:  # what came in above moves nothing on the screen
            self.scroll_to(y=max(0, top + by), animate=False, immediate=True, force=True)
            self._reveal()

    def move(self, by: int) -> None:
        before = self.cursor
        self.cursor = max(0, min(len(self._lines) - 1, self.cursor + by))
        if self.cursor != before:
            if not self._reveal():
                self.refresh_line(before)
                self.refresh_line(self.cursor)
            self.post_message(self.Moved())

    def scroll_lines(self, by: int) -> None:
        """Move what is seen, not the cursor: a page to read has none."""
        self.scroll_to(y=max(0, round(self.scroll_y) + by), animate=False, immediate=True, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        row = y + round(self.scroll_y)
        width = self.size.width
        if row >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[row]
        look = "cursor" if row == self.cursor else line.look
        mark = "▸" if row == self.cursor else " "
        return Strip([Segment(fit(f"{mark}{line.text}", width), self.get_component_rich_style(f"list--{look}"))])

    def on_click(self, event: events.Click) -> None:
        row = event.y + round(self.scroll_y)
        if row < len(self._lines):
            again = row == self.cursor
            self.move(row - self.cursor)
            self.post_message(self.Pointed())
            if again or event.chain > 1:
                self.post_message(self.Chosen())

    def _reveal(self) -> bool:
        """Scroll so that the cursor is seen; whether that was needed."""
        top, height = round(self.scroll_y), max(1, self.size.height)
        wanted = min(max(top, self.cursor - height + 1), self.cursor)
        if wanted == top:
            return False
        self.scroll_to(y=wanted, animate=False, immediate=True, force=True)
        self.refresh()
        return True
