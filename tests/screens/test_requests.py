"""Requests on the screen: twelve in twenty keys, the reasons beside them, the world that changes meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.notices import ShowGlance
from frontdesk.core.asks.requests import (
    DeclineRequest,
    EditRequest,
    ListRequests,
    RequestAppointment,
    RequestRescheduling,
    ShowRequest,
)
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.requests import Applicant, RequestState
from frontdesk.core.domain.scenes import Offer
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import wall_time
from frontdesk.core.parse.practice import practice_file
from frontdesk.screens.requests import DETAIL_REST
from frontdesk.widgets.line_list import LineList
from tests.builders import PRACTICE, at, booked, on, open_test_desk
from tests.screens.asking import ask
from tests.screens.driving import WAYS, another_desk, deeds, noticing, running, send, shown, slow, still, told, until

CLEAR = [(24, hour, "ann") for hour in (9, 10, 11, 14)] + [(24, hour, "bob") for hour in (9, 10, 11, 14, 15)]
CLASHING = [(25, 9), (25, 10), (25, 11)]
TICKETS = '[requests]\nticket_url = "https://tickets.example.org/{id}"\n\n[booking]'


@pytest.fixture
def overnight(tmp_path: Path) -> Path:
    """Twelve requests: nine are clear, three had their time taken by the desk."""
    path = tmp_path / "practice.db"
    desk = open_test_desk(path)
    desk.do(ApplyPractice(file=practice_file(PRACTICE.replace("[booking]", TICKETS))))
    for number, (day, hour, who) in enumerate(CLEAR, 1):
        ask(desk, on(day, hour), f"Clear {number}", who, description="as ever" if number == 1 else "")
    for number, (day, hour) in enumerate(CLASHING, 1):
        ask(desk, on(day, hour), f"Clash {number}")
        booked(desk, on(day, hour), client=f"Urgent {number}", override="in pain")
    desk.close()
    return path


def states(app: Any) -> dict[str, RequestState]:
    found = app.door.see(ListRequests()).items
    return {it.client_name: it.request.state for it in found}


@WAYS
@pytest.mark.covers("4-03", "4-11", "4-14")
async def test_twelve_overnight_requests_are_decided_in_20_keys(overnight: Path, burst: bool, late: bool) -> None:
    pressed = "2A\nathu 3p\no123\nd\n"
    assert len(pressed) <= 20
    async with running(overnight) as app:
        if late:
            slow(app)
        await send(app, pressed, burst)

        assert deeds(app) == ["approve"] * 10 + ["offer", "decline"]
        now = states(app)
        assert [now[f"Clear {n}"] for n in range(1, 10)] == [RequestState.APPROVED] * 9
        assert (now["Clash 1"], now["Clash 2"], now["Clash 3"]) == (
            RequestState.APPROVED,
            RequestState.PENDING,
            RequestState.DECLINED,
        )
        (moved,) = app.door.see(ListAppointments(name="clash 1")).items
        assert moved.appointment.start == at(on(26, 15))
        (offered,) = app.door.see(ListRequests(states=(RequestState.PENDING,))).items
        assert len(offered.request.offers) == 3


async def test_the_header_counts_what_waits_on_every_screen(overnight: Path) -> None:
    async with running(overnight) as app:
        for key in "1234w":
            await send(app, key, burst=False)
            assert "12" in shown(app).splitlines()[0], key
        await send(app, "2", burst=False)
        assert "12 waiting · oldest 0 min" in shown(app)


async def test_the_list_and_the_detail_show_every_field_and_every_check(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2", burst=False)
        text = shown(app)

        assert "Tue 24 09:00  30m Clear 1" in text
        assert "✓hours" in text
        assert "“as ever”" in text
        await send(app, "jjjjjjjjj", burst=False)
        await still(app, 4 * DETAIL_REST)
        assert "✗ Ann Archer has Urgent 1" in shown(app)
        assert "free near it (o offers)" in shown(app)


@pytest.mark.covers("4-06")
async def test_the_filter_walks_through_the_states(overnight: Path) -> None:
    desk = another_desk(overnight)
    (first, *_) = desk.see(ListRequests()).items
    desk.do(DeclineRequest(request=first.request.id, seen=None))
    async with running(overnight) as app:
        await send(app, "2", burst=False)
        assert "[Pending]" in shown(app)
        await send(app, "ll", burst=False)
        assert "[Declined]" in shown(app)
        assert first.client_name in shown(app)
        await send(app, "\x1b", burst=False)
        assert "[Pending]" in shown(app)


async def test_requests_are_searched_by_name_and_sorted(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2fclash 2\n", burst=False)
        assert "1 request" in shown(app)
        assert "Clash 2" in shown(app)
        await send(app, "\x1bS", burst=False)
        assert "oldest first" in shown(app)


async def test_marked_requests_are_declined_together_and_undone_together(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2  dfull\n", burst=False)
        assert deeds(app) == ["decline"] * 2
        await send(app, "u", burst=False)
        assert list(states(app).values()).count(RequestState.PENDING) == 12


async def test_a_decline_that_meets_a_change_keeps_the_note(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2dwe are full", burst=False)
        desk = another_desk(overnight)
        (first, *_) = desk.see(ListRequests()).items
        desk.do(EditRequest(request=first.request.id, description="or later"))
        await send(app, "\n", burst=False)

        assert deeds(app) == []
        assert "desk changed the request" in shown(app) and "we are full" in shown(app)
        await send(app, "\n", burst=False)
        assert deeds(app) == ["decline"]
        assert desk.see(ShowHistory())[-1].message == "we are full"


async def test_times_that_are_chosen_stand_once_and_say_when_they_are_gone(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2jo12", burst=False)

        def times() -> list[Offer]:
            return [line.value for line in app.screen.query_one("#times", LineList).lines]

        first, second = times()[:2]
        await send(app, "\tsat", burst=False)
        assert times()[:2] == [first, second]
        await send(app, [events.Key("ctrl+u", None)], burst=False)
        assert len(times()) == len(set(times())) and {first, second} <= set(times())

        taken = wall_time(first.start, "Europe/London").replace(tzinfo=None)
        booked(another_desk(overnight), taken, practitioner=first.practitioner, client="Rival", override="first")
        await until(app, lambda: "not free any more" in shown(app))


async def test_of_the_marked_ones_only_the_clear_are_approved(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2 jjjjjjjj A", burst=False)
        assert "1 is not clear and stays" in shown(app)
        await send(app, "\n", burst=False)
        assert deeds(app) == ["approve"]


async def test_an_approval_that_comes_too_late_says_what_happened(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2a", burst=False)
        desk = another_desk(overnight)
        (first, *_) = desk.see(ListRequests()).items
        desk.do(DeclineRequest(request=first.request.id, seen=None))
        await send(app, "\n", burst=False)

        assert deeds(app) == []
        assert "a request that is declined cannot be approved" in told(app)


async def test_an_approval_whose_time_was_taken_meanwhile_says_by_whom_and_keeps_what_was_typed(
    overnight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(overnight) as app:
        await send(app, "2a\t\t\tbring the file", burst=False)
        monkeypatch.setattr(app, "_changed_elsewhere", lambda _touched: None)  # it is sent before the app has looked
        booked(another_desk(overnight), on(24, 9), client="Rival", override="in pain")
        await send(app, "\n", burst=False)

        text = shown(app)
        assert "Ann Archer has Rival" in text
        assert "bring the file" in text
        assert "Tue 24 Nov 09:30 Ann Archer" in text, "the next best steps"
        assert deeds(app) == []
        await send(app, [events.Key("down", None)], burst=False)
        await send(app, "\n", burst=False)
        assert deeds(app) == ["approve"]


async def test_a_time_that_is_taken_while_an_approval_is_filled_is_told_in_the_form(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2a\t\t\tbring the file", burst=False)
        async with noticing(app):
            booked(another_desk(overnight), on(24, 9), client="Rival", override="in pain")
        assert "Ann Archer has Rival" in shown(app)
        await send(app, [events.Key("down", None)], burst=False)
        await send(app, "\n", burst=False)

        text = shown(app)
        assert deeds(app) == [] and "the hold is lost" in text, "the request is not the one that was opened"
        assert "bring the file" in text and "2026-11-24 09:30" in text
        await send(app, "\n", burst=False)
        assert deeds(app) == ["approve"]


async def test_a_rule_asks_for_a_reason_before_it_is_broken(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2atue 12\n", burst=False)
        assert "reason to override" in shown(app)
        assert deeds(app) == []
        await send(app, "as agreed\n", burst=False)

        assert deeds(app) == ["approve"]
        (found,) = app.door.see(ListAppointments(name="clear 1")).items
        assert found.appointment.override == "as agreed"


@pytest.mark.covers("4-08", "4-13")
async def test_a_ticket_is_linked_and_shown_as_an_address(overnight: Path) -> None:
    async with running(overnight, size=(120, 40)) as app:
        await send(app, "2a\t\t\t\tT-4711\n", burst=False)
        await send(app, "l", burst=False)

        assert "T-4711" in shown(app)
        assert "https://tickets.example.org/T-4711" in shown(app)


async def test_the_record_of_somebody_who_may_be_known_is_chosen_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    desk = open_test_desk(path)
    known = desk.do(AddClient(client=NewClient(name="Nora Known", email="nora@example.org"))).client
    desk.do(
        RequestAppointment(
            service=ServiceId("review"),
            start=on(24, 9),
            client=Applicant(name="N. Known", email="nora@example.org"),
            practitioner=StaffId("ann"),
        )
    )
    desk.close()
    async with running(path) as app:
        await send(app, "2a\n", burst=False)
        assert "is it one of these, or a new client?" in shown(app)
        assert "N. Known nora@example.org" in shown(app)
        await send(app, "Nora\n", burst=False)

        (found,) = app.door.see(ListAppointments()).items
        assert found.appointment.client == known.id


async def test_what_the_client_says_to_the_offers_is_written_down(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2o12\n", burst=False)
        assert "offered" in shown(app)
        await send(app, "ko", burst=False)
        assert "What does Clear 1 say?" in shown(app)
        await send(app, "2", burst=False)
        assert deeds(app) == ["offer"], "a digit chooses; it books nothing"
        await send(app, "\n", burst=False)

        assert deeds(app) == ["offer", "approve"]
        await send(app, "o1\n", burst=False)
        await send(app, "ko0\n", burst=False)
        assert deeds(app)[-1] == "refuse_offers"


async def test_a_request_is_edited_and_withdrawn_for_the_client(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "2e\t more\n", burst=False)
        assert deeds(app) == ["edit_request"]
        await send(app, "cc", burst=False)
        assert deeds(app) == ["edit_request"], "what cannot be undone is not done by a key pressed twice"
        await send(app, "\n", burst=False)
        assert deeds(app) == ["edit_request", "withdraw"]
        await send(app, "u", burst=False)
        assert "cannot be undone" in told(app)


async def test_a_pending_request_is_seen_and_decided_in_the_calendar(overnight: Path) -> None:
    async with running(overnight) as app:
        await send(app, "]", burst=False)
        text = shown(app)
        assert "┊?Clear 1" in text
        await send(app, "t]", burst=False)
        await send(app, "\t", burst=False)
        assert "asks for it" in shown(app)
        await send(app, "a\n", burst=False)
        assert deeds(app) == ["approve"]


async def test_a_request_to_move_shows_both_its_places(overnight: Path) -> None:
    desk = another_desk(overnight)
    appointment = booked(desk, on(26, 9), client="Mona Mover").appointment
    desk.do(RequestRescheduling(appointment=appointment.id, start=on(26, 14)))
    async with running(overnight) as app:
        await send(app, "]]]", burst=False)
        text = shown(app)
        assert "→?Mona Mover" in text
        assert "┊?→Mona Mover" in text


async def test_the_reference_of_a_request_finds_it(overnight: Path) -> None:
    desk = another_desk(overnight)
    found = desk.see(ListRequests(name="clash 2")).items[0]
    async with running(overnight) as app:
        await send(app, f"/{found.request.ref}\n", burst=False)
        assert "Clash 2" in next(line for line in shown(app).splitlines() if line.startswith("▸"))


@pytest.mark.covers("2-19")
async def test_the_bell_opens_what_it_rings_for_and_counts_what_is_unread(overnight: Path) -> None:
    async with running(overnight) as app:
        before = app.door.see(ShowGlance()).unread
        await send(app, "b", burst=False)
        assert "lost the hold on" in shown(app)
        await send(app, "\n", burst=False)

        assert app.door.see(ShowGlance()).unread == before - 1
        assert "2 Requests" in shown(app)
        await send(app, "b ", burst=False)
        assert app.door.see(ShowGlance()).unread == 0


async def test_what_expired_is_recorded_by_the_running_app(overnight: Path) -> None:
    async with running(overnight, on(24, 9)) as app:
        await send(app, "2", burst=False)
        assert app.door.see(ListRequests(name="clear 1")).items[0].request.state is RequestState.EXPIRED
        lines = [it for it in app.door.see(ShowHistory()) if it.actor_name == "system"]
        assert {it.operation for it in lines} == {"expire"}


async def test_text_from_a_client_is_drawn_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    desk = open_test_desk(path)
    ask(desk, on(24, 9), "[red]Mallory[/red]", description="[@click=app.quit]\x1b[31mhi\u202e")
    desk.close()
    async with running(path) as app:
        await send(app, "2", burst=False)
        assert "[red]M" in shown(app)
        assert "[@click=app.quit]" in shown(app).replace("\n", "")
        card = app.door.see(ShowRequest(request=app.door.see(ListRequests()).items[0].request.id))
        assert "\x1b" not in card.line.request.description
