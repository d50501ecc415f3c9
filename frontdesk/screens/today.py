"""Today: who is due, late, here, in session, done, did not come; one key for each step."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.domain.appointments import AppointmentId, Status
from frontdesk.core.domain.times import MINUTE, Instant, local_date, wall_time
from frontdesk.core.domain.touched import APPOINTMENT, CLIENT, SETUP
from frontdesk.core.domain.views import Named
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import status
from frontdesk.screens.deeds.appointments import AppointmentDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.screens.dialogs.new_appointment import Draft
from frontdesk.verbs import ON_TODAY, Verb
from frontdesk.widgets.bars import Footer, Header, Info
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit

DRAWN = (
    Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_SESSION, Status.DONE, Status.NO_SHOW,
)  # fmt: skip
OVER = (Status.DONE, Status.NO_SHOW)


class TodayScreen(MainScreen):
    """Asks for the day's appointments; the verbs act on the one under the cursor."""

    NAME = ON_TODAY
    SHOWS = frozenset({APPOINTMENT, CLIENT, SETUP})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_TODAY),
        Binding("down,j,tab", "move(1)", id="today.down", show=False),
        Binding("up,k", "move(-1)", id="today.up", show=False),
        Binding("pagedown", "move(15)", id="today.page_down", show=False),
        Binding("pageup", "move(-15)", id="today.page_up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.appointments = AppointmentDeeds(self)
        self._found: tuple[Named, ...] = ()
        self._is_fresh = True

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield LineList[Named](id="today")
        yield Info(id="info")
        yield Footer(ON_TODAY)

    @property
    def rows(self) -> LineList[Named]:
        return self.query_one("#today", LineList)

    def on_mount(self) -> None:
        self.rows.focus()
        self.head()

    def tick(self) -> None:
        """Another minute: what is overdue changes its mark."""
        self._draw()
        self.head()

    def head(self) -> None:
        if self.host.setup is None:
            return
        today = local_date(self.host.now(), self.voice.zone)
        title = f"{_('4 Today')} · {self.voice.day(today)}"
        self.query_one("#header", Header).show([title], self.clock(), self.marks(but=Verb.TODAY))

    def appointment_here(self) -> AppointmentId | None:
        chosen = self.rows.chosen
        return chosen.appointment.id if chosen is not None else None

    def verb(self, verb: Verb) -> None:
        match verb:
            case Verb.OPEN:
                here = self.appointment_here()
                if here is not None:
                    self.begin(self.appointments.panel(here))
            case Verb.NEW:
                now = wall_time(self.host.now(), self.voice.zone).replace(tzinfo=None, second=0)
                self.begin(self.appointments.book(Draft(practitioner=None, start=now, search=True)))
            case Verb.BACK:
                self.host.verb(Verb.CALENDAR)
            case _ if self.appointments.start(verb, self.appointment_here()):
                return
            case _:
                self.host.verb(verb)

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def on_line_list_moved(self) -> None:
        self._tell()

    def on_line_list_chosen(self) -> None:
        self.verb(Verb.OPEN)

    async def load(self) -> None:
        today = local_date(self.host.now(), self.voice.zone)
        found = await self.look(ListAppointments(first=today, last=today, statuses=DRAWN, limit=5000))
        if found is not None:
            self._found = found.items
            self._draw()

    def _draw(self) -> None:
        """The cursor stays on its appointment; at first it is on who is late, else on who is next."""
        now = self.host.now()
        lines = [self._row(it, now) for it in self._found]
        if self._is_fresh and self._found:
            self._is_fresh = False
            late = (n for n, it in enumerate(self._found) if it.appointment.is_late(now))
            due = (n for n, it in enumerate(self._found) if it.appointment.status not in OVER)
            self.rows.show(lines, next(late, next(due, len(lines) - 1)))
        else:
            self.rows.show_again(lines, lambda it: it.appointment.id)
        self._tell()

    def _row(self, named: Named, now: Instant) -> Line[Named]:
        it = named.appointment
        late = it.is_late(now)
        mark = self.host.glyphs.of(it.status, late)
        when = f"{self.voice.time(it.start)}–{self.voice.time(it.end)}"
        room = max(self.rows.size.width or 80, 60) - 36
        text = (
            f" {mark} {when:<13} {fit(named.client_name, room * 9 // 20)} {fit(named.service_name, room * 3 // 10)}"
            f" {fit(named.practitioner_name, room // 4)} {self._state(named, now)}"
        )
        look = "bad" if late or it.status is Status.NO_SHOW else "dim" if it.status is Status.DONE else "plain"
        return Line(text, named, look)

    def _state(self, named: Named, now: Instant) -> str:
        """Where the visit stands, and by how much that is overdue."""
        it = named.appointment
        since = (now - it.start) // MINUTE
        over = (now - it.end) // MINUTE
        if it.is_late(now):
            return _("{n} min late").format(n=since)
        if it.status is Status.ARRIVED and since > 0:
            return _("here +{n} min").format(n=since)
        if it.status is Status.IN_SESSION and over > 0:
            return _("{n} min over").format(n=over)
        if it.status in (Status.BOOKED, Status.CONFIRMED):
            told = status(it.status) if it.status is Status.CONFIRMED else _("due")
            return f"{told} {_('in {n} min').format(n=-since)}" if -since < 60 else told
        return status(it.status)

    def _tell(self) -> None:
        now = self.host.now()
        every = [it.appointment for it in self._found]
        counts = (
            (_("{n} late"), sum(it.is_late(now) for it in every)),
            (_("{n} due"), sum(it.status in (Status.BOOKED, Status.CONFIRMED) and it.start > now for it in every)),
            (_("{n} here"), sum(it.status is Status.ARRIVED for it in every)),
            (_("{n} in session"), sum(it.status is Status.IN_SESSION for it in every)),
            (_("{n} done"), sum(it.status is Status.DONE for it in every)),
            (_("{n} no-show"), sum(it.status is Status.NO_SHOW for it in every)),
        )
        told = " · ".join(text.format(n=n) for text, n in counts if n)
        self.query_one("#info", Info).show(told or _("nobody is booked today"))
