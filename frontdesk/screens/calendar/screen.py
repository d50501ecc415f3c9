"""The calendar: day, week, month, list; the cursor says what the verbs act on."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import wall_time
from frontdesk.core.domain.touched import (
    APPOINTMENT,
    CLIENT,
    HOLD,
    PICKED_UP,
    REQUEST,
    SETUP,
    Touched,
    concerns,
    days_around,
)
from frontdesk.core.render.language import _
from frontdesk.screens.calendar.info import about_day, about_here, about_named
from frontdesk.screens.calendar.listing import Listing
from frontdesk.screens.calendar.picture import Picture
from frontdesk.screens.calendar.place import Place
from frontdesk.screens.calendar.rail import Rail
from frontdesk.screens.calendar.views import Shows, heading
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.verbs import ON_CALENDAR, Verb
from frontdesk.widgets.bars import Footer, Header, Info, Mark
from frontdesk.widgets.grid_cursor import Cursor, Here
from frontdesk.widgets.month_grid import MonthGrid
from frontdesk.widgets.time_grid import TimeGrid

if TYPE_CHECKING:  # with their dialogues: the first frame waits for none of them
    from frontdesk.screens.calendar.deeds import CursorDeeds
    from frontdesk.screens.deeds.appointments import AppointmentDeeds
    from frontdesk.screens.deeds.requests import RequestDeeds

T = TypeVar("T")

MOVES: tuple[tuple[str, str], ...] = (
    ("left,h", "cursor(-1,0)"),
    ("right,l", "cursor(1,0)"),
    ("up,k", "cursor(0,-1)"),
    ("down,j", "cursor(0,1)"),
    ("end", "edge(True)"),
    ("home", "edge(False)"),
)


class CalendarScreen(MainScreen):
    """Asks for days, draws them, and begins what keys ask for."""

    NAME = ON_CALENDAR
    SHOWS = frozenset({APPOINTMENT, CLIENT, HOLD, PICKED_UP, REQUEST, SETUP})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_CALENDAR),
        *(Binding(keys, action, id=f"cursor.{action}", show=False) for keys, action in MOVES),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.place = Place(self)
        self.picture = Picture(self)

    @cached_property
    def appointments(self) -> AppointmentDeeds:
        from frontdesk.screens.deeds.appointments import AppointmentDeeds

        return AppointmentDeeds(self)

    @cached_property
    def requests(self) -> RequestDeeds:
        from frontdesk.screens.deeds.requests import RequestDeeds

        return RequestDeeds(self)

    @cached_property
    def at_cursor(self) -> CursorDeeds:
        from frontdesk.screens.calendar.deeds import CursorDeeds

        return CursorDeeds(self)

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Horizontal(id="body"):
            with Vertical(id="main"):
                yield TimeGrid(self.host.glyphs, id="grid")
                yield MonthGrid(id="month")
                yield Listing(self.picture.page, id="listing")
            yield Rail(self, id="rail")
        yield Info(id="info")
        yield Footer(ON_CALENDAR)

    @property
    def grid(self) -> TimeGrid:
        return self.query_one("#grid", TimeGrid)

    @property
    def listing(self) -> Listing:
        return self.query_one("#listing", Listing)

    @property
    def rail(self) -> Rail:
        return self.query_one("#rail", Rail)

    def on_mount(self) -> None:
        self.place.show_view()
        self.grid.focus()
        self.head()

    def ready(self) -> None:
        """The practice is open: draw it."""
        if self.place.day is None:
            self.place.day = self.place.today
            self.grid.twelve = self.voice.twelve
            self.grid.step = 15 if self.size.height >= 45 else 30
            self.grid.go(Cursor(0, self.now_minute()))
        self.refresh_data()

    def shows(self, touched: Touched) -> bool:
        """Of what stands in a calendar the days that are drawn; what is picked up, or listed, lies anywhere."""
        span = None if self.picture.picked else self.place.span
        return concerns(touched, self.SHOWS, None if span is None else days_around(*span))

    def refresh_data(self) -> None:
        """Ask again; the cursor and what is typed stay."""
        if self.host.setup is not None and self.place.day is not None:
            self.begin(self.load(), group="load", exclusive=True)

    def tick(self) -> None:
        """Another minute."""
        if self.host.setup is not None:
            self.grid.tick(self.host.now())
            self.head()

    @property
    def here(self) -> Here | None:
        """What the cursor is on in the grid; None in the month and the list."""
        return self.grid.here if self.place.is_grid else None

    def appointment_here(self) -> AppointmentId | None:
        if self.place.shows is Shows.LIST:
            named = self.listing.chosen
            return named.appointment.id if named is not None else None
        return self.here.block.id if self.here is not None and self.here.block is not None else None

    def request_here(self) -> RequestId | None:
        return self.here.hold.request if self.here is not None and self.here.hold is not None else None

    def follow(self, event: Event) -> None:
        """The cursor goes with what was done, where that stands in what is drawn."""
        bookings = [it.after for it in event.changes if isinstance(it.after, Appointment)]
        self.picture.follow = bookings[0].id if len(bookings) == 1 else None

    def find_appointment(self, id_: AppointmentId, client: ClientId | None) -> None:
        """Go to an appointment, wherever it is."""
        self.place.found = client
        self.begin(self.place.go_to(id_))

    def verb(self, verb: Verb) -> None:
        if self.host.setup is None:
            return
        match verb:
            case Verb.FINER | Verb.COARSER if self.place.is_grid:
                self.grid.zoom(-1 if verb is Verb.FINER else 1)
                self.tell_cursor()
            case Verb.OPEN:
                self._open()
            case _ if self.place.start(verb) or self.at_cursor.start(verb):
                return
            case _ if self.request_here() is not None and self.requests.start(verb, self.request_here()):
                return
            case Verb.MOVE | Verb.STATUS | Verb.NO_SHOW | Verb.PICK_UP if self.request_here() is not None:
                self.tell(_("a request: a approves it, o offers other times, d declines it"), bad=True)
            case _ if self.appointments.start(verb, self.appointment_here()) or self.requests.start(
                verb, self.request_here()
            ):
                return
            case _:
                self.host.verb(verb)

    def action_cursor(self, across: int, down: int) -> None:
        self.place.found = None
        match self.place.shows:
            case Shows.DAY | Shows.WEEK:
                self.grid.action_cursor(across, down)
                self.tell_cursor()  # at once, so that both lines are one write
            case Shows.MONTH:
                self.place.move_day(across + 7 * down)
            case Shows.LIST:
                self.listing.rows.move(down)

    def on_time_grid_moved(self) -> None:
        self.tell_cursor()

    def on_click(self) -> None:
        self.place.found = None

    def on_time_grid_opened(self) -> None:
        self._open()

    def on_time_grid_dragged(self, event: TimeGrid.Dragged) -> None:
        self.begin(self.at_cursor.drop(event.block, event.to))

    def on_line_list_moved(self) -> None:
        self.tell_cursor()
        self.begin(self._fetch())

    async def _fetch(self) -> None:
        """More of the list, as the cursor comes near the edge of what is here."""
        if await self.listing.pages.near(self.listing.rows.cursor):
            self.listing.draw(self.voice)

    def action_edge(self, to_end: bool) -> None:
        """The end of the list, or its beginning."""
        if self.place.shows is Shows.LIST:
            self.begin(self._go_to_edge(to_end))

    async def _go_to_edge(self, to_end: bool) -> None:
        pages, rows = self.listing.pages, self.listing.rows
        if await (pages.to_end() if to_end else pages.to_beginning()):
            self.listing.draw(self.voice)
        rows.move(len(rows.lines) * (1 if to_end else -1))
        self.tell_cursor()

    def on_line_list_chosen(self) -> None:
        self._open()

    def on_input_changed(self) -> None:
        self.begin(self.load(), group="load", exclusive=True)

    def on_input_submitted(self) -> None:
        self.listing.rows.focus()

    def on_month_grid_chosen(self, event: MonthGrid.Chosen) -> None:
        self.place.day = event.day
        self.place.switch(Shows.DAY)

    def on_resize(self) -> None:
        self.head()

    def _open(self) -> None:
        if self.place.shows is Shows.MONTH:
            self.place.switch(Shows.DAY)
            return
        here, request = self.appointment_here(), self.request_here()
        if request is not None:
            self.begin(self.requests.open(request))
        elif here is None:
            self.at_cursor.start(Verb.NEW)
        elif self.place.found is not None and self._client_here() == self.place.found:
            self.host.open_client(self.place.found, here)
        else:
            self.begin(self.appointments.panel(here))

    def _client_here(self) -> ClientId | None:
        if self.place.shows is Shows.LIST:
            named = self.listing.chosen
            return named.appointment.client if named is not None else None
        here = self.grid.here
        return here.block.client if here is not None and here.block is not None else None

    def person_and_day(self) -> tuple[StaffId | None, date]:
        """Whose column the cursor is in, on which day: where an absence begins to be entered."""
        here, day = self.here, self.place.day or self.place.today
        return (None, day) if here is None else (here.column.practitioner, here.column.day)

    def head(self) -> None:
        header = self.query_one("#header", Header)
        if self.host.setup is None or self.place.day is None:
            header.show(["frontdesk"], _("opening …"))
            return
        left = heading(self.voice, self.place.shows, self.place.day, self.place.whose)
        n = len(self.picture.picked)
        picked = [Mark(_("{n} picked up").format(n=n), f"x{n}")] if n else []
        header.show(left, self.clock(), [*picked, *self.marks()])

    async def load(self) -> None:
        await self.picture.load()
        with self.app.batch_update():
            self.head()
            self.rail.is_old = True
            self.tell_cursor()
            await self.rail.filled()
        self.host.drawn()

    def tell_cursor(self) -> None:
        if self.host.setup is not None:
            self.query_one("#info", Info).show(self._about_cursor())
            self.rail.follow(self.appointment_here())

    def _about_cursor(self) -> str:
        here = self.here
        if self.place.shows is Shows.LIST:
            return about_named(self.listing.chosen)
        if self.place.shows is Shows.MONTH:
            return about_day(self.query_one(MonthGrid).chosen)
        if here is None:
            return ""
        if self.grid.cursor.is_left:
            return _("what was here is gone; an arrow or tab chooses another")
        return about_here(self.voice, here, self.picture.picked, self.host.now())

    def now_minute(self) -> int:
        now = wall_time(self.host.now(), self.voice.zone)
        return (now.hour * 60 + now.minute) // self.grid.step * self.grid.step
