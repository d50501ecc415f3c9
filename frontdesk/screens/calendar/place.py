"""Where the calendar is turned to: pages, views, dates, people, what was found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from frontdesk.core.asks.appointments import ListAppointments, ShowAppointment
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.times import Instant, day_start, local_date
from frontdesk.core.render.language import _
from frontdesk.screens.calendar.views import Shows, turned, weeks_of_month
from frontdesk.verbs import Verb
from frontdesk.widgets.grid_cursor import Cursor
from frontdesk.widgets.month_grid import MonthGrid

if TYPE_CHECKING:
    from frontdesk.screens.calendar.screen import CalendarScreen


class Place:
    """A view, a day, a person; each way ends with the screen asking again, or with the cursor elsewhere."""

    def __init__(self, screen: CalendarScreen) -> None:
        self.screen = screen
        self.shows = Shows.DAY
        self.day: date | None = None
        self.person: StaffId | None = None
        """Whose week is shown; None: of the first of them."""
        self.found: ClientId | None = None
        """The client who was looked for."""

    def start(self, verb: Verb) -> bool:
        """Go where a verb leads; whether it was such a verb."""
        match verb:
            case Verb.DAY | Verb.WEEK | Verb.MONTH | Verb.LIST:
                self.switch(Shows[verb.name])
            case Verb.FILTER:
                self.switch(Shows.LIST)
                self.screen.listing.filter.focus()
            case Verb.EARLIER | Verb.LATER:
                self.turn(-1 if verb is Verb.EARLIER else 1)
            case Verb.PEOPLE_BACK | Verb.PEOPLE_ON:
                self.page_people(-1 if verb is Verb.PEOPLE_BACK else 1)
            case Verb.NOW:
                self.go_now()
            case Verb.GO_TO:
                self.screen.begin(self.ask_date())
            case Verb.NEXT:
                self.next()
            case Verb.BACK:
                self.back()
            case _:
                return False
        return True

    @property
    def is_grid(self) -> bool:
        return self.shows in (Shows.DAY, Shows.WEEK)

    @property
    def today(self) -> date:
        return local_date(self.screen.host.now(), self.screen.voice.zone)

    @property
    def whose(self) -> StaffId:
        """Whose week it is, or would be."""
        people = self._people()
        return self.person if self.person is not None else people[0] if people else StaffId("")

    @property
    def span(self) -> tuple[Instant, Instant] | None:
        """From when to when the days lie that are drawn; None where a list goes on without an end."""
        if self.day is None or self.shows is Shows.LIST:
            return None
        first, days = self.day, 1
        if self.shows is Shows.WEEK:
            first, days = self.day - timedelta(days=self.day.weekday()), 7
        elif self.shows is Shows.MONTH:
            first, days = weeks_of_month(self.day)
        zone_name = self.screen.voice.zone
        return day_start(first, zone_name), day_start(first + timedelta(days=days), zone_name)

    def switch(self, shows: Shows) -> None:
        self.found = None
        here = self.screen.grid.here
        if shows is Shows.WEEK and self.shows is Shows.DAY and here is not None:
            self.person = here.column.practitioner
        if self.shows is Shows.WEEK and shows is Shows.DAY and here is not None:
            self.day = here.column.day
        before, self.shows = self.shows, shows
        self.show_view()
        if shows is Shows.WEEK and self.day is not None:
            self.screen.grid.choose_column(self.day.weekday())
        elif shows is Shows.DAY and before is not Shows.DAY and self.person is not None:
            people = self._people()
            self.screen.grid.choose_column(people.index(self.whose) if self.whose in people else 0)
        self.screen.refresh_data()

    def open(self, day: date) -> None:
        """The day, in a view that shows it."""
        self.day = day
        if self.shows is Shows.MONTH:
            self.shows = Shows.DAY
            self.show_view()
        self.screen.refresh_data()

    def show_view(self) -> None:
        self.screen.grid.display = self.is_grid
        self.screen.query_one("#month").display = self.shows is Shows.MONTH
        self.screen.query_one("#listing").display = self.shows is Shows.LIST
        focus = {Shows.MONTH: "#month", Shows.LIST: "#list"}.get(self.shows, "#grid")
        self.screen.query_one(focus).focus()

    def turn(self, by: int) -> None:
        assert self.day is not None
        self.day = turned(self.shows, self.day, by)
        self.found = None
        self.screen.refresh_data()

    def page_people(self, by: int) -> None:
        if self.shows is Shows.WEEK:
            people = self._people()
            at = people.index(self.whose) if self.whose in people else 0
            self.person = people[(at + by) % len(people)]
            self.screen.refresh_data()
        else:
            self.screen.grid.page_columns(by)

    def move_day(self, by: int) -> None:
        assert self.day is not None
        month = self.day.month
        self.day += timedelta(days=by)
        if self.day.month == month:
            self.screen.query_one(MonthGrid).choose(self.day)
            self.screen.head()
            self.screen.tell_cursor()
        else:
            self.screen.refresh_data()

    def go_now(self) -> None:
        self.found = None
        self.day = self.today
        if self.shows is Shows.WEEK:
            self.screen.grid.choose_column(self.day.weekday())
        self.screen.grid.go(Cursor(self.screen.grid.cursor.column, self.screen.now_minute()))
        self.screen.refresh_data()

    async def ask_date(self) -> None:
        from frontdesk.screens.calendar.go_to import asked_date

        chosen = await asked_date(self.screen, self.today, self.day)
        if chosen is not None:
            self.found = None
            self.day = chosen
            self.screen.refresh_data()

    def next(self) -> None:
        if self.found is not None:
            self.screen.begin(self.next_of_client(self.found))
        elif self.is_grid:
            self.screen.grid.next_block()
        else:
            self.screen.action_cursor(0, 1)

    async def next_of_client(self, client: ClientId) -> None:
        """After a find: the client's next appointment, then the one after, round again."""
        found = await self.screen.look(ListAppointments(client=client, first=self.today))
        here = self.screen.appointment_here()
        if found is None or not found.items:
            return
        ids = [it.appointment.id for it in found.items]
        at = ids.index(here) + 1 if here in ids else 0
        await self.go_to(ids[at % len(ids)])

    async def go_to(self, id_: AppointmentId) -> None:
        named = await self.screen.look(ShowAppointment(appointment=id_))
        if named is None:
            return
        it = named.appointment
        self.day = local_date(it.start, self.screen.voice.zone)
        self.person = it.practitioner
        if not self.is_grid:
            self.shows = Shows.DAY
            self.show_view()
        self.screen.picture.follow = it.id
        await self.screen.load()
        has_place = self.screen.picture.follow is not None or self.screen.appointment_here() == it.id
        if not has_place:  # it is cancelled
            await self.screen.appointments.panel(it.id)

    def back(self) -> None:
        typed = self.screen.listing.filter
        if typed.has_focus or (self.shows is Shows.LIST and typed.value):
            typed.value = ""
            self.screen.listing.rows.focus()
        elif self.shows is not Shows.DAY:
            self.switch(Shows.DAY)
        elif self.found is None:
            self.screen.tell(_("nothing to go back to; ctrl+q leaves"))
        self.found = None

    def _people(self) -> list[StaffId]:
        return [person.id for person in self.screen.voice.setup.practitioners()]
