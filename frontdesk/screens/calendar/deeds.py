"""What is done where the cursor of the calendar stands, or with the day that is shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from frontdesk.core.asks.appointments import LayBack, ListAppointments, ListPickedUp, ShowAppointment
from frontdesk.core.asks.schedule import RemoveTimeOff
from frontdesk.core.asks.upkeep import ShowHead
from frontdesk.core.domain.hours import TimeOffId
from frontdesk.core.domain.times import wall_time
from frontdesk.core.domain.views import Block
from frontdesk.core.render.day_sheet import day_sheet
from frontdesk.core.render.language import _
from frontdesk.screens.deeds.deeds import Deeds
from frontdesk.screens.dialogs.new_appointment import Draft
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.verbs import Verb
from frontdesk.widgets.grid_cursor import Here

if TYPE_CHECKING:
    from frontdesk.screens.calendar.screen import CalendarScreen


class CursorDeeds(Deeds):
    """A new appointment, blocked time, an absence removed; what is picked up put down; the day sheet."""

    screen: CalendarScreen

    def start(self, verb: Verb) -> bool:
        """Begin what a verb means here; whether it was such a verb."""
        match verb:
            case Verb.NEW:
                self.screen.begin(self.screen.appointments.book(self._draft()))
            case Verb.BLOCK:
                self.screen.begin(self.screen.appointments.block(self._draft()))
            case Verb.CANCEL if self._time_off is not None:
                self.screen.begin(self._remove_time_off(self._time_off))
            case Verb.PUT_DOWN:
                self.screen.begin(self._put_down())
            case Verb.LAY_BACK:
                self.screen.begin(self._lay_back())
            case Verb.PRINT:
                self.screen.begin(self._print())
            case _:
                return False
        return True

    async def drop(self, block: Block, to: Here) -> None:
        """A block of the grid was dragged to another place."""
        named = await self.screen.look(ShowAppointment(appointment=block.id))
        if named is not None:
            await self.screen.appointments.move_to(named, start=to.wall, practitioner=to.column.practitioner)
            await self.screen.load()
            self.screen.grid.go_to_block(block.id)  # where it is now, or still

    def _draft(self) -> Draft:
        """A new appointment where the cursor is: free time of a person; on a booked one after it; else now."""
        here = self.screen.here
        if here is not None and here.block is not None and here.block.start > self.screen.host.now():
            after = wall_time(here.block.padded_end, here.column.zone).replace(tzinfo=None)
            return Draft(practitioner=here.column.practitioner, start=after)
        if here is None or here.block is not None:
            now = wall_time(self.screen.host.now(), self.screen.voice.zone).replace(tzinfo=None, second=0)
            step = self.screen.voice.setup.practice.booking.start_interval
            start = now + timedelta(minutes=-now.minute % step if step <= 60 else 0)
            day = self.screen.place.day or now.date()
            return Draft(practitioner=None, start=datetime.combine(day, start.time()), search=here is not None)
        return Draft(practitioner=here.column.practitioner, start=here.wall)

    @property
    def _time_off(self) -> TimeOffId | None:
        """The absence under the cursor."""
        here = self.screen.here
        return here.shut.time_off if here is not None and here.block is None and here.shut is not None else None

    async def _remove_time_off(self, id_: TimeOffId) -> None:
        await self.screen.perform(RemoveTimeOff(time_off=id_))

    async def _put_down(self) -> None:
        picked = await self.screen.look(ListPickedUp())
        here = self.screen.here
        if not picked:
            self.screen.tell(_("nothing is picked up: x on an appointment does that"), bad=True)
            return
        if here is None:
            self.screen.tell(_("put it down in the day or the week (D, W)"), bad=True)
            return
        if here.block is not None and here.block.id == picked[0].appointment.id:
            self.screen.tell(_("{client} is there already").format(client=picked[0].client_name), bad=True)
            return
        await self.screen.appointments.move_to(picked[0], start=here.wall, practitioner=here.column.practitioner)

    async def _lay_back(self) -> None:
        picked = await self.screen.look(ListPickedUp())
        if picked:
            await self.screen.perform(LayBack(appointment=picked[0].appointment.id))
            self.screen.tell(_("{client} is not picked up any more").format(client=picked[0].client_name))
        else:
            self.screen.tell(_("nothing is picked up: x on an appointment does that"), bad=True)

    async def _print(self) -> None:
        day = self.screen.place.day
        assert day is not None
        found = await self.screen.look(ListAppointments(first=day, last=day, limit=5000))
        head = await self.screen.look(ShowHead())
        if found is not None and head is not None:
            text = day_sheet(self.screen.voice, day, found.items, head)
            where = await self.screen.answer(
                PageDialog(_("Day sheet"), text.splitlines(), {Verb.OPEN: _("⏎ write it as text and as a page")})
            )
            if where is Verb.OPEN:
                self.screen.host.print_sheet(day, found.items, head)
