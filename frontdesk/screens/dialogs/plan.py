"""The plan of an absence: each appointment and where it goes; changed where needed, applied as one act."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from frontdesk.core.asks.holds import ReleaseSlot
from frontdesk.core.asks.slots import Away
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.plans import first_in_the_way
from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.times import MINUTE
from frontdesk.core.domain.views import Named, PlannedMove
from frontdesk.core.render.language import _, plural
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.screens.dialogs.picker import Picked, PickerDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whose absence it is, and where each appointment goes."""

    title: str
    away: Away
    moves: tuple[PlannedMove, ...]

    def kept_in(self, fresh: tuple[PlannedMove, ...]) -> Plan:
        """The same choices in what lies there now; what was changed meanwhile is proposed anew.

        What is proposed anew where a choice lies already has no place yet: people choose one.
        """
        chosen = {_key(it): it.to for it in self.moves}
        kept = [replace(it, to=chosen[_key(it)]) for it in fresh if _key(it) in chosen]
        moves = []
        for it in fresh:
            if _key(it) in chosen:
                moves.append(replace(it, to=chosen[_key(it)]))
            else:
                moves.append(it if first_in_the_way(it, kept) is None else replace(it, to=None))
        return replace(self, moves=tuple(moves))


def _key(it: PlannedMove) -> tuple[AppointmentId, int]:
    return it.named.appointment.id, it.named.appointment.revision


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

    def __init__(self, plan: Plan, error: str = "", about: AppointmentId | None = None) -> None:
        """`error` is why the plan was not taken as it was, `about` the line that stood against it."""
        super().__init__()
        self._plan, self._error, self._about = plan, error, about
        self._moves = list(plan.moves)
        self._proposed = list(plan.moves)

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
        self.title_panel(self._plan.title)
        rows = self.query_one("#moves", LineList)
        rows.focus()
        self._show()
        ids = [it.named.appointment.id for it in self._moves]
        if self._about in ids:
            rows.move(ids.index(self._about) - rows.cursor)

    def on_resize(self) -> None:
        self._show()

    def action_move(self, by: int) -> None:
        self.query_one("#moves", LineList).move(by)

    def action_apply(self) -> None:
        self.dismiss(replace(self._plan, moves=tuple(self._moves)))

    def action_leave_it(self) -> None:
        """To the work list, or back into the plan."""
        at = self.query_one("#moves", LineList).cursor
        if self._moves:
            kept = self._proposed[at].to if self._moves[at].to is None else None
            self._moves[at] = replace(self._moves[at], to=kept)
            self._error = ""
            self._show()

    def action_change(self) -> None:
        if self._moves:
            self.begin(self._pick(self.query_one("#moves", LineList).cursor))

    async def _pick(self, at: int) -> None:
        named = self._moves[at].named
        picked = await self.answer(PickerDialog(named, away=self._plan.away))
        if picked is None:
            return
        if picked.hold is not None:
            await self.keep_quietly(ReleaseSlot(key=picked.hold))  # the plan is applied as a whole, or not at all
        against = self._against(named, picked)
        if against or not isinstance(picked.start, int):
            self._error = against
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
        move = replace(self._moves[at], to=slot)
        there = first_in_the_way(move, self._moves)
        if there is not None:
            self._error = _("{client} goes there in this plan").format(client=there.named.client_name)
        else:
            self._error = ""
            self._moves[at] = self._proposed[at] = move
        self._show()

    def _against(self, named: Named, picked: Picked) -> str:
        """What a plan cannot take: it changes when, who and where, and overrides nothing."""
        if picked.override or not isinstance(picked.start, int):
            return _("a plan takes only free times")
        if picked.service != named.appointment.service or picked.note is not None:
            return _("a plan changes the time and the person; move it by itself (x, then w) to change more")
        return ""

    def _show(self) -> None:
        rows = self.query_one("#moves", LineList)
        rows.show([self._row(it) for it in self._moves], rows.cursor)
        left = sum(it.to is None for it in self._moves)
        moved = len(self._moves) - left
        parts = [plural("{n} is moved and told", "{n} are moved and told", moved).format(n=moved)] if moved else []
        if left:
            parts.append(plural("{n} goes to the work list", "{n} go to the work list", left).format(n=left))
        told = " · ".join(parts)
        self.query_one("#problem", Static).update(plain(self._error or told, "$error" if self._error else "$warning"))

    def _row(self, it: PlannedMove) -> Line[PlannedMove]:
        appointment = it.named.appointment
        was = self.voice.moment(appointment.start, appointment.zone)
        to = f"→ {self.voice.slot(it.to)}" if it.to is not None else f"· {_('work list')}"
        narrow = self.app.size.width < 80  # then the new time matters more than the service
        what = "" if narrow else f" {fit(it.named.service_name, 9)}"
        text = f"{fit(was, 16)} {fit(it.named.client_name, 12 if narrow else 16)}{what} {to}"
        bad = it.to is None or (bool(self._error) and appointment.id == self._about)
        return Line(text, it, "bad" if bad else "plain")
