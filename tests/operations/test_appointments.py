"""What may be done to appointments: done, refused, stale, taken, not allowed, undone."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.appointments import (
    CancelAppointment,
    EditAppointment,
    ListAppointments,
    ListPickedUp,
    PickUpAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
    ShowAppointment,
)
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.clients import NewClient, ShowClient
from frontdesk.core.asks.history import Redo, ShowHistory, Undo
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import MOVES, Status
from frontdesk.core.domain.errors import BadInput, NotAllowed, NotFound, Refused, SlotTaken, Stale
from frontdesk.core.domain.objections import (
    InThePast,
    NotBeforeStart,
    NotFromHere,
    NotOffered,
    OutsideHours,
    PractitionerTaken,
    ReasonNeedsText,
    RoomsTaken,
)
from frontdesk.core.domain.people import ClientKind, StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.views import Block
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import Clock, as_staff, at, booked, on


def cancelled(desk: Desk, id_: int, reason: str = "client_asked", **more: str) -> None:
    desk.do(CancelAppointment(appointment=id_, seen=None, reason=ReasonId(reason), **more))  # type: ignore[arg-type]


def drawn(desk: Desk, day: int, practitioner: str) -> tuple[Block, ...]:
    calendar = desk.see(ShowCalendar(first=on(day, 0).date(), practitioners=(StaffId(practitioner),)))
    return calendar.columns[0].blocks


def test_a_walk_in_needs_only_a_name(desk: Desk) -> None:
    event = booked(desk, on(23, 9))

    assert (event.client.name, event.appointment.status, event.appointment.lane) == ("Clara Client", Status.BOOKED, 0)
    assert event.appointment.price == 4500


def test_a_time_that_is_taken_says_by_whom_and_what_is_free_near_it(desk: Desk) -> None:
    booked(desk, on(23, 9))

    with pytest.raises(SlotTaken) as caught:
        booked(desk, on(23, 9, 15), client="Dora")
    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, PractitionerTaken)
    assert conflict.by.client_name == "Clara Client"
    assert caught.value.nearest[0].start == at(on(23, 9, 30))


def test_a_time_outside_hours_is_refused_with_the_hours_of_that_day(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        booked(desk, on(23, 12))
    (objection,) = caught.value.objections
    assert isinstance(objection, OutsideHours)
    assert [span.start for span in objection.open] == [at(on(23, 9)), at(on(23, 13))]


def test_an_override_takes_the_next_lane_and_keeps_its_reason(desk: Desk) -> None:
    booked(desk, on(23, 9))
    over = booked(desk, on(23, 9), client="Dora", override="twins").appointment

    assert (over.lane, over.override) == (1, "twins")


def test_a_reason_that_overrides_nothing_is_not_kept(desk: Desk) -> None:
    assert booked(desk, on(23, 9), override="just in case").appointment.override == ""


def test_a_service_that_the_practitioner_does_not_offer_cannot_be_overridden(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        booked(desk, on(23, 9), service="massage", practitioner="bob", override="please")
    assert caught.value.objections == (NotOffered(ServiceId("massage"), StaffId("bob")),)


def test_anybody_means_whoever_has_the_least_that_day_then_by_name(desk: Desk) -> None:
    booked(desk, on(23, 9), practitioner="ann")

    assert booked(desk, on(23, 10), practitioner=None, client="Dora").appointment.practitioner == "bob"
    assert booked(desk, on(24, 10), practitioner=None, client="Emil").appointment.practitioner == "ann"


def test_a_room_is_taken_like_a_practitioner_and_the_next_of_the_list_steps_in(desk: Desk) -> None:
    first = booked(desk, on(23, 13), service="training", practitioner="ann").appointment
    second = booked(desk, on(23, 13), service="training", practitioner="bob", client="Dora").appointment

    assert (first.room, second.room) == ("gym", "pool")


def test_when_every_room_is_taken_the_refusal_names_them(desk: Desk) -> None:
    booked(desk, on(23, 13), service="training", practitioner="ann", room=RoomId("gym"))
    with pytest.raises(SlotTaken) as caught:
        booked(desk, on(23, 13), service="training", practitioner="bob", room=RoomId("gym"), client="Dora")
    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, RoomsTaken)
    assert conflict.rooms == ("gym",)


@pytest.mark.covers("1-16")
def test_a_company_books_like_a_person(desk: Desk) -> None:
    event = booked(desk, on(23, 9))
    company = NewClient(name="Harbour Ltd", kind=ClientKind.COMPANY)
    from frontdesk.core.asks.clients import AddClient

    client = desk.do(AddClient(client=company)).client
    theirs = booked(desk, on(23, 10), client=client.id)

    assert theirs.client.kind is ClientKind.COMPANY
    assert event.client.kind is ClientKind.PERSON


@pytest.mark.covers("1-14", "3-16")
def test_a_moved_appointment_is_at_its_new_time_on_both_calendars(desk: Desk) -> None:
    event = booked(desk, on(23, 9))
    id_ = event.appointment.id
    desk.do(RescheduleAppointment(appointment=id_, seen=1, start=on(24, 10), practitioner=StaffId("bob")))

    assert drawn(desk, 23, "ann") == ()
    assert [block.start for block in drawn(desk, 24, "bob")] == [at(on(24, 10))]
    card = desk.see(ShowClient(client=event.client.id))
    assert [it.appointment.start for it in card.upcoming] == [at(on(24, 10))]


@pytest.mark.covers("3-16")
def test_a_move_may_change_the_location_when_it_must(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    event = desk.do(RescheduleAppointment(appointment=id_, seen=1, start=on(27, 10), location=LocationId("annex")))

    assert event.appointment.location == "annex"
    assert event.appointment.sequence == 1


@pytest.mark.covers("1-07")
def test_a_move_may_change_the_service_with_its_length_price_and_buffers(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    after = desk.do(
        RescheduleAppointment(appointment=id_, seen=1, start=on(23, 10), service=ServiceId("massage"))
    ).appointment

    assert (after.span.minutes, after.price, after.buffer_after) == (60, None, 10)


@pytest.mark.covers("1-11")
def test_public_notes_can_be_added_while_moving(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    after = desk.do(
        RescheduleAppointment(appointment=id_, seen=1, start=on(23, 10), note="use the side door")
    ).appointment

    assert after.note == "use the side door"


def test_an_appointment_may_move_into_its_own_time(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9), service="massage").appointment.id
    after = desk.do(RescheduleAppointment(appointment=id_, seen=1, start=on(23, 9, 30))).appointment

    assert after.lane == 0


def test_a_confirmed_one_is_booked_again_once_staff_move_it(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    desk.do(SetStatus(appointment=id_, seen=None, status=Status.CONFIRMED))

    after = desk.do(RescheduleAppointment(appointment=id_, seen=None, start=on(23, 10))).appointment
    assert after.status is Status.BOOKED


def test_saving_on_what_a_colleague_just_changed_says_who_and_what(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    as_staff(desk, "rita").do(EditAppointment(appointment=id_, seen=1, note="x"))

    with pytest.raises(Stale) as caught:
        desk.do(RescheduleAppointment(appointment=id_, seen=1, start=on(23, 10)))
    assert (caught.value.by, caught.value.operation, caught.value.revision) == (
        "Rita Reception",
        "edit_appointment",
        2,
    )


def test_an_arrived_client_is_not_rescheduled(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    desk.do(SetStatus(appointment=id_, seen=None, status=Status.ARRIVED))

    with pytest.raises(Refused) as caught:
        desk.do(RescheduleAppointment(appointment=id_, seen=None, start=on(23, 10)))
    assert isinstance(caught.value.objections[0], NotFromHere)


@pytest.mark.covers("3-10")
def test_cancelling_needs_a_reason_of_the_list(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id

    with pytest.raises(BadInput):
        cancelled(desk, id_, "because")
    with pytest.raises(BadInput):
        cancelled(desk, id_, "imported")
    cancelled(desk, id_)
    assert desk.see(ShowAppointment(appointment=id_)).appointment.status is Status.CANCELLED


@pytest.mark.covers("3-11")
def test_the_reason_other_needs_a_text(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id

    with pytest.raises(Refused) as caught:
        cancelled(desk, id_, "other", text="  ")
    assert caught.value.objections == (ReasonNeedsText("Other"),)
    cancelled(desk, id_, "other", text="moved to Leeds")
    found = desk.see(ShowAppointment(appointment=id_)).appointment.cancellation
    assert found is not None
    assert (found.reason, found.text, found.rebook_link) == ("other", "moved to Leeds", True)


def test_a_cancelled_time_is_free_at_once_and_the_record_stays(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    cancelled(desk, id_)

    booked(desk, on(23, 9), client="Dora")
    assert len(desk.see(ListAppointments()).items) == 2


def test_reinstating_takes_the_time_again_or_says_who_has_it(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    cancelled(desk, id_)
    other = booked(desk, on(23, 9), client="Dora").appointment.id

    with pytest.raises(SlotTaken):
        desk.do(ReinstateAppointment(appointment=id_, seen=None))
    cancelled(desk, other)
    again = desk.do(ReinstateAppointment(appointment=id_, seen=None)).appointment
    assert (again.status, again.cancellation) == (Status.BOOKED, None)


def test_nobody_is_a_no_show_before_the_start(desk: Desk, clock: Clock) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id

    with pytest.raises(Refused) as caught:
        desk.do(SetStatus(appointment=id_, seen=None, status=Status.NO_SHOW))
    assert caught.value.objections == (NotBeforeStart(at(on(23, 9))),)
    clock.set(on(23, 9))
    desk.do(SetStatus(appointment=id_, seen=None, status=Status.NO_SHOW))
    booked(desk, on(23, 9), client="Dora")


def test_a_past_time_is_booked_by_staff_with_a_warning(desk: Desk, clock: Clock) -> None:
    clock.set(on(23, 11))

    assert booked(desk, on(23, 9)).warnings == (InThePast(at(on(23, 11))),)


WAYS = {
    Status.BOOKED: (),
    Status.CONFIRMED: (Status.CONFIRMED,),
    Status.ARRIVED: (Status.ARRIVED,),
    Status.IN_SESSION: (Status.ARRIVED, Status.IN_SESSION),
    Status.DONE: (Status.ARRIVED, Status.DONE),
}


@pytest.mark.parametrize("before", WAYS)
@pytest.mark.parametrize("after", Status)
def test_every_step_of_the_status_table_is_taken_or_refused(
    desk: Desk, clock: Clock, before: Status, after: Status
) -> None:
    clock.set(on(23, 9))
    id_ = booked(desk, on(23, 9)).appointment.id
    for step in WAYS[before]:
        desk.do(SetStatus(appointment=id_, seen=None, status=step))
    if (before, after) in MOVES:
        assert desk.do(SetStatus(appointment=id_, seen=None, status=after)).appointment.status is after
    else:
        with pytest.raises(Refused):
            desk.do(SetStatus(appointment=id_, seen=None, status=after))


@pytest.mark.covers("1-03")
def test_staff_move_and_cancel_for_a_client_only_what_they_are_set_up_to_offer(desk: Desk) -> None:
    theirs = booked(desk, on(23, 9), service="massage").appointment.id
    without = '[[staff]]\nid = "ann"\nname = "Ann Archer"\nservices = ["review", "training"]\n'
    desk.do(ApplyPractice(file=practice_file(without)))
    ann = as_staff(desk, "ann")
    move = RescheduleAppointment(appointment=theirs, seen=None, start=on(23, 10))
    cancel = CancelAppointment(appointment=theirs, seen=None, reason=ReasonId("staff_ill"))

    for act in (move, cancel):
        with pytest.raises(NotAllowed):
            ann.do(act)
    desk.do(ApplyPractice(file=practice_file(without.replace('"training"', '"training", "massage"'))))

    assert ann.do(move).appointment.start == at(on(23, 10))
    assert ann.do(cancel).appointment.status is Status.CANCELLED


def test_a_practitioner_has_power_only_over_their_own(desk: Desk) -> None:
    theirs = booked(desk, on(23, 9), practitioner="bob").appointment.id

    with pytest.raises(NotAllowed):
        as_staff(desk, "ann").do(RescheduleAppointment(appointment=theirs, seen=None, start=on(23, 10)))
    as_staff(desk, "bob").do(RescheduleAppointment(appointment=theirs, seen=None, start=on(23, 10)))


def test_a_practitioner_sees_their_own_calendar_and_no_other(desk: Desk) -> None:
    booked(desk, on(23, 9), practitioner="ann")
    booked(desk, on(23, 9), practitioner="bob", client="Dora")
    ann = as_staff(desk, "ann")

    assert [column.practitioner for column in ann.see(ShowCalendar(first=on(23, 0).date())).columns] == ["ann"]
    assert [it.client_name for it in ann.see(ListAppointments()).items] == ["Clara Client"]


def test_a_viewer_may_look_and_nothing_else(desk: Desk) -> None:
    viewer = as_staff(desk, "vic")
    viewer.see(ShowCalendar(first=on(23, 0).date()))

    with pytest.raises(NotAllowed):
        booked(viewer, on(23, 9))
    with pytest.raises(NotAllowed):
        viewer.see(ShowClient(client=booked(desk, on(23, 9)).client.id))


def test_undoing_a_booking_takes_its_client_and_claim_with_it(desk: Desk) -> None:
    event = booked(desk, on(23, 9))
    desk.do(Undo())

    assert desk.see(ListAppointments()).items == ()
    with pytest.raises(NotFound):
        desk.do(SetStatus(appointment=event.appointment.id, seen=None, status=Status.ARRIVED))
    booked(desk, on(23, 9), client="Dora")


def test_undo_and_redo_restore_exactly_what_was_but_for_the_counters(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    before = desk.see(ShowAppointment(appointment=id_)).appointment
    after = desk.do(RescheduleAppointment(appointment=id_, seen=1, start=on(24, 10), note="new")).appointment
    desk.do(Undo())
    back = desk.see(ShowAppointment(appointment=id_)).appointment

    assert (back.start, back.note, back.revision, back.sequence) == (before.start, "", 3, 2)
    desk.do(Redo())
    again = desk.see(ShowAppointment(appointment=id_)).appointment
    assert (again.start, again.note, again.revision) == (after.start, "new", 4)


def test_undo_is_refused_once_somebody_changed_it_and_says_who(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    as_staff(desk, "rita").do(EditAppointment(appointment=id_, seen=1, note="x"))

    with pytest.raises(Refused) as caught:
        desk.do(Undo())
    assert [getattr(it, "by", "") for it in caught.value.objections] == ["Rita Reception"]


def test_undoing_a_cancel_is_refused_while_somebody_else_has_the_time(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    event = desk.do(CancelAppointment(appointment=id_, seen=None, reason=ReasonId("client_ill")))
    booked(as_staff(desk, "rita"), on(23, 9), client="Dora")

    with pytest.raises(SlotTaken) as caught:
        desk.do(Undo(event=event.id))
    assert caught.value.culprits[0].client_name == "Dora"


def test_redo_ends_with_the_next_deed(desk: Desk) -> None:
    booked(desk, on(23, 9))
    desk.do(Undo())
    booked(desk, on(23, 10), client="Dora")

    with pytest.raises(Refused):
        desk.do(Redo())


def test_every_change_has_its_event_with_who_and_from_where(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    as_staff(desk, "rita").do(EditAppointment(appointment=id_, seen=1, note="x"))

    found = desk.see(ShowHistory(appointment=id_))
    assert [(it.operation, it.actor_name, it.role, it.terminal) for it in found] == [
        ("book", "desk", "admin", "t1"),
        ("edit_appointment", "Rita Reception", "receptionist", "t1"),
    ]


def test_what_is_picked_up_lies_per_person_and_holds_nothing(desk: Desk) -> None:
    id_ = booked(desk, on(23, 9)).appointment.id
    desk.do(PickUpAppointment(appointment=id_))

    assert [it.appointment.id for it in desk.see(ListPickedUp())] == [id_]
    assert as_staff(desk, "rita").see(ListPickedUp()) == ()
    desk.do(RescheduleAppointment(appointment=id_, seen=None, start=on(23, 10)))
    assert desk.see(ListPickedUp()) == ()


def test_undo_and_redo_say_what_was_done_to_whom(desk: Desk) -> None:
    voice = Voice(desk.see(ShowSetup()))
    event = booked(desk, on(24, 9))
    desk.do(RescheduleAppointment(appointment=event.appointment.id, seen=None, start=on(25, 10)))

    assert event_words(voice, desk.do(Undo())) == "Undone: moved Clara Client, Tue 24 Nov 09:00"
    assert event_words(voice, desk.do(Redo())) == "Done again: moved Clara Client, Wed 25 Nov 10:00"
    desk.do(Undo())
    assert event_words(voice, desk.do(Undo())) == "Undone: booked Clara Client, Tue 24 Nov 09:00"
