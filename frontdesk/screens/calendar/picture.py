"""What the calendar shows: asked for, and drawn as one picture."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from frontdesk.core.asks.appointments import ListPickedUp, PageAppointments
from frontdesk.core.asks.calendar import ShowCalendar, ShowMonth
from frontdesk.core.asks.door import Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.views import AppointmentList, Calendar, ListPlace, Named
from frontdesk.core.render import times
from frontdesk.screens.calendar.views import Shows, weeks_of_month
from frontdesk.widgets.layout import minute_of
from frontdesk.widgets.month_grid import MonthGrid
from frontdesk.widgets.time_grid import NARROWEST

if TYPE_CHECKING:
    from frontdesk.screens.calendar.screen import CalendarScreen

T = TypeVar("T")

NARROWEST_DAY = 10
"""Cells of a day in the week: seven of them stand side by side in 80."""


class Picture:
    """The answer to the last question; never a day over a later one."""

    def __init__(self, screen: CalendarScreen) -> None:
        self.screen = screen
        self.picked: tuple[Named, ...] = ()
        self.follow: AppointmentId | None = None
        """Where the cursor goes with the next picture."""
        self._asked = 0  # questions so far: only the answer to the last one is drawn
        self._fitted: object = None  # what the grid was last scrolled for

    async def load(self) -> None:
        day = self.screen.place.day
        assert day is not None
        match self.screen.place.shows:
            case Shows.DAY:
                seen = await self._ask(ShowCalendar(first=day))
                if seen is not None:
                    self._draw(seen, [column.name for column in seen.columns])
            case Shows.WEEK:
                monday = day - timedelta(days=day.weekday())
                person = self.screen.place.whose
                seen = await self._ask(ShowCalendar(first=monday, days=7, practitioners=(person,)))
                if seen is not None:
                    self._draw(seen, [times.day(column.day, month=False) for column in seen.columns])
            case Shows.MONTH:
                first, count = weeks_of_month(day)
                days = await self._ask(ShowMonth(first=first, days=count))
                if days is not None:
                    self.screen.query_one(MonthGrid).show(days, day, self.screen.place.today)
            case Shows.LIST:
                await self._load_list(day)

    async def _ask(self, question: Question[T]) -> T | None:
        """The answer, with what is picked up, as one picture; None where something else was asked meanwhile."""
        self._asked += 1
        mine = self._asked
        answer, picked = await asyncio.gather(self.screen.look(question), self.screen.look(ListPickedUp()))
        if mine != self._asked:  # never draw a day over a later one
            return None
        self.picked = picked or ()
        return answer

    async def _load_list(self, day: date) -> None:
        """From the day on; where a name is searched, what was before it stands below."""
        listing = self.screen.listing
        listing.begin_at(day, self.screen.voice.zone)
        if await listing.pages.load() is not None:
            listing.draw(self.screen.voice)

    async def page(self, place: ListPlace | None, backwards: bool, limit: int) -> AppointmentList | None:
        """So much of the list."""
        listing = self.screen.listing
        return await self._ask(
            PageAppointments(day=listing.day, name=listing.typed, place=place, backwards=backwards, limit=limit)
        )

    def _draw(self, seen: Calendar, heads: list[str]) -> None:
        self.screen.grid.narrowest = NARROWEST if self.screen.place.shows is Shows.DAY else NARROWEST_DAY
        self.screen.grid.show(seen, heads)
        follow, self.follow = self.follow, None
        if follow is not None and self.screen.grid.go_to_block(follow):
            here = self.screen.grid.here
            self.screen.place.person = here.column.practitioner if here is not None else self.screen.place.person
        period = (self.screen.place.shows, seen.columns[0].day, seen.columns[-1].day) if seen.columns else None
        if period != self._fitted:
            self._fitted = period
            first = min(
                (minute_of(span.start, column) for column in seen.columns for span in column.open), default=None
            )
            if first is not None:
                self.screen.grid.show_from(first)
            self.screen.grid.reveal()
