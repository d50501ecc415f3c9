"""Keeping a time while a dialogue is open: placed once the choice rests, renewed, gone on leaving."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from textual.timer import Timer

from frontdesk.core.asks.holds import HoldSlot, ReleaseSlot
from frontdesk.screens.desk_screen import DeskScreen

REST = 0.8
"""Seconds a choice rests before its time is kept: who only looks through a list keeps nothing."""
RENEWAL = 90.0
"""Seconds between two renewals: well inside the shortest time a hold may have."""


class SlotKeeper:
    """One open dialogue's hold; other desks see it as a ghost."""

    def __init__(self, screen: DeskScreen[Any], key: UUID | None = None) -> None:
        self.key = key or uuid4()
        self._screen = screen
        self._wanted: HoldSlot | None = None
        self._placed: HoldSlot | None = None
        self._timer: Timer | None = None
        self._is_over = False

    def want(self, **slot: Any) -> None:
        """This time is chosen now; the one before is let go when this one is kept."""
        ask = HoldSlot(key=self.key, **slot)
        if self._is_over or ask == self._wanted:
            return
        self._wanted = ask
        self._again(REST)

    def want_nothing(self) -> None:
        """What is chosen now cannot be kept."""
        self._wanted = None
        self._stop()
        if self._placed is not None:
            self._placed = None
            self._screen.run_worker(self._let_go(), group="keeping")

    def hand_over(self) -> UUID | None:
        """The dialogue ends with a choice: whoever books it takes the time over."""
        self._is_over = True
        self._stop()
        return self.key

    def leave(self) -> None:
        """The dialogue is left: the time is free at once."""
        self._is_over = True
        self._stop()
        if self._wanted is not None:
            self._screen.app.run_worker(self._let_go(), group="keeping")

    async def _place(self) -> None:
        wanted = self._wanted
        if wanted is None or self._is_over:
            return
        if await self._screen.keep_quietly(wanted) is not None and not self._is_over:
            self._placed = wanted
            self._again(RENEWAL)

    async def _let_go(self) -> None:
        await self._screen.keep_quietly(ReleaseSlot(key=self.key))

    def _again(self, seconds: float) -> None:
        self._stop()
        self._timer = self._screen.set_timer(seconds, self._begin)

    def _begin(self) -> None:
        if not self._is_over:
            self._screen.run_worker(self._place(), group="keeping", exclusive=True)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
