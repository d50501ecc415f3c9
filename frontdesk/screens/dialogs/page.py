"""A page to read: help, history, the day sheet, an appointment with what can be done to it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.verbs import Verb, sign_of
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import Part

WIDEST = 100


class PageDialog(DeskDialog[Verb]):
    """Shows lines; answers a verb where one of its keys was pressed, or it was clicked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "back", id="page.back", show=False),
        Binding("down,j", "move(1)", "down", id="page.down", priority=True),
        Binding("up,k", "move(-1)", "up", id="page.up", priority=True),
        Binding("pagedown,space", "move(15)", "page down", id="page.page_down"),
        Binding("pageup", "move(-15)", "page up", id="page.page_up"),
    ]

    def __init__(
        self, title: str, lines: Sequence[str], verbs: Mapping[Verb, str | None] | None = None, hint: str = ""
    ) -> None:
        """`verbs` are what it may answer, each with words of its own, its label, or untold; `hint` is told beside."""
        super().__init__()
        self._title, self._lines, self._verbs, self._hint = title, lines, verbs or {}, hint

    def compose(self) -> ComposeResult:
        parts: list[Part] = [
            (words or f"{sign_of(verb)} {_(verb.value.label)}", f"screen.pick('{verb.id}')")
            for verb, words in self._verbs.items()
            if words is not None
        ]
        with Vertical(classes="panel"):
            yield LineList[None](id="page")
            yield Keys(*filter(None, (self._hint,)), *parts, ("esc", "screen.leave"))

    def on_mount(self) -> None:
        self.title_panel(self._title)
        width = min(self.app.size.width, WIDEST) - 6
        rows = [row for line in self._lines for row in _folded(line, width)]
        page = self.query_one("#page", LineList)
        page.show([Line(row, None) for row in rows])
        page.cursor = -1

    def on_key(self, event: events.Key) -> None:
        for verb in self._verbs:
            if event.key in verb.value.keys.split(",") or event.character in verb.value.keys.split(","):
                event.stop()
                self.dismiss(verb)
                return
        if event.is_printable and event.key not in self.active_bindings:
            self.tell(_("{key} does nothing here; esc leaves").format(key=event.character), bad=True)

    def action_pick(self, name: str) -> None:
        self.dismiss(Verb[name.upper()])

    def action_move(self, by: int) -> None:
        self.query_one("#page", LineList).scroll_lines(by)


def _folded(line: str, width: int) -> list[str]:
    """A long line goes on below, set in: nothing of it is cut."""
    return textwrap.wrap(line, width, subsequent_indent="      ", drop_whitespace=False) or [""]
