"""The tasks of the desk, each within its keys, sent one by one, in one burst, and with slow lookups."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import EditAppointment, ListAppointments
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.people import StaffId
from tests.builders import at, on
from tests.screens.driving import WAYS, another_desk, deeds, noticing, running, send, shown, slow, told


@WAYS
async def test_a_caller_moves_an_appointment_in_14_keys(database: Path, burst: bool, late: bool) -> None:
    pressed = "/clar\nrthu pm\n"
    assert len(pressed) <= 14
    async with running(database) as app:
        if late:
            slow(app)
        await send(app, pressed, burst)

        assert deeds(app) == ["reschedule"]
        (moved, _) = app.door.see(ListAppointments(name="clara", first=on(23, 0).date())).items[::-1]
        assert moved.appointment.start == at(on(26, 13))
        assert "Moved Clara Client from Mon 23 Nov 09:00" in told(app)


@WAYS
async def test_a_caller_takes_the_first_offer_in_8_keys(database: Path, burst: bool, late: bool) -> None:
    pressed = "/clar\nr\n"
    assert len(pressed) <= 8
    async with running(database) as app:
        if late:
            slow(app)
        await send(app, pressed, burst)

        assert deeds(app) == ["reschedule"]


@WAYS
async def test_a_walk_in_is_booked_with_7_keys_beyond_the_data(database: Path, burst: bool, late: bool) -> None:
    data = ("Ida Ingram", "020 7946 0555", "mass")
    pressed = f"n{data[0]}\t{data[1]}\t{data[2]}\n"
    assert len(pressed) - sum(map(len, data)) <= 7
    async with running(database, on(23, 13)) as app:
        if late:
            slow(app)
        await send(app, pressed, burst)

        assert deeds(app) == ["book"]
        (found,) = app.door.see(ListAppointments(name="ida ingram")).items
        assert (found.appointment.service, found.appointment.start) == ("massage", at(on(23, 13)))
        assert found.client_phone == "+44 20 7946 0555"


@WAYS
async def test_why_4_pm_is_not_free_is_told_in_4_keys(database: Path, burst: bool, late: bool) -> None:
    async with running(database) as app:
        await send(app, "/emil\n", burst=True)
        if late:
            slow(app)
        await send(app, "r10a", burst)

        assert "= Mon 23 Nov 10:00" in shown(app)
        await send(app, "\x1b", burst=False)
        await send(app, "/dora\n", burst=True)
        await send(app, "r5p", burst)
        assert "outside hours: 09:00–12:00, 13:00–17:00 that day" in shown(app)


async def test_a_dead_cell_says_why_and_what_is_near(database: Path) -> None:
    async with running(database, on(23, 12)) as app:
        await send(app, "\n", burst=False)

        assert "✗ outside hours: 09:00–12:00, 13:00–17:00 that day" in shown(app)


@WAYS
async def test_a_client_is_found_by_the_last_4_digits_in_6_keys(database: Path, burst: bool, late: bool) -> None:
    pressed = "/0018\n"
    assert len(pressed) <= 6
    async with running(database) as app:
        if late:
            slow(app)
        await send(app, pressed, burst)

        assert "Zora Zimmer" in shown(app).splitlines()[0]


@pytest.mark.parametrize("burst", [False, True])
async def test_the_day_sheet_is_two_keys(
    database: Path, burst: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(database) as app:
        await send(app, "P\n", burst)

        assert "Clara Client" in (tmp_path / "day-2026-11-23.txt").read_text()
        assert "<td>Clara Client</td>" in (tmp_path / "day-2026-11-23.html").read_text()


@pytest.mark.parametrize("burst", [False, True])
@pytest.mark.covers("3-08", "3-10", "3-13")
async def test_cancelling_asks_for_a_reason_and_says_what_is_missing(database: Path, burst: bool) -> None:
    async with running(database) as app:
        await send(app, "/dora\nc", burst)
        assert "choose a reason" in shown(app)
        await send(app, "\n", burst)
        assert deeds(app) == []
        await send(app, "1\n", burst)

        assert deeds(app) == ["cancel"]
        assert "Cancelled late: Dora Dunn" in told(app)


@pytest.mark.covers("3-11", "3-13")
async def test_the_reason_other_keeps_the_button_disabled_until_there_are_words(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nc8\n", burst=False)
        assert "“Other” needs a few words" in shown(app)
        assert app.screen.query_one("#confirm").disabled
        await send(app, "moved away\n", burst=False)

        (found,) = app.door.see(ListAppointments(name="dora")).items
        assert found.appointment.cancellation is not None
        assert found.appointment.cancellation.text == "moved away"


@pytest.mark.parametrize("burst", [False, True])
async def test_a_slip_is_taken_back_and_done_again(database: Path, burst: bool) -> None:
    from textual import events

    async with running(database) as app:
        await send(app, "/dora\nc1\nu", burst)
        assert deeds(app) == ["cancel", "undo"]
        await send(app, [events.Key("ctrl+r", None)], burst)
        assert deeds(app) == ["cancel", "undo", "redo"]


@pytest.mark.parametrize("burst", [False, True])
async def test_arrived_in_session_and_done_are_one_key_each(database: Path, burst: bool) -> None:
    async with running(database, on(23, 9, 5)) as app:
        await send(app, "/dora\nsss", burst)

        (found,) = app.door.see(ListAppointments(name="dora")).items
        assert found.appointment.status is Status.DONE


async def test_a_no_show_before_its_time_is_refused_with_the_time(database: Path) -> None:
    async with running(database) as app:
        await send(app, "/dora\nN", burst=False)

        assert deeds(app) == []
        assert "it begins only Mon 23 Nov 10:00" in told(app)


@pytest.mark.parametrize("burst", [False, True])
@pytest.mark.covers("1-04", "1-06")
async def test_pick_up_here_and_put_down_there(database: Path, burst: bool) -> None:
    async with running(database) as app:
        await send(app, "/dora\nxjjjjjjjjjp", burst)

        (found,) = app.door.see(ListAppointments(name="dora")).items
        assert found.appointment.start == at(on(23, 15))
        assert found.appointment.practitioner == StaffId("ann")


async def test_a_reason_to_go_against_a_rule_stays_typed_whatever_comes_between(database: Path) -> None:
    desk = another_desk(database)
    async with running(database) as app:
        await send(app, "/dora\nxkkp", burst=False)  # onto Clara at nine
        assert "Against the rule?" in shown(app)
        (dora,) = app.door.see(ListAppointments(name="dora")).items
        async with noticing(app):
            desk.do(EditAppointment(appointment=dora.appointment.id, seen=None, note="x"))
        await send(app, "she is in pain\n", burst=False)
        assert "desk changed the notes of" in shown(app) and "she is in pain" in shown(app)
        await send(app, "\n", burst=False)

        assert deeds(app) == ["reschedule"]
        (found,) = app.door.see(ListAppointments(name="dora")).items
        assert (found.appointment.start, found.appointment.override) == (at(on(23, 9)), "she is in pain")


@pytest.mark.parametrize("burst", [False, True])
async def test_time_is_blocked_from_the_calendar_and_given_back(database: Path, burst: bool) -> None:
    from textual import events

    async with running(database, on(23, 15)) as app:
        await send(app, "n", burst)
        await send(app, [events.Key("ctrl+o", None)], burst)
        await send(app, "\n", burst)
        assert deeds(app) == ["take_time_off"]
        await send(app, "tc", burst)

        assert deeds(app) == ["take_time_off", "remove_time_off"]


@pytest.mark.parametrize("burst", [False, True])
async def test_the_same_again_in_two_weeks_is_one_key(database: Path, burst: bool) -> None:
    async with running(database) as app:
        await send(app, "/dora\nR", burst)

        first, again = app.door.see(ListAppointments(name="dora")).items
        assert deeds(app) == ["book"]
        assert again.appointment.start - first.appointment.start == 14 * 24 * 3600
        assert "Booked Dora Dunn" in told(app)
        await send(app, "u", burst=False)
        assert deeds(app) == ["book", "undo"]
