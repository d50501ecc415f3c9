"""Driving the app: keys singly or in one burst, and what stands on the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from frontdesk.app import FrontdeskApp, Start
from frontdesk.config import Config
from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.charges import ShowTerms
from frontdesk.core.asks.clients import FindClients
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.notices import ListNotices, ShowGlance
from frontdesk.core.asks.requests import JudgeRequests, ListRequests, ShowRequest
from frontdesk.core.asks.schedule import ListWork, PlanTimeOff
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.desk import Desk, open_desk
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.touched import Touched
from frontdesk.core.store.engine import Store
from frontdesk.widgets.time_grid import TimeGrid
from tests.builders import MON_8, Clock

SIGNS = {" ": "space", "/": "slash", "?": "question_mark", ":": "colon", "+": "plus", "-": "minus"}
SIGNS |= {"[": "left_square_bracket", "]": "right_square_bracket", "\n": "enter", "\t": "tab", "\x1b": "escape"}


PATIENCE = 20.0
"""Seconds after which a key that had no effect fails a test instead of hanging it."""


LOOKUPS = ("load", "find", "judge", "rail", "detail", "glance")
"""What screens ask for beside the keys."""


def keys(text: str) -> list[events.Key]:
    """Keys as a terminal sends them: a character each; newline is Enter, tab is Tab."""
    return [events.Key(SIGNS.get(it, it), it if it.isprintable() else None) for it in text]


@asynccontextmanager
async def running(
    database: Path | str,
    wall: datetime = MON_8,
    size: tuple[int, int] = (80, 24),
    machine: Machine = Machine(terminal="screen"),
    **config: Any,
) -> AsyncIterator[FrontdeskApp]:
    """The app on a database, its desk open and its first picture drawn."""
    settings = Config(database=str(database), **config)
    app = FrontdeskApp(
        Start(
            config=settings,
            machine=machine,
            open=partial(open_desk, str(database), clock=Clock(wall), machine=machine),
        )
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        app.post_message(events.Key("t", "t"))  # waits for the desk; the cursor goes to now, where it is
        await pilot.pause()
        await asyncio.wait_for(app.pump.idle(), PATIENCE)
        await pilot.pause()
        yield app


async def send(app: FrontdeskApp, text: str | Iterable[events.Key], burst: bool) -> None:
    """Keys one by one, each after the last had its effect, or all in one packet."""
    pressed = keys(text) if isinstance(text, str) else list(text)
    for event in pressed:
        app.post_message(event)
        if not burst:
            await settled(app)
    await settled(app)


async def settled(app: FrontdeskApp) -> None:
    """Until the keys have had their effect and the picture is drawn."""
    for _ in range(3):
        await asyncio.sleep(0)
        await asyncio.wait_for(app.pump.idle(), PATIENCE)
    await until(app, lambda: not any(it.is_running and it.group in LOOKUPS for it in app.workers))
    await asyncio.sleep(0.02)  # the picture follows


async def until(app: FrontdeskApp, happened: Callable[[], bool]) -> None:
    """Until it has happened; fails loudly where it does not."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < PATIENCE, f"it did not happen:\n{shown(app)}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def noticing(app: FrontdeskApp) -> AsyncIterator[None]:
    """What somebody else changes inside is noticed by the app, and drawn, before this ends."""
    notice, noticed = app._changed_elsewhere, [0]

    def counted(touched: Touched) -> None:
        notice(touched)
        noticed[0] += 1

    app._changed_elsewhere = counted  # type: ignore[method-assign]
    yield
    await until(app, lambda: noticed[0] > 0)
    await settled(app)


async def still(app: FrontdeskApp, seconds: float) -> None:
    """Until the picture has not changed for so long."""
    before, since = "", time.monotonic()
    while time.monotonic() - since < seconds:
        await asyncio.sleep(0.02)
        now = shown(app)
        if now != before:
            before, since = now, time.monotonic()


def row_of(grid: TimeGrid, minute: int) -> int:
    """The line of the grid on which a minute of the day is drawn."""
    return minute // grid.step - round(grid.scroll_y) + 1


async def click(app: FrontdeskApp, grid: TimeGrid, x: int, y: int) -> None:
    await Pilot(app).click(grid, offset=(x, y))
    await settled(app)


async def drag(app: FrontdeskApp, grid: TimeGrid, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press, go there in two steps, release."""
    pilot = Pilot(app)
    halfway = (end[0], (start[1] + end[1]) // 2)
    await pilot.mouse_down(grid, offset=start)
    for place in (halfway, end):
        grid.post_message(mouse_move(grid, *place))
        await pilot.pause()
    await pilot.mouse_up(grid, offset=end)
    await settled(app)


def mouse_move(grid: TimeGrid, x: int, y: int) -> events.MouseMove:
    """The mouse over the grid with its left button held."""
    at = grid.region.offset
    return events.MouseMove(
        grid, x, y, 0, 0, 1, False, False, False, screen_x=x + at.x, screen_y=y + at.y, style=None
    )


def shown(app: FrontdeskApp) -> str:
    """What stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def told(app: FrontdeskApp) -> str:
    """The newest message at the foot."""
    messages = [notification.message for notification in app._notifications]
    return messages[-1] if messages else ""


def deeds(app: FrontdeskApp) -> list[str]:
    """What was recorded from this terminal."""
    lines = app.door.see(ShowHistory())
    return [line.operation for line in lines if line.terminal == "screen"]


SLOW = (
    FindClients, FindSlots, AskWhy, ListAppointments, ListRequests, JudgeRequests, ShowRequest, ShowTerms,
    PlanTimeOff, ListNotices, ListWork, ShowGlance,
)  # fmt: skip


def slow(app: FrontdeskApp, seconds: float = 0.3) -> None:
    """Every lookup a key could be waiting for takes its time."""
    quick = app.door.see

    def see(question: Any) -> Any:
        if isinstance(question, SLOW):
            time.sleep(seconds)
        return quick(question)

    app.door.see = see  # type: ignore[method-assign]


def another_desk(path: Path) -> Desk:
    return Desk(Store(str(path)), clock=Clock(), machine=Machine(terminal="elsewhere"))


WAYS = pytest.mark.parametrize(("burst", "late"), [(False, False), (True, False), (True, True)])
