"""Words of several lines: a message to a client, or the one mail of a change, rewritten before it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.text import plain


class LetterDialog(DeskDialog[str]):
    """Answers the text as it was left; escape leaves it unsaid."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "done", "done", id="letter.done", priority=True),
        Binding("ctrl+d", "start_again", "as the template has it", id="letter.again", priority=True),
    ]

    def __init__(
        self,
        title: str,
        text: str = "",
        error: str = "",
        template: str = "",
        done: str = "",
        keep: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`template` is what ctrl+d brings back; `done` says what ctrl+s does; `keep` gets what escape leaves."""
        super().__init__()
        self._title, self._text, self._error, self._template = title, text, error, template
        self._keep = keep
        self._done = done or _("send")

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield TextArea(self._text, id="text", soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
            yield Static(plain(self._error, "$error"), id="problem")
            again = ((_("^d as the template has it"), "screen.start_again"),) if self._template else ()
            yield Keys((f"^s {self._done}", "screen.done"), *again, (_("esc back"), "screen.leave"))

    def on_mount(self) -> None:
        self.title_panel(self._title)
        area = self.query_one(TextArea)
        area.cursor_blink = False
        area.focus()

    def on_text_area_changed(self) -> None:
        if self.query_one(TextArea).text != self._text:
            self.query_one("#problem", Static).update("")

    def action_leave(self) -> None:
        self._keep(self.query_one(TextArea).text)
        super().action_leave()

    def action_start_again(self) -> None:
        if self._template:
            self.query_one(TextArea).text = self._template

    def action_done(self) -> None:
        text = self.query_one(TextArea).text.strip()
        if not text:
            self.query_one("#problem", Static).update(plain(_("there are no words yet"), "$error"))
            return
        self.dismiss(text)
