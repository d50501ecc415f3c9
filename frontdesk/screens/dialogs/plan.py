"""The plan of an absence: each appointment and where it goes; changed where needed, applied as one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.times import MINUTE
from frontdesk.core.domain.views import PlannedMove
from frontdesk.core.render.language import _, plural
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.screens.dialogs.picker import PickerDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be applied."""

    moves: tuple[PlannedMove, ...]


class PlanDialog(DeskDialog[Plan]):
    """Answers the plan as it is to be applied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "next", id="plan.down", priority=True),
        Binding("up,k", "move(-1)", "previous", id="plan.up", priority=True),
        Binding("enter", "apply", "apply", id="plan.apply", priority=True),
        Binding("r", "change", "another time", id="plan.change"),
        Binding("x,space", "leave_it", "work list", id="plan.leave_it"),
        Binding("q", "leave", "back", id="plan.back", show=False),
    ]

    def __init__(self, title: str, moves: Sequence[PlannedMove], error: str = "") -> None:
        """`error` is why the plan was not taken as it was."""
        super().__init__()
        self._title, self._moves, self._error = title, list(moves), error
        self._proposed = list(moves)

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield LineList[PlannedMove](id="moves")
            yield Static("", id="problem")
            yield Keys(
                (_("⏎ apply"), "screen.apply"),
                (_("r another time"), "screen.change"),
                (_("x work list instead"), "screen.leave_it"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(self._title)
        self.query_one("#moves", LineList).focus()
        self._show()

    def action_move(self, by: int) -> None:
        self.query_one("#moves", LineList).move(by)

    def action_apply(self) -> None:
        self.dismiss(Plan(moves=tuple(self._moves)))

    def action_leave_it(self) -> None:
        """To the work list, or back into the plan."""
        at = self.query_one("#moves", LineList).cursor
        if self._moves:
            kept = self._proposed[at].to if self._moves[at].to is None else None
            self._moves[at] = replace(self._moves[at], to=kept)
            self._show()

    def action_change(self) -> None:
        if self._moves:
            self.begin(self._pick(self.query_one("#moves", LineList).cursor))

    async def _pick(self, at: int) -> None:
        named = self._moves[at].named
        picked = await self.answer(PickerDialog(named))
        if picked is None:
            return
        if picked.override or not isinstance(picked.start, int):
            self._error = _("a plan takes only free times")
            self._show()
            return
        length = named.appointment.span.minutes * MINUTE
        slot = Slot(
            start=picked.start,
            end=picked.start + length,
            practitioner=picked.practitioner,
            location=picked.location,
            room=picked.room,
        )
        self._error = ""
        self._moves[at] = self._proposed[at] = replace(self._moves[at], to=slot)
        self._show()

    def _show(self) -> None:
        rows = self.query_one("#moves", LineList)
        rows.show([self._row(it) for it in self._moves], rows.cursor)
        left = sum(it.to is None for it in self._moves)
        told = plural("{n} goes to the work list", "{n} go to the work list", left).format(n=left) if left else ""
        self.query_one("#problem", Static).update(plain(self._error or told, "$error" if self._error else "$warning"))

    def _row(self, it: PlannedMove) -> Line[PlannedMove]:
        appointment = it.named.appointment
        was = self.words.moment(appointment.start, appointment.zone)
        to = f"→ {self.words.slot(it.to)}" if it.to is not None else f"· {_('work list')}"
        text = f"{fit(was, 16)} {fit(it.named.client_name, 16)} {fit(it.named.service_name, 9)} {to}"
        return Line(text, it, "plain" if it.to is not None else "bad")
