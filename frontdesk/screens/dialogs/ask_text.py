"""One line or a few, asked for: a date to go to, a reason for an override, notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.field import Field
from frontdesk.widgets.text import plain


class AskTextDialog(DeskDialog[tuple[str, ...]]):
    """Answers what was typed into its fields; `fits` says what is wrong with it, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "done", "done", id="ask.done", priority=True)]

    def __init__(
        self,
        title: str,
        fields: tuple[tuple[str, str], ...],
        explain: str = "",
        fits: Callable[[tuple[str, ...]], str] | None = None,
        echo: Callable[[tuple[str, ...]], str] | None = None,
        done: str = "",
    ) -> None:
        """`fields` are labels and what stands in them at first; `echo` shows how it is understood while typing.

        `done` says what enter does.
        """
        super().__init__()
        self._title, self._fields, self._explain = title, fields, explain
        self._fits, self._echo, self._done = fits, echo, done or _("done")

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            if self._explain:
                yield Static(plain(self._explain), classes="explain")
            for number, (label, value) in enumerate(self._fields):
                yield Static(plain(label), classes="label")
                yield Field(value, id=f"field-{number}")
            yield Static("", id="echo")
            yield Keys((f"⏎ {self._done}", "screen.done"), (_("esc back"), "screen.leave"))

    def on_mount(self) -> None:
        self.title_panel(self._title)

    def on_input_changed(self) -> None:
        if self._echo is not None:
            self.query_one("#echo", Static).update(plain(self._echo(self._typed())))

    def action_done(self) -> None:
        typed = self._typed()
        wrong = self._fits(typed) if self._fits is not None else ""
        if wrong:
            self.query_one("#echo", Static).update(plain(wrong, "$error"))
            return
        self.dismiss(typed)

    def _typed(self) -> tuple[str, ...]:
        return tuple(self.query_one(f"#field-{n}", Input).value for n in range(len(self._fields)))
