"""What the requirements ask to be seen, as it stands on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from frontdesk.app import FrontdeskApp
from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.requests import ListRequests
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.requests import RequestState
from tests.builders import at, booked, on, open_test_desk
from tests.screens.asking import ask
from tests.screens.driving import deeds, running, send, shown, still, told

REST = 0.5
RIGHT = events.Key("right", None)


def chosen(app: FrontdeskApp, label: str) -> str:
    """What stands in a choice of the dialogue."""
    return shown(app).split(f"{label} ‹")[1].split("›")[0].strip()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One request of a client with a phone and an address, and one appointment, later today."""
    path = tmp_path / "practice.db"
    desk: Desk = open_test_desk(path)
    ask(
        desk,
        on(24, 9),
        "Rhea Quest",
        phone="+44 20 7946 0123",
        email="rhea@client.example",
        description="my knee",
    )
    booked(desk, on(23, 10), client="Dora Dunn", service="massage")
    desk.close()
    return path


@pytest.mark.covers("1-07")
async def test_a_move_chooses_among_the_services_and_the_chosen_one_is_booked(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nr", burst=False)
        assert "service ‹ Massage 60 min ›" in shown(app)
        await send(app, "\t\t", burst=False)
        seen = [chosen(app, "service")]
        while len(seen) < 2 or seen[-1] != seen[0]:
            await send(app, [RIGHT], burst=False)
            seen.append(chosen(app, "service"))
        assert set(seen) == {"Massage 60 min", "Review 30 min", "Training 60 min"}, "every service in turn"
        while chosen(app, "service") != "Review 30 min":
            await send(app, [RIGHT], burst=False)
        await send(app, "\n", burst=False)

        (moved,) = app.door.see(ListAppointments(name="dora")).items
        assert moved.service_name == "Review"


@pytest.mark.covers("1-15")
async def test_before_a_cancel_its_dialogue_warns_what_it_means_and_does_nothing_yet(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nc", burst=False)

        text = shown(app)
        assert "Dora Dunn · Mon 23 Nov 10:00 · Massage · Ann Archer" in text
        assert "late to cancel since Sun 22 Nov 10:00 (default)" in text
        assert app.screen.query_one("#confirm").disabled
        assert deeds(app) == []
        await send(app, "\x1b", burst=False)
        (dora,) = app.door.see(ListAppointments(name="dora")).items
        assert dora.appointment.status is Status.BOOKED


@pytest.mark.covers("3-14")
async def test_after_a_cancel_it_is_said_what_was_cancelled(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nc3\n", burst=False)

        assert told(app).startswith("Cancelled Dora Dunn, Mon 23 Nov 10:00")


@pytest.mark.covers("3-16")
async def test_a_practitioner_edits_date_time_and_place_and_saves(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nr", burst=False)
        await send(app, "fri 10", burst=False)
        await still(app, REST)
        await send(app, "\n", burst=False)

        (moved,) = app.door.see(ListAppointments(name="dora")).items
        assert (moved.appointment.start, moved.appointment.location) == (at(on(27, 10)), "annex")


@pytest.mark.covers("4-05")
async def test_the_requests_button_shows_how_many_wait_and_opens_them(database: Path) -> None:
    async with running(database) as app:
        await still(app, REST)
        assert "2 Requests 1 0 min" in shown(app).splitlines()[0]
        await send(app, "2d\n", burst=False)
        await send(app, "1", burst=False)
        await still(app, REST)

        head = shown(app).splitlines()[0]
        assert "Requests" not in head or "Requests 1" not in head, head


@pytest.mark.covers("4-07")
async def test_the_list_shows_name_service_date_time_duration_and_status(database: Path) -> None:
    async with running(database, size=(120, 30)) as app:
        await send(app, "2", burst=False)
        await still(app, REST)

        row = next(line for line in shown(app).splitlines() if "Rhea Quest" in line)
        for part in ("Tue 24 Nov 09:00", "30m", "Rhea Quest", "Review"):
            assert part in row.split("│")[0]
        assert "[Pending]" in shown(app), "the status is the one that is chosen"
        await send(app, "d\n", burst=False)
        await send(app, "h", burst=False)
        await still(app, REST)
        row = next(line for line in shown(app).splitlines() if "Rhea Quest" in line)
        assert "declined" in row


@pytest.mark.covers("4-09")
async def test_the_detail_shows_all_that_is_known_of_a_request(database: Path) -> None:
    async with running(database, size=(120, 40)) as app:
        (line,) = app.door.see(ListRequests(states=(RequestState.PENDING,))).items
        await send(app, "2", burst=False)
        await still(app, REST)

        detail = " ".join(part.split("│", 1)[1].strip() for part in shown(app).splitlines() if "│" in part)
        for part in (
            line.request.ref,
            "Rhea Quest",
            "+44 20 7946 0123",
            "rhea@client.example",
            "Review",
            "Tue 24 Nov 09:00",
            "30m",
            "pending",
            "“my knee”",
        ):
            assert part in detail, part


@pytest.mark.covers("4-10")
async def test_an_approval_always_names_who_does_it(database: Path) -> None:
    async with running(database) as app:
        await send(app, "2a", burst=False)
        await still(app, REST)
        await send(app, "\t", burst=False)
        seen = [chosen(app, "with")]
        while len(seen) < 2 or seen[-1] != seen[0]:
            await send(app, [RIGHT], burst=False)
            seen.append(chosen(app, "with"))
        assert set(seen) == {"Ann Archer", "Bob Brown"}, "no approval without a person"
