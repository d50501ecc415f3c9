"""The card beside the grid: the appointment under a cursor that rests, not one that runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual.timer import Timer
from textual.widgets import Static

from frontdesk.core.asks.appointments import ShowAppointment
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.render.appointment_card import appointment_lines
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import MainScreen
from frontdesk.widgets.text import lines

MOMENT = 0.03
"""Seconds for which a picture waits for its card, so that both are one."""
RAIL_REST = 0.15
"""Seconds the cursor rests before the card beside the grid follows it."""


class Rail(Static):
    """Follows the cursor, where there is room for it."""

    def __init__(self, screen: MainScreen, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.is_old = False
        self._screen = screen
        self._shows: AppointmentId | None = None
        self._timer: Timer | None = None
        self._filled = asyncio.Event()
        self._filled.set()

    def follow(self, id_: AppointmentId | None) -> None:
        """The cursor is on this appointment now, or on none."""
        if not self.display or (id_ == self._shows and not self.is_old):
            return
        was_old, self._shows, self.is_old = self.is_old, id_, False
        if self._timer is not None:
            self._timer.stop()
        if was_old:  # with the picture that is new
            self._fill()
        else:
            self._timer = self.set_timer(RAIL_REST, self._fill)

    async def filled(self) -> None:
        """Until the card of a new picture is there too, or a moment has passed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._filled.wait(), MOMENT)

    def _fill(self) -> None:
        if self._shows is None:
            self.update("", layout=False)
        else:
            self._filled.clear()
            self._screen.begin(self._load(self._shows), group="rail", exclusive=True)

    async def _load(self, id_: AppointmentId) -> None:
        try:
            named = await self._screen.look(ShowAppointment(appointment=id_))
        finally:
            self._filled.set()
        if named is not None:
            keys = _("r move  c cancel  s status  e notes  H history")
            self.update(
                lines(named.client_name, "", *appointment_lines(self._screen.voice, named), "", keys), layout=False
            )
