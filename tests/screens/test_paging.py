"""A list too long to be here whole: scrolling, `end` and `home` bring the part that is looked at."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from textual import events

from frontdesk.core.asks.appointments import CancelAppointment, PageAppointments
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.practice import BY_CLIENT
from frontdesk.screens import paging
from frontdesk.screens.calendar.screen import CalendarScreen
from frontdesk.screens.client_card import ClientCardScreen
from frontdesk.screens.outbox import OutboxScreen
from frontdesk.screens.paging import Paging
from frontdesk.widgets.line_list import LineList
from tests.builders import booked, on
from tests.operations.asking import a_client
from tests.screens.driving import another_desk, running, send


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PAGE": 5, "MOST": 20, "NEAR": 2}.items():
        monkeypatch.setattr(paging, name, value)


def key(name: str) -> list[events.Key]:
    return [events.Key(name, None)]


@dataclass
class Page:
    items: Sequence[int]
    more: bool


class Numbers:
    """A long list, and who asks for its parts."""

    def __init__(self) -> None:
        self.whole = list(range(0, 1000, 10))
        self.asked = 0
        self.pages: Paging[int] = Paging(self.ask, place=lambda it: it, just_before=lambda it: it - 1)

    async def ask(self, place: int | None, backwards: bool, limit: int) -> Page:
        self.asked += 1
        if backwards:
            found = [it for it in self.whole if place is None or it < place]
            return Page(found[-limit:], len(found) > limit)
        found = [it for it in self.whole if place is None or it > place]
        return Page(found[:limit], len(found) > limit)

    def require_a_part(self) -> None:
        here = self.pages.items
        assert here, "something is always here"
        first = self.whole.index(here[0])
        assert here == self.whole[first : first + len(here)]
        assert self.pages.more_above is (first > 0)
        assert self.pages.more_below is (here[-1] != self.whole[-1])


async def test_whatever_is_done_a_part_is_here_without_gaps() -> None:
    for seed in range(200):
        dice, numbers = random.Random(seed), Numbers()
        await numbers.pages.load()
        for _ in range(30):
            match dice.choice(["near", "near", "near", "end", "beginning", "load", "come", "go"]):
                case "near":
                    await numbers.pages.near(dice.randrange(len(numbers.pages.items)))
                case "end":
                    await numbers.pages.to_end()
                case "beginning":
                    await numbers.pages.to_beginning()
                case "load":
                    await numbers.pages.load()
                case "come":
                    numbers.whole = sorted({*numbers.whole, dice.randrange(1000)})
                    await numbers.pages.load()
                case "go":
                    numbers.whole.remove(dice.choice(numbers.whole))
                    await numbers.pages.load()
                case _:
                    raise AssertionError
            if numbers.pages.items and numbers.pages.items[0] == numbers.whole[0]:
                numbers.pages.more_above = False  # what was above went
            numbers.require_a_part()
            assert len(numbers.pages.items) <= paging.MOST


async def test_scrolling_goes_through_all_of_it_and_back() -> None:
    numbers = Numbers()
    await numbers.pages.load()
    seen, at = [], 0
    while True:
        seen.append(numbers.pages.items[at])
        value = numbers.pages.items[at]
        await numbers.pages.near(at)
        at = numbers.pages.items.index(value) + 1
        if at == len(numbers.pages.items):
            break
    assert seen == numbers.whole
    at, back = at - 1, []
    while at >= 0:
        value = numbers.pages.items[at]
        back.append(value)
        await numbers.pages.near(at)
        at = numbers.pages.items.index(value) - 1
    assert back == numbers.whole[::-1]


async def test_nothing_is_asked_for_far_from_the_edge() -> None:
    numbers = Numbers()
    await numbers.pages.load()
    await numbers.pages.near(4)
    asked = numbers.asked
    await numbers.pages.near(5)
    assert numbers.asked == asked


@pytest.fixture
def busy(database: Path) -> Iterator[Path]:
    """One client with thirty appointments, of which each wrote a mail."""
    desk = another_desk(database)
    client = a_client(desk, "Lina Long", email="lina@client.example")
    for number in range(30):
        wall = on(24, 9) + timedelta(days=number // 10, minutes=15 * (number % 10))
        it = booked(desk, wall, client=client, practitioner="bob", override="as agreed").appointment
        if number % 2:
            desk.do(CancelAppointment(appointment=it.id, seen=1, reason=BY_CLIENT))
    desk.close()
    yield database


async def test_the_outbox_is_gone_through_from_end_to_end(busy: Path) -> None:
    async with running(busy) as app:
        whole = [it.id for it in another_desk(busy).see(ListMails(limit=1000)).items]
        assert len(whole) > 25
        await send(app, "6", burst=False)
        screen = app.screen
        assert isinstance(screen, OutboxScreen)
        rows = screen.rows
        seen = []
        for _ in whole:
            assert rows.chosen is not None
            seen.append(rows.chosen.id)
            await send(app, "j", burst=False)
        assert seen == whole
        await send(app, key("home"), burst=False)
        assert rows.chosen is not None and rows.chosen.id == whole[0]
        await send(app, key("end"), burst=False)
        assert rows.chosen is not None and rows.chosen.id == whole[-1]
        await send(app, "kkkkkkkk", burst=False)
        assert rows.chosen is not None and rows.chosen.id == whole[-9]


async def test_the_list_of_the_calendar_goes_on_as_the_cursor_does(busy: Path) -> None:
    async with running(busy) as app:
        await send(app, "L", burst=False)
        screen = app.screen
        assert isinstance(screen, CalendarScreen)

        def here() -> AppointmentId:
            assert screen.listing.chosen is not None
            return screen.listing.chosen.appointment.id

        whole = another_desk(busy).see(PageAppointments(day=on(23, 0).date(), limit=1000)).items
        seen = [here()]
        for _ in whole[1:]:
            await send(app, "j", burst=False)
            seen.append(here())
        assert seen == [it.appointment.id for it in whole]
        await send(app, key("home"), burst=False)
        assert here() == seen[0]
        await send(app, key("end"), burst=False)
        assert here() == seen[-1]


async def test_a_card_goes_on_with_what_is_past(busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.core.queries.clients.PAST", 4)
    async with running(busy) as app:
        await send(app, "/lina\n", burst=False)
        await send(app, "\n", burst=False)
        if not isinstance(app.screen, ClientCardScreen):
            await send(app, "\n", burst=False)
        rows = app.screen.query_one("#appointments", LineList)
        titles = [line.text for line in rows.lines if line.value is None]
        assert titles[-1] == "Past, and cancelled · 15"
        for _ in range(4):
            await send(app, key("end"), burst=False)
        past = rows.lines[[line.text for line in rows.lines].index(titles[-1]) + 1 :]
        assert len(past) == 15 and all("cancelled" in line.text for line in past)
