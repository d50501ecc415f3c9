"""The list of clients and the card."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.screens.driving import deeds, running, send, shown, told


async def test_the_list_finds_while_typing_and_enter_opens_the_card(database: Path) -> None:
    async with running(database) as app:
        await send(app, "3fzora\n\n", burst=False)

        text = shown(app)
        assert "Zora Zimmer   +44 20 7946 0018" in text
        assert "Next" in text


@pytest.mark.covers("1-14")
async def test_the_card_shows_what_is_next_and_what_was(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/clara\n\n", burst=False)

        text = shown(app)
        assert "Mon 23 Nov 09:00" in text
        assert "Wed 25 Nov 10:00" in text


async def test_a_new_client_is_added_and_a_wrong_address_keeps_the_form(database: Path) -> None:
    async with running(database) as app:
        await send(app, "3nIda Ingram\t\tida at home\n", burst=False)
        assert "is no e-mail address" in shown(app)
        assert deeds(app) == []
        assert "Ida Ingram" in shown(app)


async def test_a_client_is_changed_from_the_card(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/zora\n", burst=False)
        await send(app, "e Maria\n", burst=False)

        assert deeds(app) == ["edit_client"]
        assert "Zora Zimmer Maria" in shown(app)
        await send(app, "u", burst=False)
        assert "Maria" not in shown(app)


async def test_an_appointment_is_cancelled_from_the_card(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/clara\n\n", burst=False)
        await send(app, "c1\n", burst=False)

        assert deeds(app) == ["cancel"]
        assert "Cancelled late: Clara Client" in told(app)


async def test_the_history_of_a_client_is_one_key(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/clara\n\n", burst=False)
        await send(app, "H", burst=False)

        assert "booked" in shown(app)


@pytest.mark.parametrize("typed", ["1980-07-03", "3.7.1980", "3 jul 1980"])
async def test_a_birth_date_is_typed_as_people_write_it(database: Path, typed: str) -> None:
    async with running(database) as app:
        await send(app, f"3nJamie New\t\t\t{typed}\n", burst=False)

        assert "1980-07-03" in shown(app)


@pytest.mark.parametrize("typed", ["3 jul", "2999-01-01", "soon", "31.2.1980"])
async def test_what_is_no_birth_date_keeps_the_form(database: Path, typed: str) -> None:
    async with running(database) as app:
        await send(app, f"3nJamie New\t\t\t{typed}\n", burst=False)

        assert "born: as" in shown(app)
        assert "Jamie New" in shown(app)


async def test_somebody_known_is_chosen_instead_of_made_twice(database: Path) -> None:
    async with running(database) as app:
        await send(app, "3nZora Zim", burst=False)
        assert "Zora Zimmer" in shown(app)
        await send(app, [events.Key("down", None), events.Key("enter", None)], burst=False)

        assert shown(app).splitlines()[0].startswith(" Zora Zimmer")
        assert deeds(app) == []
