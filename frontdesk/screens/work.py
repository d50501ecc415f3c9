"""The work list: appointments that lost their time; each stays until it is moved, cancelled or kept."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from frontdesk.core.asks.schedule import KeepAppointment, ListWork
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.views import WorkLine
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.request_card import age
from frontdesk.screens.desk_screen import bindings_of
from frontdesk.screens.flows import AppointmentFlows
from frontdesk.verbs import ON_WORK, Verb
from frontdesk.widgets.bars import Footer, Header, Info
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit


class WorkScreen(AppointmentFlows):
    """Asks what waits; the verbs act on the appointment under the cursor."""

    NAME = ON_WORK
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_WORK),
        Binding("down,j,tab", "move(1)", id="work.down", show=False),
        Binding("up,k", "move(-1)", id="work.up", show=False),
    ]

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield LineList[WorkLine](id="work")
        yield Info(id="info")
        yield Footer(ON_WORK)

    @property
    def rows(self) -> LineList[WorkLine]:
        return self.query_one("#work", LineList)

    def on_mount(self) -> None:
        self.rows.focus()
        self.head()

    def head(self) -> None:
        if self.host.setup is not None:
            self.query_one("#header", Header).show([_("Work list")], self.clock(), self.marks(but=Verb.WORK))

    def appointment_here(self) -> AppointmentId | None:
        chosen = self.rows.chosen
        return chosen.named.appointment.id if chosen is not None else None

    def verb(self, verb: Verb) -> None:
        match verb:
            case Verb.OPEN:
                here = self.appointment_here()
                if here is not None:
                    self.begin(self.panel(here))
            case Verb.KEEP:
                here = self.appointment_here()
                if here is None:
                    self.tell(_("nothing waits"), bad=True)
                else:
                    self.begin(self._keep(here))
            case Verb.BACK:
                self.app.verb(Verb.CALENDAR)  # type: ignore[attr-defined]
            case _ if self.appointment_verb(verb):
                return
            case _:
                self.app.verb(verb)  # type: ignore[attr-defined]

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def on_line_list_chosen(self) -> None:
        self.verb(Verb.OPEN)

    async def _keep(self, id_: AppointmentId) -> None:
        await self.perform(KeepAppointment(appointment=id_))

    async def _load(self) -> None:
        found = await self.look(ListWork())
        if found is None:
            return
        self.rows.show_again([Line(self._row(it), it) for it in found], lambda it: it.work.id)
        n = len(found)
        told = plural("{n} appointment waits: r moves it", "{n} appointments wait: r moves one", n).format(n=n)
        more = _("c cancels, K keeps it as it is")
        self.query_one("#info", Info).show(f"{told}, {more}" if n else _("nothing waits"))

    def _row(self, line: WorkLine) -> str:
        it = line.named.appointment
        waits = age(self.host.now() - line.work.since)
        return (
            f" {self.words.moment(it.start, it.zone):<17} {it.span.minutes:>3}m {fit(line.named.client_name, 18)}"
            f" {fit(line.named.practitioner_name, 12)} {self.words.cause(line.work)} · {waits}"
        )
