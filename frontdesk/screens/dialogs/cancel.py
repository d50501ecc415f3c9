"""Cancelling: a reason from the list, words where it needs them; the button says what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from frontdesk.core.domain.life import Life
from frontdesk.core.domain.practice import Reason, ReasonId
from frontdesk.core.domain.views import Named
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelChoice:
    reason: ReasonId
    text: str = ""


class CancelDialog(DeskDialog[CancelChoice]):
    """Answers why an appointment is cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="cancel.down", priority=True),
        Binding("up", "move(-1)", "previous", id="cancel.up", priority=True),
        Binding("enter", "confirm", "cancel it", id="cancel.confirm", priority=True),
    ]

    def __init__(self, named: Named, choice: CancelChoice | None = None, error: str = "") -> None:
        """`choice` and `error` are what was chosen before, and why it was not taken."""
        super().__init__()
        self._named, self._choice, self._error = named, choice, error
        self._chosen: Reason | None = None

    def compose(self) -> ComposeResult:
        it = self._named
        at = self.words.moment(it.appointment.start, it.appointment.zone)
        with Vertical(classes="panel"):
            yield Static(plain(f"{it.client_name} · {at} · {it.service_name} · {it.practitioner_name}"))
            yield Static(plain(_("The time is given free at once."), "$warning"))
            yield Static(plain(_("Why? A digit, or ↑↓")), classes="label")
            yield LineList[Reason](id="reasons")
            yield Static(plain(_("In a few words")), classes="label")
            yield Field(self._choice.text if self._choice else "", id="text")
            yield Static(plain(self._error, "$error"), id="problem")
            yield Button("", id="confirm", disabled=True, compact=True)
            yield Keys(
                (_("⏎ cancel it"), "screen.confirm"),
                _("tab words"),
                (_("esc back, nothing is changed"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(_("Cancel"))
        reasons = [it for it in self.words.setup.reasons.values() if it.offered and it.life is Life.ACTIVE]
        lines = [Line(f" {n} {it.label}", it) for n, it in enumerate(sorted(reasons, key=lambda it: it.position), 1)]
        found = self.query_one("#reasons", LineList)
        found.show(lines, cursor=0)
        found.cursor = -1
        found.focus()
        if self._choice is not None:
            ids = [line.value.id for line in lines]
            found.move(ids.index(self._choice.reason) + 1 if self._choice.reason in ids else 0)
            self._choose()
        self._say()

    def on_key(self, event: events.Key) -> None:
        reasons: LineList[Reason] = self.query_one("#reasons", LineList)
        if reasons.has_focus and event.character and event.character.isdigit():
            number = int(event.character)
            if 1 <= number <= len(reasons.lines):
                reasons.move(number - 1 - reasons.cursor)
                self._choose()
            event.stop()

    def on_line_list_moved(self) -> None:
        self._choose()

    def on_input_changed(self) -> None:
        self._say()

    def on_button_pressed(self) -> None:
        self.action_confirm()

    def action_move(self, by: int) -> None:
        self.query_one("#reasons", LineList).move(by)

    def action_confirm(self) -> None:
        if self._missing():
            if self._chosen is not None:
                self.query_one("#text", Input).focus()
            self._say()
            return
        assert self._chosen is not None
        self.dismiss(CancelChoice(reason=self._chosen.id, text=self.query_one("#text", Input).value.strip()))

    def _choose(self) -> None:
        reasons: LineList[Reason] = self.query_one("#reasons", LineList)
        self._chosen = reasons.chosen
        if self._chosen is not None and self._chosen.needs_text:
            self.query_one("#text", Input).focus()
        self._say()

    def _missing(self) -> str:
        if self._chosen is None:
            return _("choose a reason")
        if self._chosen.needs_text and not self.query_one("#text", Input).value.strip():
            return _("“{label}” needs a few words").format(label=self._chosen.label)
        return ""

    def _say(self) -> None:
        missing = self._missing()
        button = self.query_one("#confirm", Button)
        button.disabled = bool(missing)
        text = missing or _("Cancel the appointment of {client}").format(client=self._named.client_name)
        button.label = plain(text)
