"""The palette: everything by name, clients and dates, while typing; enter takes the first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from frontdesk.core.asks.clients import FindClients
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import local_date
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.verbs import Verb, sign_of, verbs_of
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit

CLIENTS = 6
"""Clients in the list at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen: a verb, a client or a day."""

    verb: Verb | None = None
    client: ClientId | None = None
    day: date | None = None


class PaletteDialog(DeskDialog[Wanted]):
    """Answers what somebody wants by name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="palette.down", priority=True),
        Binding("up", "move(-1)", "previous", id="palette.up", priority=True),
        Binding("enter", "choose", "choose", id="palette.choose", priority=True),
    ]
    DEFAULT_CSS = """
    PaletteDialog .panel LineList { max-height: 18; }
    """

    def __init__(self, screen: str) -> None:
        """`screen` is the one it was opened on: its verbs are offered."""
        super().__init__()
        self._screen_name = screen

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Field(placeholder=_("a command, a client, a date"), id="typed")
            yield LineList[Wanted](id="found", can_focus=False)

    def on_mount(self) -> None:
        self.title_panel(_("palette"))
        self._show("", [])

    def on_input_changed(self, event: Input.Changed) -> None:
        self.begin(self._find(event.value.strip()), group="find", exclusive=True)

    def on_line_list_chosen(self) -> None:
        self.action_choose()

    def action_move(self, by: int) -> None:
        self.query_one("#found", LineList).move(by)

    def action_choose(self) -> None:
        chosen: Wanted | None = self.query_one("#found", LineList).chosen
        if chosen is not None:
            self.dismiss(chosen)

    async def _find(self, typed: str) -> None:
        self._show(typed, [])  # what is known stands at once; clients follow
        if len(typed) < 3 or self.host.setup is None:
            return
        found = await self.look(FindClients(text=typed, limit=CLIENTS))
        if found:
            self._show(typed, [Line(f" {fit(hit.name, 24)} {hit.phone}", Wanted(client=hit.id)) for hit in found])

    def _show(self, typed: str, clients: list[Line[Wanted]]) -> None:
        lines = [*self._day(typed), *self._verbs(typed), *clients]
        self.query_one("#found", LineList).show(lines or [Line(f" {_('nothing is called that')}", None, "dim")])

    def _day(self, typed: str) -> Iterator[Line[Wanted]]:
        """A day by what people call it."""
        if not typed or self.host.setup is None:
            return
        today = local_date(self.host.now(), self.voice.zone)
        try:
            wanted = when(typed, today, locale=self.voice.setup.practice.locale)
        except NotUnderstood:
            return
        if wanted.named_day:
            yield Line(f" {fit(self.voice.day(wanted.day), 24)} {_('go to this day')}", Wanted(day=wanted.day))

    def _verbs(self, typed: str) -> list[Line[Wanted]]:
        """Those whose name begins with it, then those that have it in name or help."""
        wanted = folded(typed)
        ranked = []
        for verb in verbs_of(self._screen_name):
            name, told = folded(_(verb.value.label)), folded(_(verb.value.help))
            rank = 0 if name == wanted else 1 if name.startswith(wanted) else 2 if wanted in name else 3
            if rank < 3 or wanted in told:
                key = f"({sign_of(verb)})" if verb.value.keys else ""
                text = f" {fit(f'{_(verb.value.label)} {key}', 24)} {_(verb.value.help)}"
                ranked.append((rank, Line(text, Wanted(verb=verb))))
        return [line for _rank, line in sorted(ranked, key=lambda it: it[0])]
