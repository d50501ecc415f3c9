"""The calendar: what is drawn, where the cursor goes, what others change."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from frontdesk.core.asks.appointments import CancelAppointment, EditAppointment, ListAppointments
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.desk import Desk
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.screens.calendar.screen import CalendarScreen
from frontdesk.screens.pump import as_typed
from frontdesk.widgets.grid_cursor import Cursor
from frontdesk.widgets.grid_drawing import LABEL
from frontdesk.widgets.time_grid import TimeGrid
from tests.builders import Clock, booked, on, open_test_desk
from tests.screens.driving import (
    PATIENCE,
    click,
    deeds,
    drag,
    keys,
    noticing,
    row_of,
    running,
    send,
    settled,
    shown,
    told,
    until,
)


def other_desk(database: Path) -> Desk:
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


@pytest.mark.parametrize("keys_", ["W", "WD", "WMW", "W]D", "WLW"])
async def test_views_change_on_a_day_late_in_the_week(database: Path, keys_: str) -> None:
    async with running(database, on(28, 10)) as app:
        await send(app, keys_, burst=False)
        await send(app, "hjkl\t", burst=True)

        assert f"[{'W' if keys_[-1] == 'W' else 'D'}]" in shown(app)


@pytest.mark.covers("3-06", "3-07")
async def test_the_list_is_searched_by_client_name(database: Path) -> None:
    async with running(database) as app:
        await send(app, "Lfclara\n", burst=False)

        text = shown(app)
        assert "\n".join(text.splitlines()[2:-2]).count("Clara Client") == 2
        assert "Dora Dunn" not in text


@pytest.mark.covers("1-05", "3-08")
async def test_opening_an_appointment_shows_its_details_and_what_can_be_done(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\n", burst=False)
        await send(app, "\x1b\n", burst=False)

        text = shown(app)
        assert "Massage · Ann Archer · Main Street 1" in text
        assert "r move   c cancel" in text


@pytest.mark.covers("1-06", "1-08")
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
        before = app.screen.query_one("#grid").cursor  # type: ignore[attr-defined]
        async with noticing(app):
            booked(other_desk(database), on(23, 11, 30), client="Otto Other")

        assert "Otto Other" in shown(app)
        assert app.screen.query_one("#grid").cursor == before  # type: ignore[attr-defined]


async def test_what_is_typed_stays_while_a_colleague_changes_things(database: Path) -> None:
    async with running(database) as app:
        await send(app, "nIda", burst=False)
        async with noticing(app):
            booked(other_desk(database), on(23, 11, 30), client="Otto Other")

        assert "Ida" in shown(app)


async def test_moving_what_a_colleague_just_changed_says_who_and_keeps_the_picker(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/emil\nr", burst=False)
        (emil,) = app.door.see(ListAppointments(name="emil")).items
        other_desk(database).do(EditAppointment(appointment=emil.appointment.id, seen=None, note="x"))
        await send(app, "\n", burst=False)

        assert "desk changed the notes of" in shown(app)
        assert deeds(app) == []
        (dora,) = app.door.see(ListAppointments(name="dora")).items
        async with noticing(app):
            other_desk(database).do(EditAppointment(appointment=dora.appointment.id, seen=None, note="y"))
        assert "desk changed the notes of" in shown(app)  # what was refused stays told
        await send(app, "\n", burst=False)
        assert deeds(app) == ["reschedule"]


async def test_a_reason_in_the_picker_outlives_a_refusal(database: Path) -> None:
    booked(other_desk(database), on(23, 9, 30), practitioner="bob", client="Otto Other")
    async with running(database) as app:
        await send(app, "/emil\nr9:30\n", burst=False)
        (emil,) = app.door.see(ListAppointments(name="emil")).items
        assert "reason to override" in shown(app)
        await send(app, "she begged", burst=False)
        other_desk(database).do(EditAppointment(appointment=emil.appointment.id, seen=None, note="x"))
        await send(app, "\n", burst=False)

        assert deeds(app) == []
        assert "she begged" in shown(app)


async def test_booking_a_time_that_was_just_taken_keeps_the_form(database: Path) -> None:
    async with running(database, on(23, 15)) as app:
        await send(app, "nIda Ingram\t\t", burst=False)
        booked(other_desk(database), on(23, 15), client="Otto Other")
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
        other_desk(database).do(ask)
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
        await until(app, lambda: "Zora Zimmer" in shown(app))


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


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """Two of Ann's and one overbooked in the half hour from 9, where a row is half an hour."""
    path = tmp_path / "practice.db"
    desk = open_test_desk(path)
    booked(desk, on(23, 9), client="Adam First", override="two at once")
    booked(desk, on(23, 9), client="Bella Second", override="two at once")
    booked(desk, on(23, 9, 15), client="Cora Third", override="two at once")
    desk.close()
    return path


@pytest.mark.covers("1-04")
@pytest.mark.parametrize("name", ["adam first", "bella second", "cora third"])
async def test_the_cursor_is_on_the_one_that_was_found_among_those_side_by_side(crowded: Path, name: str) -> None:
    async with running(crowded) as app:
        await send(app, f"/{name}\nc", burst=False)

        assert f"{name.title()} · Mon 23 Nov" in shown(app)


async def test_arrows_and_tab_reach_every_appointment_of_a_row(crowded: Path) -> None:
    async with running(crowded) as app:
        for step in ("\t", "l", "h"):
            names: set[str] = set()
            await send(app, "t", burst=False)
            app.screen.query_one(TimeGrid).go(Cursor(0, 9 * 60 - 30))
            for _ in range(4):
                await send(app, "j" if not names and step != "\t" else step, burst=False)
                if step == "h" and len(names) == 0:
                    await send(app, "ll", burst=False)
                names.add(shown(app).splitlines()[-2].partition(" · ")[0].split(maxsplit=1)[1])
            assert {"Adam First", "Bella Second", "Cora Third"} <= names, step


async def test_a_click_reaches_the_second_of_a_row(crowded: Path) -> None:
    async with running(crowded) as app:
        grid = app.screen.query_one(TimeGrid)
        lane = grid.column_width // 3
        await click(app, grid, LABEL + 1 + lane + 2, row_of(grid, 9 * 60))

        assert "Bella Second" in shown(app).splitlines()[-2]


async def test_a_reference_finds_its_own_appointment(database: Path) -> None:
    later = other_desk(database).see(ListAppointments(first=on(25, 9).date())).items[0]
    async with running(database) as app:
        await send(app, f"/{later.appointment.ref}\n", burst=False)

        assert "Wed 25 Nov" in shown(app).splitlines()[0]
        assert "10:00–10:30 Clara Client" in shown(app)


async def test_a_cancelled_one_that_was_found_opens_by_itself(database: Path) -> None:
    desk = other_desk(database)
    gone = desk.see(ListAppointments(first=on(25, 9).date())).items[0].appointment
    desk.do(CancelAppointment(appointment=gone.id, seen=None, reason=ReasonId("client_ill")))
    async with running(database) as app:
        await send(app, f"/{gone.ref}\n", burst=False)

        assert "cancelled" in shown(app)
        assert "Clara Client · Review" in shown(app)


async def test_the_card_that_is_opened_from_the_calendar_keeps_the_appointment(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/clara\n\t\n", burst=False)

        marked = next(line for line in shown(app).splitlines() if line.startswith("▸"))
        assert "Wed 25 Nov 10:00" in marked


async def test_an_open_card_is_quiet(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/clara\n\n", burst=False)
        asked: list[object] = []
        see = app.door.see

        def counted(question: Any) -> Any:
            asked.append(question)
            return see(question)

        app.door.see = counted  # type: ignore[method-assign]
        await asyncio.sleep(1.5)

        assert asked == []


async def test_the_picker_never_takes_another_day_by_itself(database: Path) -> None:
    desk = other_desk(database)
    desk.do(TakeTimeOff(staff=StaffId("ann"), start=on(26, 0), end=on(27, 0), reason="course"))
    desk.do(TakeTimeOff(staff=StaffId("bob"), start=on(26, 0), end=on(27, 0), reason="course"))
    async with running(database) as app:
        await send(app, "/clara\nrthu pm\n", burst=False)

        assert "nothing free Thu 26 Nov 12:00–18:00" in shown(app)
        assert deeds(app) == []
        await send(app, [events.Key("down", None), *keys("\n")], burst=False)
        assert deeds(app) == ["reschedule"]


async def test_a_date_that_is_far_says_its_year(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/clara\nr22 nov 10", burst=False)

        assert "= Mon 22 Nov 2027 10:00" in shown(app)


async def test_the_rail_shows_the_appointment_under_the_cursor(database: Path) -> None:
    async with running(database, size=(120, 40)) as app:
        await send(app, "/dora\n", burst=False)

        def rail() -> str:
            return "\n".join(line[81:] for line in shown(app).splitlines())

        await until(app, lambda: "Dora Dunn" in rail() and "Massage · Ann Archer" in rail())
        await send(app, "M", burst=False)
        await until(app, lambda: "Massage · Ann Archer" not in rail())


async def test_esc_and_a_key_at_once_are_both_taken(database: Path) -> None:
    async with running(database) as app:
        await send(app, "3", burst=False)
        await send(app, [events.Key("alt+1", "1")], burst=False)

        assert "[D]" in shown(app)


@pytest.mark.parametrize(("sent", "name"), [("\r", "enter"), ("/", "slash"), (":", "colon"), (" ", "space")])
async def test_esc_before_a_sign_is_never_lost(sent: str, name: str) -> None:
    (read,) = [it for it in XTermParser().feed(f"\x1b{sent}") if isinstance(it, events.Key)]
    assert [(it.key, it.character) for it in as_typed(read) if isinstance(it, events.Key)] == [
        ("escape", "\x1b"),
        (name, sent),
    ]


async def test_letters_that_mean_nothing_in_a_choice_choose_nothing_and_hold_enter(database: Path) -> None:
    async with running(database) as app:
        await send(app, ":off\nbo", burst=False)
        assert "‹ Bob Brown ›" in shown(app)
        await send(app, "zz\n", burst=False)
        assert "‹ Ann Archer ›  ? “bozz”" in shown(app)
        assert "Away" in shown(app)
        await send(app, [events.Key("backspace", None), events.Key("backspace", None), *keys("\n")], burst=False)
        assert "Bob Brown is off Mon 23 Nov" in shown(app)


async def test_what_cannot_be_moved_or_cancelled_says_so_before_a_form_opens(database: Path) -> None:
    async with running(database, on(23, 10, 5)) as app:
        for key, why in (("r", "cannot be moved"), ("c", "cannot be cancelled")):
            await send(app, "/dora\n", burst=False)
            if key == "r":
                await send(app, "sss", burst=False)
            await send(app, key, burst=False)
            assert why in told(app)


async def test_dragging_moves_an_appointment_by_where_it_was_taken(database: Path) -> None:
    async with running(database) as app:
        grid = app.screen.query_one(TimeGrid)
        x = LABEL + 4
        await drag(app, grid, (x, row_of(grid, 10 * 60 + 30)), (x, row_of(grid, 14 * 60 + 30)))
        await settled(app)

        assert deeds(app) == ["reschedule"]
        assert "14:00–15:00 Dora Dunn" in shown(app)


async def test_what_stands_above_and_below_can_be_clicked(database: Path) -> None:
    async with running(database) as app:
        pilot = Pilot(app)
        lines = shown(app).splitlines()
        await pilot.click(offset=(lines[0].index("W"), 0))
        await settled(app)
        assert "[W]" in shown(app)
        await pilot.click(offset=(shown(app).splitlines()[0].index("›"), 0))
        await settled(app)
        assert "30 Nov 2026" in shown(app).splitlines()[0]
        await pilot.click(offset=(shown(app).splitlines()[-1].index("? help"), 23))
        await settled(app)
        assert "Keys" in shown(app)


async def test_a_terminal_that_is_too_small_says_so_and_loses_nothing(database: Path) -> None:
    async with running(database) as app:
        pilot = Pilot(app)
        await send(app, "n", burst=False)
        await send(app, "Quentin", burst=False)
        await pilot.resize_terminal(50, 15)
        await pilot.pause()
        assert "frontdesk needs 60×20" in shown(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "Quentin" in shown(app)


async def test_what_is_picked_up_is_seen(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nx", burst=False)
        assert "1 picked up" in shown(app).splitlines()[0]
        await send(app, "jj", burst=False)
        assert "p puts Dora Dunn here" in shown(app)


async def test_the_next_free_time_is_a_key_in_the_form(database: Path) -> None:
    async with running(database, on(23, 9)) as app:
        await send(app, "n", burst=False)
        assert "Mon 23 Nov 09:" in shown(app)
        await send(app, [events.Key("ctrl+f", None)], burst=False)

        assert "✗" not in shown(app)


async def test_a_service_that_a_person_does_not_offer_is_an_answer(database: Path) -> None:
    async with running(database) as app:
        app.screen.query_one(TimeGrid).go(Cursor(1, 13 * 60))
        await send(app, "nNew Person\t\tmass", burst=False)

        assert "‹ Massage 60 min ›" in shown(app)
        assert "Bob Brown does not offer" in shown(app)
        await send(app, "zzz", burst=False)
        assert "? “" in shown(app)


async def test_free_time_begins_after_the_buffer(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nj", burst=False)

        assert "11:10 Ann Archer" in shown(app).splitlines()[-2]


async def test_the_cursor_does_not_slide_to_whoever_takes_the_place(crowded: Path) -> None:
    async with running(crowded) as app:
        await send(app, "/adam\nc1\n", burst=False)
        assert deeds(app) == ["cancel"]
        assert "what was here is gone" in shown(app).splitlines()[-2]
        await send(app, "c", burst=False)
        assert "no appointment under the cursor" in told(app)
        await send(app, "j", burst=False)
        assert "is gone" not in shown(app).splitlines()[-2]


async def test_a_colleagues_cancelling_leaves_the_cursor_on_nothing(crowded: Path) -> None:
    desk = other_desk(crowded)
    async with running(crowded) as app:
        await send(app, "/bella\n", burst=False)
        theirs = next(it for it in desk.see(ListAppointments()).items if it.client_name == "Bella Second")
        async with noticing(app):
            desk.do(CancelAppointment(appointment=theirs.appointment.id, seen=None, reason=ReasonId("client_ill")))
        await send(app, "s", burst=False)

        assert deeds(app) == []
        assert "no appointment under the cursor" in told(app)


async def test_the_cursor_goes_with_what_was_booked_and_moved(database: Path) -> None:
    async with running(database) as app:
        app.screen.query_one(TimeGrid).go(Cursor(0, 14 * 60))
        await send(app, "nWanda Walkin\t\trev\n", burst=False)
        assert "14:00–14:30 Wanda Walkin" in shown(app).splitlines()[-2]
        await send(app, "rmon 15\n", burst=False)
        assert "15:00–15:30 Wanda Walkin" in shown(app).splitlines()[-2]
        await send(app, "u", burst=False)
        assert "14:00–14:30 Wanda Walkin" in shown(app).splitlines()[-2]


async def test_down_reaches_each_of_a_row_and_then_the_next_row(crowded: Path) -> None:
    async with running(crowded) as app:
        app.screen.query_one(TimeGrid).go(Cursor(0, 8 * 60 + 30))
        seen = []
        for _ in range(4):
            await send(app, "j", burst=False)
            seen.append(shown(app).splitlines()[-2].split(" · ")[0].strip())

        assert [line.partition(" ")[2] for line in seen[:3]] == ["Adam First", "Bella Second", "Cora Third"]
        assert "Ann Archer" in seen[3]


async def test_a_slash_leaves_an_open_appointment_and_finds(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\n\x1b\n", burst=False)
        assert "r move" in shown(app)
        await send(app, "/sara", burst=False)

        assert deeds(app) == []
        assert "find" in shown(app).splitlines()[0]
        assert "sara" in shown(app)


async def test_somebody_late_is_found_with_todays_appointment(database: Path) -> None:
    async with running(database, on(23, 11)) as app:
        await send(app, "/emil\n", burst=False)

        assert "09:00–09:30 Emil Evans" in shown(app).splitlines()[-2]


async def test_esc_leaves_the_reason_before_the_form(database: Path) -> None:
    async with running(database) as app:
        app.screen.query_one(TimeGrid).go(Cursor(0, 9 * 60 + 30))
        await send(app, "nNew Person\t\tmass\n", burst=False)
        assert "reason" in shown(app)
        await send(app, "\x1b", burst=False)
        assert "New Person" in shown(app)
        await send(app, "\x1b", burst=False)
        assert "New Person" not in shown(app)


async def test_an_answer_that_comes_late_never_draws_over_a_later_day(database: Path) -> None:
    async with running(database) as app:
        see = app.door.see
        held: list[object] = []
        late = threading.Event()

        def see_late(question: Any) -> Any:
            if isinstance(question, ShowCalendar) and not held:
                held.append(question)
                late.wait(PATIENCE)  # the answer for the old day, asked before the find
            return see(question)

        app.door.see = see_late  # type: ignore[method-assign]
        later = other_desk(database).see(ListAppointments(first=on(25, 9).date())).items[0].appointment
        calendar = app.screen
        assert isinstance(calendar, CalendarScreen)
        calendar.refresh_data()
        await until(app, lambda: bool(held))
        calendar.find_appointment(later.id, later.client)
        await until(app, lambda: "Wed 25 Nov" in shown(app).splitlines()[0])
        late.set()
        await settled(app)

        assert "Wed 25 Nov" in shown(app).splitlines()[0]
        assert "10:00–10:30 Clara Client" in shown(app).splitlines()[-2]
        assert calendar.appointment_here() == later.id


async def test_another_day_has_its_own_appointment_under_the_cursor(database: Path) -> None:
    booked(other_desk(database), on(24, 9), client="Tina Tuesday")
    async with running(database, on(23, 9)) as app:
        await send(app, "/clara\n", burst=False)
        await send(app, "]", burst=False)
        assert "09:00–09:30 Tina Tuesday" in shown(app).splitlines()[-2]
        await send(app, "t", burst=False)
        assert "09:00–09:30 Clara Client" in shown(app).splitlines()[-2]
