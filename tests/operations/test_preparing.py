"""Very much is worked out before anybody has to wait for it; what others did meanwhile is held against that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.clients import EditClient
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.settings import ChangeSettings
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.asks.upkeep import Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, Status
from frontdesk.core.domain.errors import Refused
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.records import AppointmentRecord, ClientRecord, Records
from frontdesk.core.operations import preparing, undo
from frontdesk.core.store.look import Tx
from tests.builders import booked, on
from tests.operations.asking import a_client

RECORDS = Records(
    clients=tuple(ClientRecord(source_id=str(it), name=f"Client {it}") for it in range(1, 4)),
    appointments=tuple(
        AppointmentRecord(
            source_id=f"a{it}", client=str(it), practitioner="ann", start=on(25, 8 + it), minutes=30, service="review"
        )
        for it in range(1, 4)
    ),
)

Meanwhile = Callable[[Desk], Any]


def add_client(desk: Desk) -> ClientId:
    return a_client(desk, "Mean While")


def book_another_day(desk: Desk) -> object:
    return booked(desk, on(26, 9))


def book_the_same_time(desk: Desk) -> object:
    return booked(desk, on(25, 9))


def change_settings(desk: Desk) -> object:
    return desk.do(ChangeSettings(values={"booking.horizon": 200}, seen=10**6))


def nothing(desk: Desk) -> None:
    pass


class Prepared:
    """How often something was worked out outside of a transaction, and within; others write after each time."""

    def __init__(self, desk: Desk, patch: pytest.MonkeyPatch, meanwhile: Meanwhile, most: int) -> None:
        self.outside = 0
        really = preparing.prepare

        def prepare(*arguments: Any, **more: Any) -> Any:
            found = really(*arguments, **more)
            if self.outside < most:
                meanwhile(desk)
            self.outside += 1
            return found

        patch.setattr("frontdesk.core.desk.prepare", prepare)


def imported(desk: Desk) -> dict[str, Appointment]:
    listed = desk.see(ListAppointments(first=on(24, 0).date(), last=on(28, 0).date())).items
    return {it.appointment.source_id: it.appointment for it in listed if it.appointment.source_id}


@pytest.mark.parametrize(
    ("meanwhile", "times"),
    [(nothing, 1), (add_client, 2), (book_another_day, 2), (book_the_same_time, 2), (change_settings, 2)],
    ids=lambda it: getattr(it, "__name__", None),
)
def test_an_import_is_what_it_would_be_after_what_others_did(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile, times: int
) -> None:
    with monkeypatch.context() as patch:
        seen = Prepared(desk, patch, meanwhile, 1)
        done = desk.do(ImportRecords(records=RECORDS))
    is_numbered_by_the_server = desk.store.path is None and meanwhile in (add_client, book_another_day)
    assert seen.outside == (1 if is_numbered_by_the_server else times)
    assert done.new == 6
    assert {id_: (it.wall, it.status) for id_, it in imported(desk).items()} == {
        f"a{it}": (on(25, 8 + it), Status.BOOKED) for it in range(1, 4)
    }
    assert imported(desk)["a1"].lane == (1 if meanwhile is book_the_same_time else 0)
    assert desk.see(Verify()) == ()


def test_who_writes_all_the_time_is_kept_waiting_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    days = iter(range(200, 300))
    with monkeypatch.context() as patch:
        seen = Prepared(
            desk,
            patch,
            lambda it: it.do(ChangeSettings(values={"booking.horizon": next(days)}, seen=10**6)),
            most=100,
        )
        assert desk.do(ImportRecords(records=RECORDS)).new == 6
    assert seen.outside == preparing.TRIES
    assert desk.see(Verify()) == ()


def test_an_import_whose_numbers_are_safe_leaves_no_gap(desk: Desk) -> None:
    before = a_client(desk)
    desk.do(ImportRecords(records=RECORDS))
    assert sorted(it.client for it in imported(desk).values()) == [before + 1, before + 2, before + 3]


@pytest.fixture
def everything_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "MANY", 0)


@pytest.mark.usefixtures("everything_is_much")
@pytest.mark.parametrize("meanwhile", [nothing, add_client, book_another_day])
def test_an_undo_is_none_the_worse_for_what_has_nothing_to_do_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile
) -> None:
    done = desk.do(ImportRecords(records=RECORDS))
    with monkeypatch.context() as patch:
        seen = Prepared(desk, patch, meanwhile, 1)
        desk.do(Undo(event=done.id))
    assert seen.outside == 1
    assert {it.status for it in imported(desk).values()} <= {Status.UNDONE}
    assert desk.see(Verify()) == ()


@pytest.mark.usefixtures("everything_is_much")
def test_an_undo_is_refused_for_what_others_did_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done = desk.do(ImportRecords(records=RECORDS))
    client = imported(desk)["a1"].client
    for meanwhile in (
        lambda it: booked(it, on(26, 9), client=client),
        lambda it: it.do(EditClient(client=client, seen=None, phone="123")),
    ):
        with monkeypatch.context() as patch:
            Prepared(desk, patch, meanwhile, 1)
            with pytest.raises(Refused):
                desk.do(Undo(event=done.id))
    assert desk.see(Verify()) == ()


@pytest.mark.usefixtures("everything_is_much")
def test_what_was_undone_is_done_again(desk: Desk) -> None:
    desk.do(ImportRecords(records=RECORDS))
    before = imported(desk)
    desk.do(Undo())
    assert imported(desk) == {}
    desk.do(Redo())
    again = imported(desk)
    assert {id_: (it.wall, it.lane, it.status) for id_, it in again.items()} == {
        id_: (it.wall, it.lane, it.status) for id_, it in before.items()
    }
    assert desk.see(Verify()) == ()


def test_little_is_taken_back_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    booked(desk, on(25, 9))
    seen = Prepared(desk, monkeypatch, nothing, 1)
    desk.do(Undo())
    assert seen.outside == 0


def test_only_what_can_be_prepared_asks_for_it() -> None:
    with pytest.raises(AssertionError):
        preparing.prepare(lambda tx, ask: None, Tx, None, 0)  # type: ignore[arg-type]
