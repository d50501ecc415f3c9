"""Two changes, one of them begun and not yet committed when the other one begins: the second sees the first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    EditAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
)
from frontdesk.core.asks.clients import AddClient, EditClient, EraseClient, MergeClients, NewClient
from frontdesk.core.asks.door import Ask
from frontdesk.core.asks.history import ShowHistory, Undo
from frontdesk.core.asks.schedule import RemoveTimeOff, TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status
from frontdesk.core.domain.errors import DeskError, NotFound, Refused, SlotTaken, Stale
from frontdesk.core.domain.events.clients import ClientErased
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.hours import Range, Week
from frontdesk.core.domain.kinds import Thing
from frontdesk.core.domain.objections import Away, ChangedSince, OutsideHours
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.practice import ReasonId, ResourceId
from frontdesk.core.domain.practice_file import PracticeFile, StaffEntry
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.operations.recording import finish
from frontdesk.core.operations.table import OPERATIONS
from frontdesk.core.store import appointments, claims, clients, things
from frontdesk.core.store.connection import Later
from frontdesk.core.store.look import Look, Tx
from tests.store.evidence import FIRST, NOW, deadlocks, faults, hour

T = TypeVar("T")
P1, P2 = StaffId("p1"), StaffId("p2")
A_WHILE = 0.4
"""Seconds after which the second change has got as far as it can while the first is not committed."""


class Second(threading.Thread):
    """A change on a thread of its own, with what came of it."""

    def __init__(self, desk: Desk, ask: Ask[Any]) -> None:
        super().__init__()
        self.desk, self.ask = desk, ask
        self.outcome: object = None

    def run(self) -> None:
        try:
            self.outcome = self.desk.do(self.ask)
        except Exception as error:
            self.outcome = error


@contextmanager
def uncommitted(desk: Desk, ask: Ask[Any]) -> Iterator[None]:
    """A change, committed when the block ends."""
    with desk.store.writing() as connection:
        tx = Tx(store=desk.store, connection=connection, actor=desk.actor, now=NOW)
        OPERATIONS[type(ask)](tx, ask)
        finish(tx)
        yield


def while_uncommitted(desk: Desk, first: Ask[Any], second: Ask[Any]) -> object:
    """What came of the second change, begun before the first was committed."""
    later = Second(desk, second)
    with uncommitted(desk, first):
        later.start()
        time.sleep(A_WHILE)
    later.join(timeout=60)
    assert not later.is_alive()
    return later.outcome


def book(desk: Desk, client: ClientId | None = None, wave: int = 0, who: StaffId = P1, **more: Any) -> Appointment:
    ask = BookAppointment(
        **{
            "service": ServiceId("talk"),
            "start": hour(wave),
            "practitioner": who,
            "client": client or NewClient(name="Client"),
            **more,
        }
    )
    return desk.do(ask).appointment


def add(desk: Desk, name: str) -> ClientId:
    return desk.do(AddClient(client=NewClient(name=name))).client.id


def kept(desk: Desk, id_: AppointmentId) -> Appointment:
    found = _looking(desk, lambda look: appointments.find(look, id_))
    assert found is not None
    return found


def objections(outcome: object) -> set[type]:
    return {type(objection) for objection in outcome.objections} if isinstance(outcome, Refused) else set()


def test_who_was_merged_away_meanwhile_is_not_erased_alone(desk: Desk) -> None:
    """All of it, or nothing: the record that took over what they had is not left behind."""
    kept, gone = add(desk, "Kept"), add(desk, "Gone")
    outcome = while_uncommitted(desk, MergeClients(keep=kept, drop=gone), EraseClient(client=gone))
    assert isinstance(outcome, NotFound)
    third = add(desk, "Third")
    outcome = while_uncommitted(desk, MergeClients(keep=kept, drop=third), EraseClient(client=kept))
    assert isinstance(outcome, ClientErased)
    assert {it.id for it in outcome.changes} == {str(it) for it in (kept, gone, third)}
    outcome = while_uncommitted(desk, EraseClient(client=add(desk, "Twice")), EraseClient(client=ClientId(4)))
    assert isinstance(outcome, NotFound)
    assert faults(desk) == []


def test_a_booking_sees_the_time_off_that_it_waited_for(desk: Desk) -> None:
    off = TakeTimeOff(staff=P1, start=FIRST, end=FIRST + timedelta(days=1))
    booking = BookAppointment(
        service=ServiceId("talk"), practitioner=P1, start=hour(0), client=NewClient(name="Client")
    )
    outcome = while_uncommitted(desk, off, booking)
    assert objections(outcome) == {Away}, outcome


def test_a_move_sees_the_time_off_that_it_waited_for(desk: Desk) -> None:
    booked = book(desk, who=P2)
    off = TakeTimeOff(staff=P1, start=FIRST, end=FIRST + timedelta(days=1))
    move = RescheduleAppointment(appointment=booked.id, seen=1, start=hour(0), practitioner=P1)
    outcome = while_uncommitted(desk, off, move)
    assert objections(outcome) == {Away}, outcome


def test_a_booking_sees_the_new_hours_that_it_waited_for(desk: Desk) -> None:
    mornings = tuple((Range(360, 720),) for _ in range(7))
    week = Week(location=LocationId("main"), days=mornings)
    hours = ApplyPractice(file=PracticeFile(staff=(StaffEntry(id="p1", line=1, fields={}, weeks=(week,)),)))
    booking = BookAppointment(
        service=ServiceId("talk"), practitioner=P1, start=hour(0), client=NewClient(name="Client")
    )
    outcome = while_uncommitted(desk, hours, booking)
    assert objections(outcome) == {OutsideHours}, outcome


def test_the_later_of_two_bookings_of_one_slot_is_told_who_has_it(desk: Desk) -> None:
    asks = [
        BookAppointment(service=ServiceId("talk"), practitioner=P1, start=hour(0), client=NewClient(name=name))
        for name in ("First", "Second")
    ]
    outcome = while_uncommitted(desk, *asks)
    assert isinstance(outcome, SlotTaken), outcome
    assert [culprit.client_name for culprit in outcome.culprits] == ["First"]


def test_the_later_of_two_cancellations_is_told_that_it_came_late(desk: Desk) -> None:
    booked = book(desk)
    cancel = CancelAppointment(appointment=booked.id, seen=1, reason=ReasonId("client_ill"))
    outcome = while_uncommitted(desk, cancel, cancel)
    assert isinstance(outcome, Stale), outcome
    assert faults(desk) == []


def test_the_later_of_two_moves_without_a_screen_moves_it_again(desk: Desk) -> None:
    booked = book(desk)
    first, second = (RescheduleAppointment(appointment=booked.id, seen=None, start=hour(n)) for n in (1, 2))
    outcome = while_uncommitted(desk, first, second)
    assert not isinstance(outcome, Exception), outcome
    assert kept(desk, booked.id).revision == 3
    assert faults(desk) == []


def test_a_booking_for_a_client_who_is_just_undone_is_refused(desk: Desk) -> None:
    client = add(desk, "Client")
    booking = BookAppointment(service=ServiceId("talk"), practitioner=P1, start=hour(0), client=client)
    assert isinstance(while_uncommitted(desk, Undo(), booking), NotFound)


def test_a_client_booked_for_is_not_undone(desk: Desk) -> None:
    client = add(desk, "Client")
    added = _last_event(desk)
    booking = BookAppointment(service=ServiceId("talk"), practitioner=P1, start=hour(0), client=client)
    outcome = while_uncommitted(desk, booking, Undo(event=added))
    assert isinstance(outcome, Refused), outcome


def test_undoing_a_booking_of_a_new_client_with_a_second_booking_is_refused(desk: Desk) -> None:
    first = book(desk)
    added = _last_event(desk)
    book(desk, client=first.client, wave=1)
    with pytest.raises(Refused):
        desk.do(Undo(event=added))


def test_undo_does_not_overwrite_an_edit_that_it_waited_for(desk: Desk) -> None:
    client = add(desk, "Client")
    desk.do(EditClient(client=client, seen=1, phone="030 1234567"))
    first_edit = _last_event(desk)
    outcome = while_uncommitted(desk, EditClient(client=client, seen=2, note="allergic"), Undo(event=first_edit))
    assert objections(outcome) == {ChangedSince}, outcome
    found = _looking(desk, lambda look: clients.find(look, client))
    assert found is not None and found.note == "allergic"


def test_one_change_of_a_client_is_undone_once(desk: Desk) -> None:
    client = add(desk, "Client")
    desk.do(EditClient(client=client, seen=1, phone="030 1234567"))
    undo = Undo(event=_last_event(desk))
    outcome = while_uncommitted(desk, undo, undo)
    assert objections(outcome) == {ChangedSince}, outcome


def test_one_booking_is_undone_once(desk: Desk) -> None:
    book(desk, client=add(desk, "Client"))
    undo = Undo(event=_last_event(desk))
    outcome = while_uncommitted(desk, undo, undo)
    assert objections(outcome) == {ChangedSince}, outcome
    assert faults(desk) == []


def test_one_time_off_is_removed_once(desk: Desk) -> None:
    off = desk.do(TakeTimeOff(staff=P1, start=FIRST, end=FIRST + timedelta(days=1))).time_off
    remove = RemoveTimeOff(time_off=off.id)
    assert isinstance(while_uncommitted(desk, remove, remove), NotFound)


def test_one_time_off_is_undone_once(desk: Desk) -> None:
    desk.do(TakeTimeOff(staff=P1, start=FIRST, end=FIRST + timedelta(days=1)))
    undo = Undo(event=_last_event(desk))
    outcome = while_uncommitted(desk, undo, undo)
    assert objections(outcome) == {ChangedSince}, outcome


@pytest.mark.parametrize("what", ["booking", "cancelling", "moving"])
def test_merging_clients_keeps_what_undo_just_did_to_an_appointment(desk: Desk, what: str) -> None:
    keep, drop = add(desk, "Keep"), add(desk, "Drop")
    booked = book(desk, client=drop)
    if what == "cancelling":
        desk.do(CancelAppointment(appointment=booked.id, seen=1, reason=ReasonId("client_ill")))
    if what == "moving":
        desk.do(RescheduleAppointment(appointment=booked.id, seen=1, start=hour(1)))
    wanted = {"booking": Status.UNDONE}.get(what, Status.BOOKED)
    undo = Undo(event=_last_event(desk))
    outcome = while_uncommitted(desk, undo, MergeClients(keep=keep, drop=drop))
    assert not isinstance(outcome, Exception) or isinstance(outcome, DeskError), outcome
    after = kept(desk, booked.id)
    assert (after.status, after.start) == (wanted, booked.start)
    assert faults(desk) == []


def test_an_edit_that_waited_for_a_move_is_written_onto_the_move(desk: Desk) -> None:
    booked = book(desk)
    move = RescheduleAppointment(appointment=booked.id, seen=None, start=hour(1), practitioner=P2)
    edit = EditAppointment(appointment=booked.id, seen=None, note="bring papers")
    assert not isinstance(while_uncommitted(desk, move, edit), Exception)
    after = kept(desk, booked.id)
    assert (after.practitioner, after.note, after.revision) == (P2, "bring papers", 3)
    assert faults(desk) == []


def test_undoing_a_cancellation_is_refused_where_the_time_is_just_booked(desk: Desk) -> None:
    booked = book(desk)
    desk.do(CancelAppointment(appointment=booked.id, seen=1, reason=ReasonId("client_ill")))
    cancelled = _last_event(desk)
    booking = BookAppointment(
        service=ServiceId("talk"), practitioner=P1, start=hour(0), client=NewClient(name="Client")
    )
    assert isinstance(while_uncommitted(desk, booking, Undo(event=cancelled)), SlotTaken)
    assert faults(desk) == []


def test_reinstating_locks_rooms_in_the_order_everybody_does(desk: Desk) -> None:
    """It may not hold the second room while it waits for the first."""
    booked = book(desk, room=RoomId("r2"), service=ServiceId("bath"))
    desk.do(CancelAppointment(appointment=booked.id, seen=1, reason=ReasonId("client_ill")))
    locked: list[list[ResourceId]] = []
    really_lock = claims.lock

    def noted(tx: Tx, resources: Iterable[ResourceId]) -> Later[None]:
        locked.append(sorted(set(resources)))
        return really_lock(tx, locked[-1])

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(claims, "lock", noted)
        desk.do(ReinstateAppointment(appointment=booked.id, seen=2))
    held: set[ResourceId] = set()
    for ids in locked:
        fresh = set(ids) - held
        assert not fresh or not held or min(fresh) > max(held), locked
        held |= fresh


def test_undo_and_a_booking_for_its_client_do_not_wait_for_each_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients are locked before resources, by undo too; otherwise the server has to break a deadlock."""
    booked = book(desk)
    undo = Second(desk, Undo())
    booking = Second(
        desk, BookAppointment(service=ServiceId("talk"), practitioner=P1, start=hour(0), client=booked.client)
    )
    really_save = things.save

    def slowly_save(tx: Tx, thing: Thing) -> None:
        time.sleep(A_WHILE)
        really_save(tx, thing)

    monkeypatch.setattr(things, "save", slowly_save)
    undo.start()
    time.sleep(A_WHILE / 2)
    booking.start()
    undo.join(60)
    booking.join(60)
    assert deadlocks(desk.store) == 0


def _last_event(desk: Desk) -> EventId:
    return desk.see(ShowHistory(limit=1))[-1].id


def _looking(desk: Desk, question: Callable[[Look], T]) -> T:
    with desk.store.reading() as connection:
        return question(Look(store=desk.store, connection=connection, actor=desk.actor, now=NOW))
