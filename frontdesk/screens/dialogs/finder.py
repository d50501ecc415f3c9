"""`/`: find a client, an appointment, a reference, while typing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from frontdesk.core.asks.clients import FindClients
from frontdesk.core.domain.views import ClientHit
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList


class FinderDialog(DeskDialog[ClientHit]):
    """Answers the client that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="finder.down", priority=True),
        Binding("up", "move(-1)", "previous", id="finder.up", priority=True),
        Binding("enter", "choose", "choose", id="finder.choose", priority=True),
    ]

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title or _("find")

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Field(placeholder=_("half a name, last digits, e-mail, reference"), id="typed")
            yield LineList[ClientHit](id="found", can_focus=False)

    def on_mount(self) -> None:
        self.title_panel(self._title)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.begin(self._find(event.value), group="find", exclusive=True)

    async def _find(self, typed: str) -> None:
        found = await self.look(FindClients(text=typed, limit=12)) if typed.strip() else ()
        if found is None:
            return
        hits = self.query_one("#found", LineList)
        hits.show([Line(self._line(hit), hit) for hit in found])
        if typed.strip() and not found:
            hits.show([Line(_("nobody found"), None, "dim")])

    def _line(self, hit: ClientHit) -> str:
        upcoming = self.words.moment(hit.next) if hit.next is not None else ""
        return f"{hit.name:<26} {hit.birthday:<10} {hit.phone or hit.email:<18} {upcoming}"

    def on_line_list_chosen(self) -> None:
        self.action_choose()

    def action_move(self, by: int) -> None:
        self.query_one("#found", LineList).move(by)

    def action_choose(self) -> None:
        hits: LineList[ClientHit] = self.query_one("#found", LineList)
        if hits.chosen is not None:
            self.dismiss(hits.chosen)
