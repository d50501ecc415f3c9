"""Absences and changed hours: nothing is cancelled by itself, everything they leave waits on the work list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment, ShowAppointment
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.schedule import (
    ApplyTimeOff,
    KeepAppointment,
    ListWork,
    Move,
    PlanTimeOff,
    RemoveTimeOff,
    TakeTimeOff,
)
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.asks.slots import Away, FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.errors import About, BadInput, NotAllowed, Refused, SlotTaken
from frontdesk.core.domain.events.appointments import AppointmentRescheduled
from frontdesk.core.domain.events.schedule import TimeOffTaken
from frontdesk.core.domain.objections import NotOnWorkList
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.times import wall_time
from frontdesk.core.domain.views import PlannedMove
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.words.errors import error_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import PRACTICE, as_staff, at, booked, on

ANN, BOB = StaffId("ann"), StaffId("bob")


def off(desk: Desk, start: Any, end: Any, staff: StaffId = ANN) -> TimeOffTaken:
    return desk.do(TakeTimeOff(staff=staff, start=start, end=end, reason="ill"))


def waiting(desk: Desk) -> list[tuple[str, str]]:
    return [(it.named.client_name, it.work.cause) for it in desk.see(ListWork())]


def now_is(desk: Desk, appointment: Appointment) -> Appointment:
    return desk.see(ShowAppointment(appointment=appointment.id)).appointment


def test_time_off_changes_no_appointment_and_lists_each_on_the_work_list(desk: Desk) -> None:
    one = booked(desk, on(24, 9)).appointment
    booked(desk, on(24, 14), client="Dora")
    booked(desk, on(25, 9), client="Emil")

    event = off(desk, on(24, 0), on(25, 0))

    assert event.affected == 2
    assert now_is(desk, one) == one
    assert waiting(desk) == [("Clara Client", "time_off"), ("Dora", "time_off")]


@pytest.mark.parametrize("how", ["moved", "cancelled", "kept", "removed", "undone"])
def test_an_entry_stays_until_it_is_seen_to(desk: Desk, how: str) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    event = off(desk, on(24, 0), on(25, 0))

    match how:
        case "moved":
            desk.do(RescheduleAppointment(appointment=appointment.id, seen=None, start=on(25, 9)))
        case "cancelled":
            desk.do(CancelAppointment(appointment=appointment.id, seen=None, reason=ReasonId("staff_ill")))
        case "kept":
            desk.do(KeepAppointment(appointment=appointment.id))
        case "removed":
            desk.do(RemoveTimeOff(time_off=event.time_off.id))
        case _:
            desk.do(Undo())

    assert waiting(desk) == []
    if how in ("moved", "cancelled", "kept", "removed"):
        desk.do(Undo())
        assert waiting(desk) == [("Clara Client", "time_off")]


def test_what_is_not_on_the_list_cannot_be_kept(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    with pytest.raises(Refused) as caught:
        desk.do(KeepAppointment(appointment=appointment.id))
    assert caught.value.objections == (NotOnWorkList(),)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (('tue = ["09:00-12:00", "13:00-17:00"]', 'tue = ["13:00-17:00"]'), "hours"),
        (("[[staff]]\nid = \"bob\"", '[[closures]]\nstart = 2026-11-24\nend = 2026-11-25\nname = "Flood"\n\n'
          "[[staff]]\nid = \"bob\""), "closure"),
    ],
)  # fmt: skip
def test_changed_hours_and_closures_list_what_loses_its_time(desk: Desk, change: tuple[str, str], cause: str) -> None:
    booked(desk, on(24, 9))
    booked(desk, on(25, 9), client="Dora")
    over = booked(desk, on(24, 12), client="Emil", override="lunch").appointment

    desk.do(ApplyPractice(file=practice_file(PRACTICE.replace(*change, 1))))

    assert ("Clara Client", cause) in waiting(desk)
    assert "Dora" not in {name for name, _ in waiting(desk)}
    if cause == "hours":
        assert over.start == at(on(24, 12)), "what lay outside already is not news"
        assert [name for name, _ in waiting(desk)] == ["Clara Client"]


def plan(desk: Desk, start: Any, end: Any) -> tuple[PlannedMove, ...]:
    return desk.see(PlanTimeOff(staff=ANN, start=start, end=end))


def test_a_plan_finds_a_time_for_each_and_none_twice(desk: Desk) -> None:
    booked(desk, on(24, 9))
    booked(desk, on(24, 9, 30), client="Dora")
    booked(desk, on(24, 10), practitioner="bob", client="Frieda")
    massage = booked(desk, on(24, 14), service="massage", client="Emil").appointment

    moves = plan(desk, on(24, 0), on(25, 0))

    found = {it.named.client_name: it.to for it in moves}
    first, second, third = found["Clara Client"], found["Dora"], found["Emil"]
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.start, first.practitioner) == (at(on(24, 9)), "bob"), "the same hour with a colleague"
    assert (second.start, second.practitioner) == (at(on(24, 9, 30)), "bob")
    assert (third.start, third.practitioner) == (at(on(25, 13, 45)), "ann") or third.practitioner == "ann"
    assert third.start >= at(on(25, 9)), "only ann gives massages: after the absence"
    assert massage.id in {it.named.appointment.id for it in moves}


def test_the_plan_is_applied_as_one_batch_and_undone_as_one(desk: Desk) -> None:
    kept = [booked(desk, on(24, hour), client=f"Client {hour}").appointment for hour in (9, 10, 11)]
    moves = plan(desk, on(24, 0), on(25, 0))
    steps = tuple(
        Move(appointment=it.named.appointment.id, seen=it.named.appointment.revision, to=it.to)
        for it in moves[:2]
        if it.to is not None
    )

    batch = desk.do(ApplyTimeOff(staff=ANN, start=on(24, 0), end=on(25, 0), reason="ill", moves=steps))

    assert isinstance(batch.events[0], TimeOffTaken)
    assert all(isinstance(event, AppointmentRescheduled) for event in batch.events[1:])
    assert len({event.batch for event in batch.events}) == 1
    assert [now_is(desk, it).practitioner for it in kept] == ["bob", "bob", "ann"]
    assert waiting(desk) == [("Client 11", "time_off")]

    desk.do(Undo())
    assert [now_is(desk, it).practitioner for it in kept] == ["ann"] * 3
    assert [now_is(desk, it).start for it in kept] == [it.start for it in kept]
    assert waiting(desk) == []


def test_an_absence_that_is_done_again_puts_each_appointment_on_the_list_once(desk: Desk) -> None:
    booked(desk, on(24, 9))
    off(desk, on(24, 0), on(25, 0))

    desk.do(Undo())
    again = desk.do(Redo())

    assert waiting(desk) == [("Clara Client", "time_off")]
    assert [change.kind for change in again.changes] == ["time_off", "work"]


def test_what_was_booked_against_an_absence_is_not_listed_when_its_end_is_taken_back(desk: Desk) -> None:
    """It stood there before that: only what was booked since loses its time by it."""
    away = off(desk, on(24, 9), on(24, 12))
    booked(desk, on(24, 9), override="urgent", client="Clara Client")
    desk.do(RemoveTimeOff(time_off=away.time_off.id))
    desk.do(Undo())
    assert waiting(desk) == []


def test_what_was_booked_after_the_end_of_an_absence_is_listed_when_that_is_taken_back(desk: Desk) -> None:
    away = off(desk, on(24, 9), on(24, 12))
    desk.do(RemoveTimeOff(time_off=away.time_off.id))
    booked(as_staff(desk, "rita"), on(24, 10), client="Dora Dunn")
    desk.do(Undo())
    assert waiting(desk) == [("Dora Dunn", "time_off")]


def test_a_plan_that_does_not_fit_any_more_changes_nothing(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    (move,) = plan(desk, on(24, 0), on(25, 0))
    assert move.to is not None
    booked(desk, on(24, 9), practitioner="bob", client="Dora")

    with pytest.raises(SlotTaken):
        desk.do(
            ApplyTimeOff(
                staff=ANN,
                start=on(24, 0),
                end=on(25, 0),
                moves=(Move(appointment=appointment.id, seen=1, to=move.to),),
            )
        )

    assert now_is(desk, appointment) == appointment
    assert waiting(desk) == []
    booked(desk, on(24, 10), client="Emil")  # no absence was entered


def test_an_absence_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput):
        plan(desk, on(25, 0), on(24, 0))
    with pytest.raises(BadInput):
        desk.do(ApplyTimeOff(staff=ANN, start=on(25, 0), end=on(24, 0)))


def test_practitioners_enter_their_own_absence_only(desk: Desk) -> None:
    ann = as_staff(desk, "ann")
    off(ann, on(24, 0), on(25, 0))
    with pytest.raises(NotAllowed):
        off(ann, on(24, 0), on(25, 0), staff=BOB)
    with pytest.raises(NotAllowed):
        ann.do(ApplyTimeOff(staff=BOB, start=on(24, 0), end=on(25, 0)))


def test_a_plan_is_asked_for_by_who_may_enter_it(desk: Desk) -> None:
    bob = as_staff(desk, "bob")
    assert bob.see(PlanTimeOff(staff=StaffId("bob"), start=on(24, 9), end=on(24, 12))) == ()
    with pytest.raises(NotAllowed):
        bob.see(PlanTimeOff(staff=ANN, start=on(24, 9), end=on(24, 12)))


def test_a_search_as_if_somebody_were_away_leaves_them_out(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    away = Away(staff=ANN, start=on(24, 0), end=on(25, 0))
    search = FindSlots(service=appointment.service, first=on(24, 0).date(), days=1, moving=appointment.id, each=True)
    assert ANN in {it.practitioner for it in desk.see(search).offers}
    assert ANN not in {it.practitioner for it in desk.see(replace(search, away=away)).offers}


def test_a_plan_that_is_refused_names_the_client_it_is_about(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    (planned,) = plan(desk, on(24, 9), on(24, 12))
    assert planned.to is not None
    there = wall_time(planned.to.start, appointment.zone).replace(tzinfo=None)
    booked(desk, there, practitioner=planned.to.practitioner, client="Dora")

    step = Move(appointment=appointment.id, seen=appointment.revision, to=planned.to)
    with pytest.raises(SlotTaken) as caught:
        desk.do(ApplyTimeOff(staff=ANN, start=on(24, 9), end=on(24, 12), moves=(step,)))

    assert caught.value.about == About(appointment.id, "Clara Client")
    voice = Voice(desk.see(ShowSetup()))
    assert error_words(voice, caught.value).startswith("Clara Client: ")
