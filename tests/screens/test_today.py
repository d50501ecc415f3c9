"""Today, the work list, an absence, what a cancel costs, and times that are kept while they are chosen."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, ListAppointments
from frontdesk.core.asks.charges import ListCharges
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.holds import HoldSlot
from frontdesk.core.asks.schedule import ListWork, PlanTimeOff, TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.domain.appointments import Side, Status
from frontdesk.core.domain.charges import ChargeState
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import wall_time
from frontdesk.core.parse.practice import practice_file
from frontdesk.screens.keeping import REST
from tests.builders import PRACTICE, at, booked, on, open_test_desk
from tests.screens.driving import WAYS, another_desk, deeds, running, send, shown, slow, still, told
from tests.store.evidence import claims_in

FEES = '[policy]\nnotice = 24\nlate_fee = "25.00"\nno_show_fee = "100%"\n\n[booking]'


@pytest.fixture
def charging(database: Path) -> Path:
    """The practice of the screens, with fees."""
    desk = another_desk(database)
    desk.do(ApplyPractice(file=practice_file(PRACTICE.replace("[booking]", FEES))))
    booked(desk, on(23, 14), client="Fay Fee")
    desk.close()
    return database


@WAYS
async def test_who_is_late_is_one_key_and_one_to_mark(database: Path, burst: bool, late: bool) -> None:
    async with running(database, on(23, 9, 10)) as app:
        assert "2 late" in shown(app).splitlines()[0]
        if late:
            slow(app)
        await send(app, "4", burst)
        text = shown(app)
        assert "▸ ! 09:00–09:30   Clara Client" in text
        assert "10 min late" in text
        await send(app, "N", burst)

        assert deeds(app) == ["status"]
        assert "Clara Client: no-show" in told(app)
        await send(app, "js", burst)
        assert "1 here" in shown(app)
        assert "late" not in shown(app).splitlines()[0]


async def test_overdue_times_change_their_mark(database: Path) -> None:
    async with running(database, on(23, 8, 50)) as app:
        await send(app, "4", burst=False)
        assert "due in 10 min" in shown(app)
        app.door.desk.result().clock.set(on(23, 9, 5))  # type: ignore[attr-defined]
        app._tick()
        await still(app, 0.2)
        assert "5 min late" in shown(app)
        await send(app, "ss", burst=False)
        app.door.desk.result().clock.set(on(23, 9, 45))  # type: ignore[attr-defined]
        app._tick()
        await still(app, 0.2)
        assert "15 min over" in shown(app)


@WAYS
async def test_a_sick_day_of_nine_is_replanned_in_30_keys(tmp_path: Path, burst: bool, late: bool) -> None:
    path = tmp_path / "practice.db"
    desk = open_test_desk(path)
    starts = [on(23, 9), on(23, 9, 30), on(23, 10), on(23, 10, 30), on(23, 11), on(23, 13), on(23, 14), on(23, 15)]
    for number, start in enumerate([*starts, on(23, 16)], 1):
        booked(desk, start, client=f"Patient {number}")
    desk.close()
    pressed = ":off\n\njx\n"  # the second one goes to the work list
    assert len(pressed) <= 30
    async with running(path) as app:
        if late:
            slow(app)
        await send(app, pressed, burst)

        assert deeds(app) == ["take_time_off"] + ["reschedule"] * 8
        lines = [it for it in app.door.see(ShowHistory()) if it.terminal == "screen"]
        assert len({line.batch for line in lines}) == 1
        found = app.door.see(ListAppointments(first=on(23, 0).date())).items
        assert sum(it.appointment.practitioner == "bob" for it in found) == 8
        assert [it.named.client_name for it in app.door.see(ListWork())] == ["Patient 2"]
        await send(app, "u", burst=False)
        found = app.door.see(ListAppointments(first=on(23, 0).date())).items
        assert {it.appointment.practitioner for it in found} == {"ann"}


async def test_a_step_of_the_plan_is_changed_in_the_picker(database: Path) -> None:
    async with running(database) as app:
        await send(app, ":off\n\n", burst=False)
        assert "Ann Archer is off Mon 23 Nov" in shown(app)
        await send(app, "rthu pm\n", burst=False)
        assert "→ Thu 26 Nov 13:00 Ann Archer" in shown(app)
        await send(app, "\n", burst=False)
        (clara, _) = app.door.see(ListAppointments(name="clara")).items
        assert app.door.see(ListAppointments(name="clara", first=on(26, 0).date())).items
        assert clara.appointment.start in (at(on(25, 10)), at(on(26, 13)))


async def test_no_two_lines_of_a_plan_take_the_same_time(database: Path) -> None:
    desk = another_desk(database)
    booked(desk, on(23, 15), client="Dora Dunn")
    async with running(database) as app:
        await send(app, ":off\n\nrthu 13\n", burst=False)
        assert "→ Thu 26 Nov 13:00 Ann Archer" in shown(app)
        await send(app, "jrthu 13\n", burst=False)

        assert "Clara Client goes there in this plan" in shown(app)
        await send(app, "rthu 1330\n", burst=False)
        assert "→ Thu 26 Nov 13:30 Ann Archer" in shown(app)


async def test_a_plan_that_is_refused_comes_back_as_it_was_made(database: Path) -> None:
    async with running(database) as app:
        await send(app, ":off\n\njx", burst=False)
        plan = [line for line in shown(app).splitlines() if "→" in line or "· work list" in line]
        assert len(plan) == 2
        desk = another_desk(database)
        planned = desk.see(PlanTimeOff(staff=StaffId("ann"), start=on(23, 0), end=on(24, 0)))[0]
        assert planned.to is not None
        there = wall_time(planned.to.start, "Europe/London").replace(tzinfo=None)
        booked(desk, there, practitioner=planned.to.practitioner, client="Rival")
        desk.close()
        await still(app, 0.3)
        await send(app, "\n", burst=False)

        assert deeds(app) == []
        after = [line for line in shown(app).splitlines() if "→" in line or "· work list" in line]
        assert [line[3:50] for line in after] == [line[3:50] for line in plan]
        assert "Clara Client: " in shown(app)


async def test_a_plan_offers_nobody_who_will_be_away(database: Path) -> None:
    async with running(database) as app:
        await send(app, ":off\n\nr", burst=False)
        today = [line for line in shown(app).splitlines() if "Mon 23 Nov" in line and "same person" in line]
        assert today == []
        assert "same person" in shown(app)


async def test_the_work_list_stays_until_each_is_seen_to(database: Path) -> None:
    desk = another_desk(database)
    desk.do(TakeTimeOff(staff=StaffId("ann"), start=on(23, 0), end=on(24, 0), reason="ill"))
    async with running(database) as app:
        assert "w 2 to do" in shown(app).splitlines()[0]
        await send(app, "w", burst=False)
        assert "Clara Client" in shown(app)
        assert "time off" in shown(app)
        await send(app, "rthu 1p\n", burst=False)
        assert [it.named.client_name for it in app.door.see(ListWork())] == ["Dora Dunn"]
        await send(app, "K", burst=False)
        assert "call" in shown(app) and "Moved: Thu 26 Nov 13:00" in shown(app)  # Clara has no e-mail
        await send(app, "K", burst=False)
        assert "nothing waits" in shown(app)
        assert deeds(app) == ["reschedule", "keep"]


@pytest.mark.covers("0-19", "0-20", "3-05", "3-12", "3-13")
async def test_cancelling_shows_the_terms_what_it_costs_and_who_is_told(charging: Path) -> None:
    async with running(charging) as app:
        await send(app, "/fay\nc", burst=False)
        assert "late to cancel since Sun 22 Nov 14:00, 25.00 GBP (practice)" in shown(app)
        await send(app, "2", burst=False)
        assert "Cancel the appointment of Fay Fee" in shown(app)
        await send(app, "c", burst=False)
        assert "Cancel late: Fay Fee · 25.00 GBP due" in shown(app)
        assert "says how to book again" in shown(app)
        await send(app, "\t\tGet well!", burst=False)
        assert "9 characters" in shown(app)
        await send(app, "\tfirst time\n", burst=False)

        assert "Cancelled late: Fay Fee" in told(app)
        (line,) = app.door.see(ListCharges())
        assert (line.charge.state, line.charge.reason) == (ChargeState.WAIVED, "first time")
        last = app.door.see(ShowHistory())[-1]
        assert last.message == "Get well!"


async def test_a_cancel_says_where_each_of_its_terms_comes_from_and_what_clients_were_told(database: Path) -> None:
    desk = another_desk(database)
    words = 'notice = 24\nlate_fee = "25.00"\ntext = "A day before, please."\n\n[booking]'
    own = 'duration = 30\nprice = "45.00"\nonline = true\n[services.policy]\nlate_fee = "50%"'
    file = PRACTICE.replace("[booking]", f"[policy]\n{words}").replace(
        'duration = 30\nprice = "45.00"\nonline = true', own
    )
    desk.do(ApplyPractice(file=practice_file(file)))
    booked(desk, on(24, 14), client="Fay Fee")
    desk.close()
    async with running(database) as app:
        await send(app, "/fay\nc", burst=False)

        text = " ".join(shown(app).replace("│", " ").split())
        assert "then 22.50 GBP (notice: practice, fee: service) “A day before, please.”" in text


@pytest.mark.covers("2-30", "3-15")
async def test_a_call_that_came_in_time_costs_nothing_and_the_link_can_be_left_out(charging: Path) -> None:
    async with running(charging) as app:
        await send(app, "/fay\nc1", burst=False)
        dialog = app.screen
        dialog.query_one("#called").focus()
        await send(app, "sat 12:00", burst=False)
        assert "called Sat 21 Nov 12:00" in shown(app)
        dialog.query_one("#link").focus()
        await send(app, "nothing", burst=False)
        assert "says nothing of booking again" in shown(app)
        await send(app, "\n", burst=False)

        assert app.door.see(ListCharges()) == ()
        (found,) = app.door.see(ListAppointments(name="fay")).items
        assert found.appointment.status is Status.CANCELLED
        assert found.appointment.cancellation is not None
        assert (found.appointment.cancellation.by, found.appointment.cancellation.rebook_link) == (Side.CLIENT, False)


async def test_the_card_shows_what_is_owed_and_settles_it(charging: Path) -> None:
    desk = another_desk(charging)
    (fay,) = desk.see(ListAppointments(name="fay")).items
    ask = CancelAppointment(appointment=fay.appointment.id, seen=None, reason=ReasonId("client_ill"), by=Side.CLIENT)
    desk.do(ask)
    async with running(charging) as app:
        await send(app, "/fay\n", burst=False)
        text = shown(app)
        assert "25.00 GBP (late cancel) due" in text
        assert "owes" in text
        await send(app, ":settle\ncard\n", burst=False)
        assert deeds(app) == ["settle_charge"]
        await send(app, "u:waive\nkind\n", burst=False)
        assert deeds(app) == ["settle_charge", "undo", "waive_charge"]


async def test_a_time_that_rests_in_an_open_form_is_kept_and_free_again_on_leaving(database: Path) -> None:
    async with running(database, on(23, 13)) as app:
        await send(app, "nIda", burst=False)
        await still(app, 2 * REST)
        store = app.door.desk.result().store
        assert [(claim.kind, claim.start) for claim in claims_in(store) if claim.kind == "picker"] == [
            ("picker", at(on(23, 13)))
        ]
        await send(app, "\x1b", burst=False)
        await still(app, 0.5)
        assert [claim for claim in claims_in(store) if claim.kind == "picker"] == []


async def test_a_kept_time_is_booked_by_the_form_that_keeps_it(database: Path) -> None:
    async with running(database, on(23, 13)) as app:
        await send(app, "nIda", burst=False)
        await still(app, 2 * REST)
        await send(app, "\n", burst=False)

        assert deeds(app) == ["book"]
        kinds = [claim.kind for claim in claims_in(app.door.desk.result().store)]
        assert "picker" not in kinds


async def test_another_desks_choice_is_a_ghost(database: Path) -> None:
    desk = another_desk(database)
    desk.do(HoldSlot(key=uuid4(), service=ServiceId("massage"), start=on(23, 14), practitioner=StaffId("ann")))
    async with running(database, on(23, 8)) as app:
        assert "┊desk ┄" in shown(app)
