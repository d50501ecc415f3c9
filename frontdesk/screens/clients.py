"""The list of clients: type to find, enter opens the card."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from frontdesk.core.asks.clients import FindClients
from frontdesk.core.domain.touched import APPOINTMENT, CLIENT, NEW_CLIENT, SETUP
from frontdesk.core.domain.views import ClientHit
from frontdesk.core.render.language import _
from frontdesk.screens.deeds.appointments import AppointmentDeeds
from frontdesk.screens.deeds.clients import ClientDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.verbs import ON_CLIENTS, Verb
from frontdesk.widgets.bars import Footer, Header, Info
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList

PAGE = 200


class ClientsScreen(MainScreen):
    """Asks for clients, shows them, opens one."""

    NAME = ON_CLIENTS
    SHOWS = frozenset({APPOINTMENT, CLIENT, NEW_CLIENT, SETUP})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_CLIENTS),
        Binding("down,j", "move(1)", id="clients.down", show=False),
        Binding("up,k", "move(-1)", id="clients.up", show=False),
        Binding("pagedown", "move(15)", id="clients.page_down", show=False),
        Binding("pageup", "move(-15)", id="clients.page_up", show=False),
        Binding("f,tab", "filter", id="clients.filter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.appointments = AppointmentDeeds(self)
        self.mails = self.appointments.mails

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield Field(placeholder=_("f: half a name, last digits, e-mail, reference"), id="typed")
        yield LineList[ClientHit](id="found")
        yield Info(id="info")
        yield Footer(ON_CLIENTS)

    def on_mount(self) -> None:
        self.head()
        self.query_one("#found", LineList).focus()

    def head(self) -> None:
        if self.host.setup is not None:
            self.query_one("#header", Header).show([_("3 Clients")], self.clock(), self.marks())

    def appointment_here(self) -> None:
        return None

    def verb(self, verb: Verb) -> None:
        match verb:
            case Verb.OPEN:
                self._open()
            case Verb.NEW:
                self.begin(self._new())
            case Verb.MESSAGE:
                chosen: ClientHit | None = self.query_one("#found", LineList).chosen
                if chosen is not None:
                    self.begin(self.mails.write_message(chosen.id))
            case Verb.EDIT | Verb.HISTORY:
                self._open()
            case Verb.BACK if self.query_one("#typed", Input).has_focus:
                self.query_one("#found", LineList).focus()
            case Verb.BACK:
                self.host.verb(Verb.CALENDAR)
            case _:
                self.host.verb(verb)

    def action_move(self, by: int) -> None:
        self.query_one("#found", LineList).move(by)

    def action_filter(self) -> None:
        self.query_one("#typed", Input).focus()

    def on_input_changed(self) -> None:
        self.query_one("#found", LineList).cursor = -1  # what is found now begins at its first
        self.refresh_data()

    def on_input_submitted(self) -> None:
        self.query_one("#found", LineList).focus()

    def on_line_list_chosen(self) -> None:
        self._open()

    async def load(self) -> None:
        found = await self.look(FindClients(text=self.query_one("#typed", Input).value, limit=PAGE))
        if found is None:
            return
        rows: LineList[ClientHit] = self.query_one("#found", LineList)
        rows.show_again([Line(self._line(hit), hit) for hit in found], lambda hit: hit.id)
        more = _("the first {n}; type to find others").format(n=PAGE) if len(found) == PAGE else ""
        self.query_one("#info", Info).show(more or _("{n} clients").format(n=len(found)))

    def _line(self, hit: ClientHit) -> str:
        upcoming = self.voice.moment(hit.next) if hit.next is not None else ""
        return f"{hit.name:<28.28} {hit.birthday:<10} {hit.phone:<20.20} {upcoming}"

    def _open(self) -> None:
        chosen: ClientHit | None = self.query_one("#found", LineList).chosen
        if chosen is not None:
            self.host.open_client(chosen.id)

    async def _new(self) -> None:
        made = await ClientDeeds(self).add()
        if made is not None:
            self.host.open_client(made)
