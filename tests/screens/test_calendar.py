"""The calendar: what is drawn, where the cursor goes, what others change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, EditAppointment, ListAppointments
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.domain.practice import ReasonId
from tests.builders import Clock, booked, on, open_test_desk
from tests.screens.driving import deeds, running, send, settled, shown, told


def other_desk(database: Path) -> object:
    from frontdesk.core.desk import Desk
    from frontdesk.core.store.engine import Store

    return Desk(Store(str(database)), clock=Clock())


@pytest.mark.covers("1-04", "3-06")
async def test_people_stand_side_by_side_with_their_load(database: Path) -> None:
    async with running(database) as app:
        lines = shown(app).splitlines()

        assert "Mon 23 Nov 2026" in lines[0]
        assert "Ann Archer" in lines[1]
        assert "Bob Brown" in lines[1]
        row = next(line for line in lines if line.startswith("09:00"))
        assert "Clara Client" in row
        assert "Emil Evans" in row


@pytest.mark.parametrize("key", ["D", "W", "M", "L"])
@pytest.mark.covers("3-06")
async def test_every_view_shows_the_day_it_is_on(database: Path, key: str) -> None:
    async with running(database) as app:
        await send(app, key, burst=False)

        assert f"[{key}]" in shown(app)
        assert "23" in shown(app)


@pytest.mark.covers("3-06", "3-07")
async def test_the_list_is_searched_by_client_name(database: Path) -> None:
    async with running(database) as app:
        await send(app, "Lfclara\n", burst=False)

        text = shown(app)
        assert text.count("Clara Client") == 2
        assert "Dora Dunn" not in text


@pytest.mark.covers("1-05", "3-08")
async def test_opening_an_appointment_shows_its_details_and_what_can_be_done(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\n", burst=False)
        await send(app, "\x1b\n", burst=False)

        text = shown(app)
        assert "Massage · Ann Archer · Main Street 1" in text
        assert "r move   c cancel" in text


@pytest.mark.covers("1-06", "1-07", "1-08")
async def test_the_picker_offers_slots_services_and_says_what_came_of_it(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/emil\nr", burst=False)
        text = shown(app)
        assert "Move · Emil Evans · was Mon 23 Nov 09:00 · Review 30 min · Bob Brown" in text
        assert "service ‹ Review 30 min ›" in text
        await send(app, "\n", burst=False)

        assert "Moved Emil Evans from Mon 23 Nov 09:00 to Review, Mon 23 Nov" in told(app)


async def test_a_colleagues_change_appears_by_itself_and_the_cursor_stays(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\n", burst=False)
        before = (app.screen.query_one("#grid").column, app.screen.query_one("#grid").minute)  # type: ignore[attr-defined]
        desk = other_desk(database)
        booked(desk, on(23, 11, 30), client="Otto Other")  # type: ignore[arg-type]
        for _ in range(40):
            await asyncio.sleep(0.1)
            if "Otto Other" in shown(app):
                break

        assert "Otto Other" in shown(app)
        assert (app.screen.query_one("#grid").column, app.screen.query_one("#grid").minute) == before  # type: ignore[attr-defined]


async def test_what_is_typed_stays_while_a_colleague_changes_things(database: Path) -> None:
    async with running(database) as app:
        await send(app, "nIda", burst=False)
        desk = other_desk(database)
        booked(desk, on(23, 11, 30), client="Otto Other")  # type: ignore[arg-type]
        await asyncio.sleep(1)
        await settled(app)

        assert "Ida" in shown(app)


async def test_moving_what_a_colleague_just_changed_says_who_and_keeps_the_picker(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/emil\nr", burst=False)
        (emil,) = app.door.see(ListAppointments(name="emil")).items
        other_desk(database).do(EditAppointment(appointment=emil.appointment.id, seen=None, note="x"))  # type: ignore[attr-defined]
        await send(app, "\n", burst=False)

        assert "desk changed the notes of" in shown(app)
        assert deeds(app) == []
        await send(app, "\n", burst=False)
        assert deeds(app) == ["reschedule"]


async def test_booking_a_time_that_was_just_taken_keeps_the_form(database: Path) -> None:
    async with running(database, on(23, 15)) as app:
        await send(app, "nIda Ingram\t\t", burst=False)
        booked(other_desk(database), on(23, 15), client="Otto Other")  # type: ignore[arg-type]
        await send(app, "\n", burst=False)

        text = shown(app)
        assert "Ida Ingram" in text
        assert "Otto Other" in text
        assert deeds(app) == []


async def test_moving_one_that_was_cancelled_meanwhile_says_so(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/emil\nr", burst=False)
        (emil,) = app.door.see(ListAppointments(name="emil")).items
        ask = CancelAppointment(appointment=emil.appointment.id, seen=None, reason=ReasonId("client_ill"))
        other_desk(database).do(ask)  # type: ignore[attr-defined]
        await send(app, "\n", burst=False)

        assert "desk cancelled" in shown(app)


async def test_a_key_that_can_do_nothing_says_so(database: Path) -> None:
    async with running(database, on(23, 15)) as app:
        await send(app, "r", burst=False)

        assert told(app) == "no appointment under the cursor"


async def test_help_names_every_key_of_the_screen(database: Path) -> None:
    async with running(database, size=(100, 60)) as app:
        await send(app, "?", burst=False)

        text = shown(app)
        assert "reschedule: another time, person or service" in text
        assert "take back your last act" in text


async def test_the_palette_finds_a_verb_a_client_and_a_day(database: Path) -> None:
    async with running(database) as app:
        await send(app, ":", burst=False)
        await send(app, "zora", burst=False)
        await asyncio.sleep(0.6)
        assert "Zora Zimmer" in shown(app)


async def test_the_glyphs_have_an_ascii_set(database: Path) -> None:
    async with running(database, glyphs="ascii") as app:
        grid = "\n".join(shown(app).splitlines()[2:22])

        assert "╱" not in grid
        assert "|" in grid


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_every_size_draws_the_day(database: Path, size: tuple[int, int]) -> None:
    async with running(database, size=size) as app:
        text = shown(app)

        assert "Clara" in text
        assert max(map(len, text.splitlines())) <= size[0]


HOSTILE = ("[@click=app.quit]Bob[/]", "[/b] Bob", "\x1b]52;c;aGk=\x07Eve", "A\u202ebc", "<b>&amp;</b>", "{{7*7}}")


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_only_text_on_every_screen(tmp_path: Path, name: str) -> None:
    path = tmp_path / "practice.db"
    desk = open_test_desk(path)
    event = booked(desk, on(23, 9), client=name, note=name)
    desk.do(AddClient(client=NewClient(name=name, note=name, preferences=name)))
    desk.close()
    async with running(path) as app:
        for pressed in (
            "t",
            "\n",
            "\x1b",
            "L",
            "D",
            "/bob",
            "\x1b",
            "3",
            "\n",
            "H",
            "\x1b",
            "\x1b",
            "1",
            "H",
            "\x1b",
        ):
            await send(app, pressed, burst=False)
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in shown(app) if c != "\n")
    assert event.client.name
