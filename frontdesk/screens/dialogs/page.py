"""A page to read: help, history, the day sheet, an appointment with what can be done to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.verbs import Verb
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain


class PageDialog(DeskDialog[Verb]):
    """Shows lines; answers a verb where one of its keys was pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "back", id="page.back", show=False),
        Binding("down,j", "move(1)", "down", id="page.down", priority=True),
        Binding("up,k", "move(-1)", "up", id="page.up", priority=True),
        Binding("pagedown,space", "move(15)", "page down", id="page.page_down"),
        Binding("pageup", "move(-15)", "page up", id="page.page_up"),
    ]

    def __init__(self, title: str, lines: Sequence[str], keys: str = "", verbs: Sequence[Verb] = ()) -> None:
        super().__init__()
        self._title, self._lines, self._keys, self._verbs = title, lines, keys, verbs

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield LineList[None](id="page")
            yield Static(plain(self._keys or "esc"), classes="keys")

    def on_mount(self) -> None:
        self.title_panel(self._title)
        self.query_one("#page", LineList).show([Line(text, None) for text in self._lines])

    def on_key(self, event: events.Key) -> None:
        for verb in self._verbs:
            if event.key in verb.value.keys.split(",") or event.character in verb.value.keys.split(","):
                event.stop()
                self.dismiss(verb)
                return

    def action_move(self, by: int) -> None:
        self.query_one("#page", LineList).move(by)
