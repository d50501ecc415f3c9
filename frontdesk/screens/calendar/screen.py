"""The calendar: day, week, month, list; the cursor says what the verbs act on."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from frontdesk.core.asks.appointments import ListAppointments, ListPickedUp, ShowAppointment
from frontdesk.core.asks.calendar import ShowCalendar, ShowMonth
from frontdesk.core.asks.door import Question
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import local_date, wall_time
from frontdesk.core.domain.views import Calendar, Named
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.screens.calendar.deeds import CursorDeeds
from frontdesk.screens.calendar.go_to import asked_date
from frontdesk.screens.calendar.info import about_day, about_here, about_named
from frontdesk.screens.calendar.listing import LISTED, Listing
from frontdesk.screens.calendar.rail import Rail
from frontdesk.screens.calendar.views import Shows, heading, turned, weeks_of_month
from frontdesk.screens.deeds.appointments import AppointmentDeeds
from frontdesk.screens.deeds.requests import RequestDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.verbs import ON_CALENDAR, Verb
from frontdesk.widgets.bars import Footer, Header, Info, Mark
from frontdesk.widgets.grid_cursor import Cursor, Here
from frontdesk.widgets.layout import minute_of
from frontdesk.widgets.month_grid import MonthGrid
from frontdesk.widgets.time_grid import NARROWEST, TimeGrid

T = TypeVar("T")

NARROWEST_DAY = 10
"""Cells of a day in the week: seven of them stand side by side in 80."""


MOVES: tuple[tuple[str, str], ...] = (
    ("left,h", "cursor(-1,0)"),
    ("right,l", "cursor(1,0)"),
    ("up,k", "cursor(0,-1)"),
    ("down,j", "cursor(0,1)"),
)


class CalendarScreen(MainScreen):
    """Asks for days, draws them, and begins what keys ask for."""

    CSS_PATH = "screen.tcss"
    NAME = ON_CALENDAR
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_CALENDAR),
        *(Binding(keys, action, id=f"cursor.{action}", show=False) for keys, action in MOVES),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.appointments = AppointmentDeeds(self)
        self.requests = RequestDeeds(self)
        self.at_cursor = CursorDeeds(self)
        self.shows = Shows.DAY
        self.day: date | None = None
        self.person: StaffId | None = None
        self.found: ClientId | None = None
        self._follow: AppointmentId | None = None  # where the cursor goes with the next picture
        self._asked = 0  # questions so far: only the answer to the last one is drawn
        self._picked: tuple[Named, ...] = ()
        self._fitted: object = None  # what the grid was last scrolled for

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Horizontal(id="body"):
            with Vertical(id="main"):
                yield TimeGrid(self.host.glyphs, id="grid")
                yield MonthGrid(id="month")
                yield Listing(id="listing")
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
        self._show_view()
        self.grid.focus()
        self.head()

    def ready(self) -> None:
        """The practice is open: draw it."""
        if self.day is None:
            self.day = self._today()
            self.grid.twelve = self.voice.twelve
            self.grid.step = 15 if self.size.height >= 45 else 30
            self.grid.go(Cursor(0, self._now_minute()))
        self.refresh_data()

    def refresh_data(self) -> None:
        """Ask again; the cursor and what is typed stay."""
        if self.host.setup is not None and self.day is not None:
            self.begin(self.load(), group="load", exclusive=True)

    def tick(self) -> None:
        """Another minute."""
        if self.host.setup is not None:
            self.grid.tick(self.host.now())
            self.head()

    @property
    def here(self) -> Here | None:
        """What the cursor is on in the grid; None in the month and the list."""
        return self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None

    def appointment_here(self) -> AppointmentId | None:
        if self.shows is Shows.LIST:
            named = self.listing.chosen
            return named.appointment.id if named is not None else None
        return self.here.block.id if self.here is not None and self.here.block is not None else None

    def request_here(self) -> RequestId | None:
        return self.here.hold.request if self.here is not None and self.here.hold is not None else None

    def follow(self, event: Event) -> None:
        """The cursor goes with what was done, where that stands in what is drawn."""
        bookings = [it.after for it in event.changes if isinstance(it.after, Appointment)]
        self._follow = bookings[0].id if len(bookings) == 1 else None

    def find_appointment(self, id_: AppointmentId, client: ClientId | None) -> None:
        """Go to an appointment, wherever it is."""
        self.found = client
        self.begin(self._go_to(id_))

    def verb(self, verb: Verb) -> None:
        if self.host.setup is None:
            return
        match verb:
            case Verb.DAY | Verb.WEEK | Verb.MONTH | Verb.LIST:
                self._switch(Shows[verb.name])
            case Verb.FILTER:
                self._switch(Shows.LIST)
                self.listing.filter.focus()
            case Verb.EARLIER:
                self._turn(-1)
            case Verb.LATER:
                self._turn(1)
            case Verb.PEOPLE_BACK | Verb.PEOPLE_ON:
                self._page_people(-1 if verb is Verb.PEOPLE_BACK else 1)
            case Verb.NOW:
                self._go_now()
            case Verb.GO_TO:
                self.begin(self._ask_date())
            case Verb.FINER | Verb.COARSER if self.shows in (Shows.DAY, Shows.WEEK):
                self.grid.zoom(-1 if verb is Verb.FINER else 1)
                self._tell_cursor()
            case Verb.NEXT:
                self._next()
            case Verb.OPEN:
                self._open()
            case Verb.BACK:
                self._back()
            case _ if self.at_cursor.start(verb):
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
        self.found = None
        match self.shows:
            case Shows.DAY | Shows.WEEK:
                self.grid.action_cursor(across, down)
                self._tell_cursor()  # at once, so that both lines are one write
            case Shows.MONTH:
                self._move_day(across + 7 * down)
            case Shows.LIST:
                self.listing.rows.move(down)

    def on_time_grid_moved(self) -> None:
        self._tell_cursor()

    def on_click(self) -> None:
        self.found = None

    def on_time_grid_opened(self) -> None:
        self._open()

    def on_time_grid_dragged(self, event: TimeGrid.Dragged) -> None:
        self.begin(self.at_cursor.drop(event.block, event.to))

    def on_line_list_moved(self) -> None:
        self._tell_cursor()

    def on_line_list_chosen(self) -> None:
        self._open()

    def on_input_changed(self) -> None:
        self.begin(self.load(), group="load", exclusive=True)

    def on_input_submitted(self) -> None:
        self.listing.rows.focus()

    def on_month_grid_chosen(self, event: MonthGrid.Chosen) -> None:
        self.day = event.day
        self._switch(Shows.DAY)

    def on_resize(self) -> None:
        self.head()

    async def load(self) -> None:
        day = self.day
        assert day is not None
        match self.shows:
            case Shows.DAY:
                seen = await self._ask(ShowCalendar(first=day))
                if seen is not None:
                    self._draw(seen, [column.name for column in seen.columns])
            case Shows.WEEK:
                monday = day - timedelta(days=day.weekday())
                seen = await self._ask(ShowCalendar(first=monday, days=7, practitioners=(self._person(),)))
                if seen is not None:
                    self._draw(seen, [times.day(column.day, month=False) for column in seen.columns])
            case Shows.MONTH:
                first, count = weeks_of_month(day)
                days = await self._ask(ShowMonth(first=first, days=count))
                if days is not None:
                    self.query_one(MonthGrid).show(days, day, self._today())
            case Shows.LIST:
                await self._load_list(day)
        self.head()
        self.rail.is_old = True
        self._tell_cursor()

    async def _ask(self, question: Question[T]) -> T | None:
        """The answer, with what is picked up, as one picture; None where something else was asked meanwhile."""
        self._asked += 1
        mine = self._asked
        answer, picked = await asyncio.gather(self.look(question), self.look(ListPickedUp()))
        if mine != self._asked:  # never draw a day over a later one
            return None
        self._picked = picked or ()
        return answer

    async def _load_list(self, day: date) -> None:
        """From the day on; where a name is searched, what was before it stands below."""
        typed = self.listing.typed
        found = await self._ask(ListAppointments(first=day, name=typed, limit=LISTED))
        if found is None:
            return
        past = ListAppointments(last=day - timedelta(days=1), name=typed, latest_first=True, limit=LISTED)
        before = await self.look(past) if typed else None
        self.listing.fill(self.voice, day, found, before.items if before is not None else ())

    def _draw(self, seen: Calendar, heads: list[str]) -> None:
        self.grid.narrowest = NARROWEST if self.shows is Shows.DAY else NARROWEST_DAY
        self.grid.show(seen, heads)
        follow, self._follow = self._follow, None
        if follow is not None and self.grid.go_to_block(follow):
            self.person = self.grid.here.column.practitioner if self.grid.here is not None else self.person
        period = (self.shows, seen.columns[0].day, seen.columns[-1].day) if seen.columns else None
        if period != self._fitted:
            self._fitted = period
            first = min(
                (minute_of(span.start, column) for column in seen.columns for span in column.open), default=None
            )
            if first is not None:
                self.grid.show_from(first)
            self.grid.reveal()

    def _switch(self, shows: Shows) -> None:
        self.found = None
        here = self.grid.here
        if shows is Shows.WEEK and self.shows is Shows.DAY and here is not None:
            self.person = here.column.practitioner
        if self.shows is Shows.WEEK and shows is Shows.DAY and here is not None:
            self.day = here.column.day
        before, self.shows = self.shows, shows
        self._show_view()
        if shows is Shows.WEEK and self.day is not None:
            self.grid.choose_column(self.day.weekday())
        elif shows is Shows.DAY and before is not Shows.DAY and self.person is not None:
            people = [person.id for person in self.voice.setup.practitioners()]
            self.grid.choose_column(people.index(self._person()) if self._person() in people else 0)
        self.refresh_data()

    def _show_view(self) -> None:
        self.grid.display = self.shows in (Shows.DAY, Shows.WEEK)
        self.query_one("#month").display = self.shows is Shows.MONTH
        self.query_one("#listing").display = self.shows is Shows.LIST
        focus = {Shows.MONTH: "#month", Shows.LIST: "#list"}.get(self.shows, "#grid")
        self.query_one(focus).focus()

    def _turn(self, by: int) -> None:
        assert self.day is not None
        self.day = turned(self.shows, self.day, by)
        self.found = None
        self.refresh_data()

    def _page_people(self, by: int) -> None:
        if self.shows is Shows.WEEK:
            people = [person.id for person in self.voice.setup.practitioners()]
            at = people.index(self._person()) if self._person() in people else 0
            self.person = people[(at + by) % len(people)]
            self.refresh_data()
        else:
            self.grid.page_columns(by)

    def _move_day(self, by: int) -> None:
        assert self.day is not None
        month = self.day.month
        self.day += timedelta(days=by)
        if self.day.month == month:
            self.query_one(MonthGrid).choose(self.day)
            self.head()
            self._tell_cursor()
        else:
            self.refresh_data()

    def _go_now(self) -> None:
        self.found = None
        self.day = self._today()
        if self.shows is Shows.WEEK:
            self.grid.choose_column(self.day.weekday())
        self.grid.go(Cursor(self.grid.cursor.column, self._now_minute()))
        self.refresh_data()

    async def _ask_date(self) -> None:
        chosen = await asked_date(self, self._today(), self.day)
        if chosen is not None:
            self.found = None
            self.day = chosen
            self.refresh_data()

    def _next(self) -> None:
        if self.found is not None:
            self.begin(self._next_of_client(self.found))
        elif self.shows in (Shows.DAY, Shows.WEEK):
            self.grid.next_block()
        else:
            self.action_cursor(0, 1)

    async def _next_of_client(self, client: ClientId) -> None:
        """After a find: the client's next appointment, then the one after, round again."""
        found = await self.look(ListAppointments(client=client, first=self._today()))
        here = self.appointment_here()
        if found is None or not found.items:
            return
        ids = [it.appointment.id for it in found.items]
        at = ids.index(here) + 1 if here in ids else 0
        await self._go_to(ids[at % len(ids)])

    async def _go_to(self, id_: AppointmentId) -> None:
        named = await self.look(ShowAppointment(appointment=id_))
        if named is None:
            return
        it = named.appointment
        self.day = local_date(it.start, self.voice.zone)
        self.person = it.practitioner
        if self.shows not in (Shows.DAY, Shows.WEEK):
            self.shows = Shows.DAY
            self._show_view()
        self._follow = it.id
        await self.load()
        if self._follow is None and self.appointment_here() != it.id:  # cancelled: it has no place in the grid
            await self.appointments.panel(it.id)

    def _open(self) -> None:
        if self.shows is Shows.MONTH:
            self._switch(Shows.DAY)
            return
        here, request = self.appointment_here(), self.request_here()
        if request is not None:
            self.begin(self.requests.open(request))
        elif here is None:
            self.at_cursor.start(Verb.NEW)
        elif self.found is not None and self._client_here() == self.found:
            self.host.open_client(self.found, here)
        else:
            self.begin(self.appointments.panel(here))

    def _client_here(self) -> ClientId | None:
        if self.shows is Shows.LIST:
            named = self.listing.chosen
            return named.appointment.client if named is not None else None
        here = self.grid.here
        return here.block.client if here is not None and here.block is not None else None

    def _back(self) -> None:
        typed = self.listing.filter
        if typed.has_focus or (self.shows is Shows.LIST and typed.value):
            typed.value = ""
            self.listing.rows.focus()
        elif self.shows is not Shows.DAY:
            self._switch(Shows.DAY)
        elif self.found is None:
            self.tell(_("nothing to go back to; ctrl+q leaves"))
        self.found = None

    def person_and_day(self) -> tuple[StaffId | None, date]:
        """Whose column the cursor is in, on which day: where an absence begins to be entered."""
        here, day = self.here, self.day or self._today()
        return (None, day) if here is None else (here.column.practitioner, here.column.day)

    def head(self) -> None:
        header = self.query_one("#header", Header)
        if self.host.setup is None or self.day is None:
            header.show(["frontdesk"], _("opening …"))
            return
        left = heading(self.voice, self.shows, self.day, self._person())
        n = len(self._picked)
        picked = [Mark(_("{n} picked up").format(n=n), f"x{n}")] if n else []
        header.show(left, self.clock(), [*picked, *self.marks()])

    def _tell_cursor(self) -> None:
        if self.host.setup is not None:
            self.query_one("#info", Info).show(self._about_cursor())
            self.rail.follow(self.appointment_here())

    def _about_cursor(self) -> str:
        here = self.here
        if self.shows is Shows.LIST:
            return about_named(self.listing.chosen, LISTED if self.listing.is_cut else None)
        if self.shows is Shows.MONTH:
            return about_day(self.query_one(MonthGrid).chosen)
        if here is None:
            return ""
        if self.grid.cursor.is_left:
            return _("what was here is gone; an arrow or tab chooses another")
        return about_here(self.voice, here, self._picked, self.host.now())

    def _person(self) -> StaffId:
        people = self.voice.setup.practitioners()
        return self.person if self.person is not None else people[0].id if people else StaffId("")

    def _today(self) -> date:
        return local_date(self.host.now(), self.voice.zone)

    def _now_minute(self) -> int:
        now = wall_time(self.host.now(), self.voice.zone)
        return (now.hour * 60 + now.minute) // self.grid.step * self.grid.step
