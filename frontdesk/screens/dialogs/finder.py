"""`/`: find a client, an appointment, a reference, while typing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from frontdesk.core.asks.clients import FindClients
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.requests import RequestId, request_of_ref
from frontdesk.core.domain.views import ClientHit
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList

SHOWN = 12
"""Clients in the list at most."""


class FinderDialog(DeskDialog[ClientHit | RequestId]):
    """Answers the client that was chosen, or the request whose reference was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="finder.down", priority=True),
        Binding("up", "move(-1)", "previous", id="finder.up", priority=True),
        Binding("enter", "choose", "choose", id="finder.choose", priority=True),
    ]

    def __init__(self, title: str = "", but: tuple[ClientId, ...] = ()) -> None:
        """`but` are clients that are no answer."""
        super().__init__()
        self._title, self._but = title or _("find"), but

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Field(placeholder=_("half a name, last digits, e-mail, reference"), id="typed")
            yield LineList[ClientHit](id="found", can_focus=False)

    def on_mount(self) -> None:
        self.title_panel(self._title)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.begin(self._find(event.value), group="find", exclusive=True)

    async def _find(self, typed: str) -> None:
        request = request_of_ref(typed)
        if request is not None and not self._but:
            self.query_one("#found", LineList).show([Line(f"{typed.upper()} · {_('open the request')}", request)])
            return
        found = await self.look(FindClients(text=typed, limit=SHOWN + 1)) if typed.strip() else ()
        if found is None:
            return
        hits: LineList[ClientHit | None] = self.query_one("#found", LineList)
        others = [hit for hit in found if hit.id not in self._but]
        lines: list[Line[ClientHit | None]] = [Line(self._line(hit), hit) for hit in others[:SHOWN]]
        if len(others) > SHOWN:
            lines.append(Line(_("and more; type on"), None, "dim"))
        if typed.strip() and not others:
            lines.append(Line(_("nobody found"), None, "dim"))
        hits.show(lines)

    def _line(self, hit: ClientHit) -> str:
        upcoming = self.voice.moment(hit.next) if hit.next is not None else ""
        return f"{hit.name:<26.26} {hit.birthday:<10} {hit.phone or hit.email:<18.18} {upcoming}"

    def on_line_list_chosen(self) -> None:
        self.action_choose()

    def action_move(self, by: int) -> None:
        self.query_one("#found", LineList).move(by)

    def action_choose(self) -> None:
        hits: LineList[ClientHit | RequestId] = self.query_one("#found", LineList)
        if hits.chosen is not None:
            self.dismiss(hits.chosen)
