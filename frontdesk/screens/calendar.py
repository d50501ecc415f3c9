"""The calendar: day, week, month, list; the cursor says what the verbs act on."""

from __future__ import annotations

import asyncio
import calendar as calendars
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from frontdesk.core.asks.appointments import LayBack, ListAppointments, ListPickedUp, ShowAppointment
from frontdesk.core.asks.calendar import ShowCalendar, ShowMonth
from frontdesk.core.asks.door import Question
from frontdesk.core.asks.schedule import RemoveTimeOff
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.gaps import gap_at
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import local_date, wall_time
from frontdesk.core.domain.views import Block, Calendar, Hold, Named
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.day_sheet import day_sheet
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.labels import status
from frontdesk.screens.desk_screen import bindings_of
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.new_appointment import Draft
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.screens.flows import AppointmentFlows
from frontdesk.screens.request_flows import RequestFlows
from frontdesk.verbs import ON_CALENDAR, Verb
from frontdesk.widgets.bars import Footer, Header, Info, Mark, clickable, spaced
from frontdesk.widgets.field import Field
from frontdesk.widgets.layout import minute_of
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.month_grid import MonthGrid
from frontdesk.widgets.text import lines as content_lines
from frontdesk.widgets.time_grid import NARROWEST, Here, TimeGrid

T = TypeVar("T")

LISTED = 500
"""Lines of the list at most, on each side of the day."""

NARROWEST_DAY = 10
"""Cells of a day in the week: seven of them stand side by side in 80."""


class Shows(Enum):
    DAY = "D"
    WEEK = "W"
    MONTH = "M"
    LIST = "L"


RAIL_REST = 0.15
"""Seconds the cursor rests before the card beside the grid follows it."""

MOVES: tuple[tuple[str, str], ...] = (
    ("left,h", "cursor(-1,0)"),
    ("right,l", "cursor(1,0)"),
    ("up,k", "cursor(0,-1)"),
    ("down,j", "cursor(0,1)"),
)


class CalendarScreen(AppointmentFlows, RequestFlows):
    """Asks for days, draws them, and begins what keys ask for."""

    CSS_PATH = "calendar.tcss"
    NAME = ON_CALENDAR
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_CALENDAR),
        *(Binding(keys, action, id=f"cursor.{action}", show=False) for keys, action in MOVES),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shows = Shows.DAY
        self.day: date | None = None
        self.person: StaffId | None = None
        self.found: ClientId | None = None
        self._follow: AppointmentId | None = None  # where the cursor goes with the next picture
        self._asked = 0  # questions so far: only the answer to the last one is drawn
        self._cut = False  # whether the list shows only the first ones
        self._picked: tuple[Named, ...] = ()
        self._in_rail: AppointmentId | None = None
        self._rail_is_old = False
        self._rail_timer: Timer | None = None
        self._fitted: object = None  # what the grid was last scrolled for

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Horizontal(id="body"):
            with Vertical(id="main"):
                yield TimeGrid(self.host.glyphs, id="grid")
                yield MonthGrid(id="month")
                with Vertical(id="listing"):
                    yield Field(placeholder=_("part of a client's name"), id="filter")
                    yield LineList[Named](id="list")
            yield Static("", id="rail")
        yield Info(id="info")
        yield Footer(ON_CALENDAR)

    @property
    def grid(self) -> TimeGrid:
        return self.query_one("#grid", TimeGrid)

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
            self.grid.go(0, self._now_minute())
        self.refresh_data()

    def refresh_data(self) -> None:
        """Ask again; the cursor and what is typed stay."""
        if self.host.setup is not None and self.day is not None:
            self.begin(self._load(), group="load", exclusive=True)

    def tick(self) -> None:
        """Another minute."""
        if self.host.setup is not None:
            self.grid.tick(self.host.now())
            self.head()

    def appointment_here(self) -> AppointmentId | None:
        if self.shows is Shows.LIST:
            named: Named | None = self.query_one("#list", LineList).chosen
            return named.appointment.id if named is not None else None
        here = self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None
        return here.block.id if here is not None and here.block is not None else None

    def request_here(self) -> RequestId | None:
        here = self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None
        return here.hold.request if here is not None and here.hold is not None else None

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
                self.query_one("#filter", Input).focus()
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
            case Verb.NEW | Verb.BLOCK:
                self._new(block=verb is Verb.BLOCK)
            case Verb.CANCEL if self._time_off_here() is not None:
                self.begin(self._remove_time_off())
            case Verb.PUT_DOWN:
                self.begin(self._put_down())
            case Verb.LAY_BACK:
                self.begin(self._lay_back())
            case Verb.PRINT:
                self.begin(self._print())
            case Verb.BACK:
                self._back()
            case _ if self.request_here() is not None and self.request_verb(verb):
                return
            case Verb.MOVE | Verb.STATUS | Verb.NO_SHOW | Verb.PICK_UP if self.request_here() is not None:
                self.tell(_("a request: a approves it, o offers other times, d declines it"), bad=True)
            case _ if self.appointment_verb(verb) or self.request_verb(verb):
                return
            case _:
                self.app.verb(verb)  # type: ignore[attr-defined]

    def action_cursor(self, across: int, down: int) -> None:
        self.found = None
        match self.shows:
            case Shows.DAY | Shows.WEEK:
                self.grid.action_cursor(across, down)
                self._tell_cursor()  # at once, so that both lines are one write
            case Shows.MONTH:
                self._move_day(across + 7 * down)
            case Shows.LIST:
                self.query_one("#list", LineList).move(down)

    def on_time_grid_moved(self) -> None:
        self._tell_cursor()

    def on_click(self) -> None:
        self.found = None

    def on_time_grid_opened(self) -> None:
        self._open()

    def on_time_grid_dragged(self, event: TimeGrid.Dragged) -> None:
        self.begin(self._drop(event.block, event.to))

    def on_line_list_moved(self) -> None:
        self._tell_cursor()

    def on_line_list_chosen(self) -> None:
        self._open()

    def on_input_changed(self) -> None:
        self.begin(self._load(), group="load", exclusive=True)

    def on_input_submitted(self) -> None:
        self.query_one("#list", LineList).focus()

    def on_month_grid_chosen(self, event: MonthGrid.Chosen) -> None:
        self.day = event.day
        self._switch(Shows.DAY)

    def on_resize(self) -> None:
        self.head()

    async def _load(self) -> None:
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
                first, count = _month(day)
                days = await self._ask(ShowMonth(first=first, days=count))
                if days is not None:
                    self.query_one(MonthGrid).show(days, day, self._today())
            case Shows.LIST:
                await self._load_list(day)
        self.head()
        self._rail_is_old = True
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
        typed = self.query_one("#filter", Input).value
        found = await self._ask(ListAppointments(first=day, name=typed, limit=LISTED))
        if found is None:
            return
        self._cut = found.more
        rows: list[Line[Named | None]] = [Line(self._row(it), it) for it in found.items]
        if typed:
            past = ListAppointments(last=day - timedelta(days=1), name=typed, latest_first=True, limit=LISTED)
            before = await self.look(past)
            if before is not None and before.items:
                rows.append(Line(_("Before {day}").format(day=times.day(day)), None, "title"))
                rows += [Line(self._row(it), it) for it in before.items]
        listing: LineList[Named | None] = self.query_one("#list", LineList)
        kept = listing.chosen.appointment.id if listing.chosen is not None else None
        cursor = next((n for n, row in enumerate(rows) if row.value and row.value.appointment.id == kept), 0)
        listing.show(rows, cursor)

    def _row(self, named: Named) -> str:
        it = named.appointment
        at = self.voice.moment(it.start, it.zone)
        return (
            f"{at:<16} {it.span.minutes:>3}m {named.client_name:<20.20} {status(it.status):<9}"
            f" {named.service_name:<12.12} {named.practitioner_name}"
        )

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
            self.grid.column = self.day.weekday()
        elif shows is Shows.DAY and before is not Shows.DAY and self.person is not None:
            people = [person.id for person in self.voice.setup.practitioners()]
            self.grid.column = people.index(self._person()) if self._person() in people else 0
        self.refresh_data()

    def _show_view(self) -> None:
        self.grid.display = self.shows in (Shows.DAY, Shows.WEEK)
        self.query_one("#month").display = self.shows is Shows.MONTH
        self.query_one("#listing").display = self.shows is Shows.LIST
        focus = {Shows.MONTH: "#month", Shows.LIST: "#list"}.get(self.shows, "#grid")
        self.query_one(focus).focus()

    def _turn(self, by: int) -> None:
        assert self.day is not None
        match self.shows:
            case Shows.WEEK:
                self.day += timedelta(weeks=by)
            case Shows.MONTH:
                first, _count = _month(self.day)
                middle = first + timedelta(days=20)
                self.day = (middle.replace(day=1) + timedelta(days=31 * by)).replace(day=1)
            case _:
                self.day += timedelta(days=by)
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
            self.grid.column = self.day.weekday()
        self.grid.go(self.grid.column, self._now_minute())
        self.refresh_data()

    async def _ask_date(self) -> None:
        today = self._today()

        def understood(typed: tuple[str, ...]) -> str:
            try:
                return "= " + times.day(when(typed[0], today, base=self.day).day, year=True)
            except NotUnderstood as error:
                return f"? “{error.word}”"

        typed = await self.answer(
            AskTextDialog(
                _("Go to"),
                ((_("a date: thu, +2w, 24 dec, 2026-12-24"), ""),),
                echo=understood,
                fits=lambda typed: "" if understood(typed).startswith("=") else understood(typed),
            )
        )
        if typed is not None:
            self.found = None
            self.day = when(typed[0], today, base=self.day).day
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
        await self._load()
        if self._follow is None and self.appointment_here() != it.id:  # cancelled: it has no place in the grid
            await self.panel(it.id)

    def _open(self) -> None:
        if self.shows is Shows.MONTH:
            self._switch(Shows.DAY)
            return
        here, request = self.appointment_here(), self.request_here()
        if request is not None:
            self.begin(self.open_request(request))
        elif here is None:
            self._new()
        elif self.found is not None and self._client_here() == self.found:
            self.app.open_client(self.found, here)  # type: ignore[attr-defined]
        else:
            self.begin(self.panel(here))

    def _client_here(self) -> ClientId | None:
        if self.shows is Shows.LIST:
            named: Named | None = self.query_one("#list", LineList).chosen
            return named.appointment.client if named is not None else None
        here = self.grid.here
        return here.block.client if here is not None and here.block is not None else None

    def _new(self, block: bool = False) -> None:
        draft = self._draft()
        self.begin(self.block(draft) if block else self.book(draft))

    def _draft(self) -> Draft:
        """A new appointment where the cursor is: free time of a person; on a booked one after it; else now."""
        here = self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None
        if here is not None and here.block is not None and here.block.start > self.host.now():
            after = wall_time(here.block.padded_end, here.column.zone).replace(tzinfo=None)
            return Draft(practitioner=here.column.practitioner, start=after)
        if here is None or here.block is not None:
            now = wall_time(self.host.now(), self.voice.zone).replace(tzinfo=None, second=0)
            step = self.voice.setup.practice.booking.start_interval
            start = now + timedelta(minutes=-now.minute % step if step <= 60 else 0)
            day = self.day or now.date()
            return Draft(practitioner=None, start=datetime.combine(day, start.time()), search=here is not None)
        start = datetime.combine(here.column.day, time()) + timedelta(minutes=here.minute)
        return Draft(practitioner=here.column.practitioner, start=start)

    def _time_off_here(self) -> Here | None:
        here = self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None
        off = here is not None and here.block is None and here.shut is not None and here.shut.time_off is not None
        return here if off else None

    async def _remove_time_off(self) -> None:
        here = self._time_off_here()
        if here is not None and here.shut is not None and here.shut.time_off is not None:
            await self.perform(RemoveTimeOff(time_off=here.shut.time_off))

    async def _put_down(self) -> None:
        picked = await self.look(ListPickedUp())
        here = self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None
        if not picked:
            self.tell(_("nothing is picked up: x on an appointment does that"), bad=True)
            return
        if here is None:
            self.tell(_("put it down in the day or the week (D, W)"), bad=True)
            return
        if here.block is not None and here.block.id == picked[0].appointment.id:
            self.tell(_("{client} is there already").format(client=picked[0].client_name), bad=True)
            return
        start = datetime.combine(here.column.day, time()) + timedelta(minutes=here.minute)
        await self.move_to(picked[0], start=start, practitioner=here.column.practitioner)

    async def _lay_back(self) -> None:
        picked = await self.look(ListPickedUp())
        if picked:
            await self.perform(LayBack(appointment=picked[0].appointment.id))
            self.tell(_("{client} is not picked up any more").format(client=picked[0].client_name))
        else:
            self.tell(_("nothing is picked up: x on an appointment does that"), bad=True)

    async def _drop(self, block: Block, to: Here) -> None:
        named = await self.look(ShowAppointment(appointment=block.id))
        if named is not None:
            start = datetime.combine(to.column.day, time()) + timedelta(minutes=to.minute)
            await self.move_to(named, start=start, practitioner=to.column.practitioner)
            await self._load()
            self.grid.go_to_block(block.id)  # where it is now, or still

    async def _print(self) -> None:
        assert self.day is not None
        found = await self.look(ListAppointments(first=self.day, last=self.day, limit=5000))
        if found is not None:
            text = day_sheet(self.voice, self.day, found.items)
            where = await self.answer(
                PageDialog(_("Day sheet"), text.splitlines(), {Verb.OPEN: _("⏎ write it as text and as a page")})
            )
            if where is Verb.OPEN:
                self.app.print_sheet(self.day, found.items)  # type: ignore[attr-defined]

    def _back(self) -> None:
        typed = self.query_one("#filter", Input)
        if typed.has_focus or (self.shows is Shows.LIST and typed.value):
            typed.value = ""
            self.query_one("#list", LineList).focus()
        elif self.shows is not Shows.DAY:
            self._switch(Shows.DAY)
        elif self.found is None:
            self.tell(_("nothing to go back to; ctrl+q leaves"))
        self.found = None

    def person_and_day(self) -> tuple[StaffId | None, date]:
        """Whose column the cursor is in, on which day: where an absence begins to be entered."""
        here = self.grid.here if self.shows in (Shows.DAY, Shows.WEEK) else None
        day = self.day or self._today()
        return (None, day) if here is None else (here.column.practitioner, here.column.day)

    def head(self) -> None:
        header = self.query_one("#header", Header)
        if self.host.setup is None or self.day is None:
            header.show(["frontdesk"], _("opening …"))
            return
        views = [clickable(Verb[it.name], f"[{it.value}]" if it is self.shows else it.value) for it in Shows]
        week = self.day.isocalendar().week
        who = f" · {self.voice.practitioner(self._person())}" if self.shows is Shows.WEEK else ""
        shown = _month_name(self.day) if self.shows is Shows.MONTH else times.day(self.day, year=True)
        left = [
            clickable(Verb.EARLIER, "‹ "), clickable(Verb.GO_TO, shown), clickable(Verb.LATER, " ›"),
            f"  {_('wk')} {week}   ", *spaced(views, " "), who,
        ]  # fmt: skip
        n = len(self._picked)
        picked = [Mark(_("{n} picked up").format(n=n), f"x{n}")] if n else []
        header.show(left, self.clock(), [*picked, *self.marks()])

    def _tell_cursor(self) -> None:
        info = self.query_one("#info", Info)
        if self.host.setup is None:
            return
        if self.shows is Shows.LIST:
            named: Named | None = self.query_one("#list", LineList).chosen
            info.show(self._about_named(named) if named else _("no appointments from here on; f searches"))
            self._show_rail(named.appointment.id if named else None)
            return
        if self.shows is Shows.MONTH:
            info.show(self._about_day())
            self._show_rail(None)
            return
        here = self.grid.here
        if here is None:
            info.show("")
        elif self.grid.is_left:
            info.show(_("what was here is gone; an arrow or tab chooses another"))
            self._show_rail(None)
        elif here.block is not None:
            info.show(self._about(here.block))
            self._show_rail(here.block.id)
        elif here.hold is not None:
            info.show(self._about_hold(here.hold))
            self._show_rail(None)
        else:
            info.show(self._about_free(here))
            self._show_rail(None)

    def _about(self, block: Block) -> str:
        voice = self.voice
        span = f"{voice.time(block.start)}–{voice.time(block.end)}"
        late = f" · {_('late')}" if block.is_late(self.host.now()) else ""
        asks = _("asks for {when}").format(when=voice.moment(block.asks_for)) if block.asks_for is not None else ""
        told = f"{span} {block.client_name} · {block.service_name} · {status(block.status)}{late}"
        return f"{told} · {asks}" if asks else told

    def _about_hold(self, hold: Hold) -> str:
        """Who asks for this time, or keeps it, and until when."""
        span = f"{self.voice.time(hold.start)}–{self.voice.time(hold.end)}"
        until = _("until {when}").format(when=self.voice.moment(hold.expires_at))
        if hold.request is None and not hold.service_name:
            return f"{span} {_('{who} is choosing').format(who=hold.name)} · {until}"
        what = _("was offered it") if hold.offered else _("asks to move here") if hold.moves else _("asks for it")
        keys = f" · {_('a approve  o offer  d decline')}" if hold.request is not None else ""
        return f"{span} {hold.name} {what} · {hold.service_name} · {until}{keys}"

    def _about_named(self, named: Named) -> str:
        it = named.appointment
        parts = (it.ref, named.client_name, named.service_name, named.practitioner_name)
        more = _("only the first {n}; f finds the others").format(n=LISTED) if self._cut else ""
        return " · ".join(filter(None, (*parts, more)))

    def _about_day(self) -> str:
        """The day under the cursor of the month."""
        day = self.query_one(MonthGrid).chosen
        if day is None:
            return ""
        booked = plural("{n} appointment", "{n} appointments", day.booked).format(n=day.booked)
        full = _("{n} % of the open time").format(n=day.load) if day.open_minutes else _("closed")
        return f"{times.day(day.day)} · {booked} · {full} · ⏎ {_('opens the day')}"

    def _about_free(self, here: Here) -> str:
        minute = times.clock_at(here.minute, self.voice.twelve)
        if here.shut is not None:
            label = here.shut.label or _("outside hours")
            more = f" · c {_('removes it')}" if here.shut.time_off is not None else ""
            return f"{minute} {here.column.name} · {label}{more}"
        wall = datetime.combine(here.column.day, time()) + timedelta(minutes=here.minute)
        gap = gap_at(self.voice.setup, here.column, wall)
        text = f"{minute} {here.column.name} · {_('free {n} min').format(n=gap.minutes)}"
        if self._picked:
            return text + " · " + _("p puts {client} here").format(client=self._picked[0].client_name)
        if gap.fits:
            text += f" · {_('fits')} {', '.join(it.name for it in gap.fits[:3])}"
        not_it = [*(_("{service} for its buffer").format(service=it.name) for it in gap.too_close)]
        not_it += [it.name for it in gap.too_long]
        return f"{text}, {_('not')} {', '.join(not_it[:2])}" if not_it else text

    def _show_rail(self, id_: AppointmentId | None) -> None:
        """The card beside the grid; it follows a cursor that rests, not one that runs."""
        if self.query_one("#rail").display and (id_ != self._in_rail or self._rail_is_old):
            self._in_rail, self._rail_is_old = id_, False
            if self._rail_timer is not None:
                self._rail_timer.stop()
            self._rail_timer = self.set_timer(RAIL_REST, self._fill_rail)

    def _fill_rail(self) -> None:
        if self._in_rail is None:
            self.query_one("#rail", Static).update("", layout=False)
        else:
            self.begin(self._load_rail(self._in_rail), group="rail", exclusive=True)

    async def _load_rail(self, id_: AppointmentId) -> None:
        named = await self.look(ShowAppointment(appointment=id_))
        if named is not None:
            keys = _("r move  c cancel  s status  e notes  H history")
            self.query_one("#rail", Static).update(
                content_lines(named.client_name, "", *self.details(named), "", keys), layout=False
            )

    def _person(self) -> StaffId:
        people = self.voice.setup.practitioners()
        return self.person if self.person is not None else people[0].id if people else StaffId("")

    def _today(self) -> date:
        return local_date(self.host.now(), self.voice.zone)

    def _now_minute(self) -> int:
        now = wall_time(self.host.now(), self.voice.zone)
        return (now.hour * 60 + now.minute) // self.grid.step * self.grid.step


def _month(day: date) -> tuple[date, int]:
    """The Monday on or before the first of the month, and days up to the Sunday after its last."""
    first = day.replace(day=1)
    start = first - timedelta(days=first.weekday())
    last = day.replace(day=calendars.monthrange(day.year, day.month)[1])
    return start, ((last - start).days // 7 + 1) * 7


def _month_name(day: date) -> str:
    return f"{_(times.MONTH_NAMES[day.month - 1])} {day.year}"
