"""The work list: appointments that lost their time, until they are moved, cancelled or kept; clients to be called."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from frontdesk.core.asks.mails import ListCalls
from frontdesk.core.asks.schedule import KeepAppointment, ListWork
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.outbox import trouble_of
from frontdesk.core.domain.touched import APPOINTMENT, CLIENT, MAIL, SETUP, WORK
from frontdesk.core.domain.views import CallLine, WorkLine
from frontdesk.core.render.language import _
from frontdesk.core.render.request_card import age
from frontdesk.core.render.words.troubles import trouble_words
from frontdesk.core.render.words.work import cause_words
from frontdesk.screens.deeds.appointments import AppointmentDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.verbs import ON_WORK, Verb
from frontdesk.widgets.bars import Footer, Header, Info
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit

Row: TypeAlias = WorkLine | CallLine


class WorkScreen(MainScreen):
    """Asks what waits; the verbs act on the appointment, or the call, under the cursor."""

    NAME = ON_WORK
    SHOWS = frozenset({APPOINTMENT, CLIENT, MAIL, SETUP, WORK})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_WORK),
        Binding("down,j,tab", "move(1)", id="work.down", show=False),
        Binding("up,k", "move(-1)", id="work.up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.appointments = AppointmentDeeds(self)
        self.mails = self.appointments.mails

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield LineList[Row](id="work")
        yield Info(id="info")
        yield Footer(ON_WORK)

    @property
    def rows(self) -> LineList[Row]:
        return self.query_one("#work", LineList)

    def on_mount(self) -> None:
        self.rows.focus()
        self.head()

    def head(self) -> None:
        if self.host.setup is not None:
            self.query_one("#header", Header).show([_("Work list")], self.clock(), self.marks(but=Verb.WORK))

    def appointment_here(self) -> AppointmentId | None:
        match self.rows.chosen:
            case WorkLine() as line:
                return line.named.appointment.id
            case CallLine(owed) if owed.about.kind == "appointment":
                return AppointmentId(int(owed.about.id))
            case _:
                return None

    def call_here(self) -> CallLine | None:
        here = self.rows.chosen
        return here if isinstance(here, CallLine) else None

    def verb(self, verb: Verb) -> None:
        call = self.call_here()
        match verb:
            case Verb.OPEN if call is not None:
                self.begin(self.mails.read(call.owed.id))
            case Verb.KEEP if call is not None:
                self.begin(self.mails.called(call.owed))
            case Verb.OPEN:
                here = self.appointment_here()
                if here is not None:
                    self.begin(self.appointments.panel(here))
            case Verb.KEEP:
                here = self.appointment_here()
                if here is None:
                    self.tell(_("nothing waits"), bad=True)
                else:
                    self.begin(self._keep(here))
            case Verb.UNDO if self.mails.undoes_decision():
                return
            case Verb.BACK:
                self.host.verb(Verb.CALENDAR)
            case _ if self.appointments.start(verb, self.appointment_here()):
                return
            case _:
                self.host.verb(verb)

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def on_line_list_chosen(self) -> None:
        self.verb(Verb.OPEN)

    async def _keep(self, id_: AppointmentId) -> None:
        await self.perform(KeepAppointment(appointment=id_))

    async def load(self) -> None:
        found, calls = await self.look(ListWork()), await self.look(ListCalls())
        if found is None or calls is None:
            return
        lines: list[Line[Row]] = [Line(self._row(it), it) for it in found]
        lines += [Line(self._call(it), it) for it in calls]
        self.rows.show_again(lines, _key)
        self._tell_cursor()

    def on_line_list_moved(self) -> None:
        self._tell_cursor()

    def _tell_cursor(self) -> None:
        match self.rows.chosen:
            case WorkLine():
                told = _("r moves it, c cancels, K keeps it as it is")
            case CallLine(owed, phone):
                trouble = trouble_of(owed)
                why = trouble_words(trouble) if trouble is not None else ""
                told = " · ".join(filter(None, (phone, why, _("enter: what to say, K: was called"))))
            case _:
                told = _("nothing waits")
        self.query_one("#info", Info).show(told)

    def _call(self, line: CallLine) -> str:
        it = line.owed
        waits = age(self.host.now() - it.made_at)
        return f" {fit(_('call'), 17)}      {fit(it.name, 18)} {it.title} · {waits}"

    def _row(self, line: WorkLine) -> str:
        it = line.named.appointment
        waits = age(self.host.now() - line.work.since)
        return (
            f" {self.voice.moment(it.start, it.zone):<17} {it.span.minutes:>3}m {fit(line.named.client_name, 18)}"
            f" {fit(line.named.practitioner_name, 12)} {cause_words(self.voice, line.work)} · {waits}"
        )


def _key(row: Row) -> tuple[str, int]:
    return ("work", row.work.id) if isinstance(row, WorkLine) else ("call", row.owed.id)
