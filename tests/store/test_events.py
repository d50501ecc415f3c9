"""History: nothing in it changes or goes, details may be forgotten, and tampering is found."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from frontdesk.core.asks.appointments import BookAppointment, CancelAppointment
from frontdesk.core.asks.clients import LogOpening, NewClient
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.desk import Desk
from frontdesk.core.domain.damage import Wrong
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.store.failures import Failed
from frontdesk.core.store.verify import chains
from tests.store.evidence import FIRST

TABLES = ("event", "event_thing", "access_log")


@pytest.fixture
def history(desk: Desk) -> Desk:
    """A desk where some things happened: the practice, three bookings, a cancellation, an opened record."""
    for number in range(3):
        booked = desk.do(
            BookAppointment(
                service=ServiceId("talk"),
                start=FIRST + timedelta(hours=number),
                client=NewClient(name=f"Client {number}"),
            )
        )
    desk.do(CancelAppointment(appointment=booked.appointment.id, seen=1, reason=ReasonId("client_ill")))
    desk.do(LogOpening(client=booked.appointment.client))
    return desk


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_history_is_neither_updated_nor_deleted(history: Desk, table: str, change: str) -> None:
    column = {"event": "actor", "event_thing": "kind", "access_log": "actor"}[table]
    before = _rows(history, table)
    with pytest.raises(Failed, match=f"{table}_is"), history.store.writing() as connection:
        connection.execute(change.format(table, column, column))
    assert _rows(history, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_history_is_not_replaced_by_inserting_over_it(history: Desk, table: str) -> None:
    if history.store.path is None:
        pytest.skip("only SQLite has INSERT OR REPLACE")
    before = _rows(history, table)
    copy = {
        "event": "INSERT OR REPLACE INTO event SELECT id, at, 'nobody', role, terminal, operation, subject_kind,"
        " subject_id, batch, undoes, detail_digest, previous, digest FROM event WHERE id = 2",
        "event_thing": "INSERT OR REPLACE INTO event_thing SELECT * FROM event_thing WHERE event_id = 2",
        "access_log": "INSERT OR REPLACE INTO access_log SELECT id, at, 'nobody', terminal, client_id"
        " FROM access_log",
    }[table]
    with pytest.raises(Failed), history.store.writing() as connection:
        connection.execute(copy)
    assert _rows(history, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_history_is_not_truncated(history: Desk, table: str) -> None:
    if history.store.path is not None:
        pytest.skip("only PostgreSQL has TRUNCATE")
    before = _rows(history, table)
    with pytest.raises(Failed), history.store.writing() as connection:
        connection.execute(f"TRUNCATE {table}")
    assert _rows(history, table) == before


def test_the_chain_of_what_happened_is_whole(history: Desk) -> None:
    assert _broken(history) == []


def test_without_its_details_the_chain_is_whole_and_they_are_missed(history: Desk) -> None:
    with history.store.writing() as connection:
        connection.execute("DELETE FROM event_detail WHERE event_id IN (2, 3)")
    with history.store.reading() as connection:
        found = list(chains.damage(connection, None))
    assert [(it.what, it.row, it.wrong) for it in found] == [
        ("event_detail", "2", Wrong.MISSING),
        ("event_detail", "3", Wrong.MISSING),
    ]
    lines = {line.id: line for line in history.see(ShowHistory())}
    assert lines[EventId(2)].changes == () and lines[EventId(2)].operation == "book"
    assert lines[EventId(4)].changes != ()


@pytest.mark.parametrize(
    "change",
    ["detail = replace(detail, 'Client 1', 'Client X')", "salt = '00'", "detail = ''", "detail = detail || ' '"],
)
def test_a_tampered_detail_is_found(history: Desk, change: str) -> None:
    with history.store.writing() as connection:
        connection.execute(f"UPDATE event_detail SET {change} WHERE event_id = 3")
    assert _broken(history) == ["3"]


@pytest.mark.parametrize("detail", ["", "no detail", "[]"])
def test_a_detail_that_is_none_is_found_although_its_digest_fits(history: Desk, detail: str) -> None:
    with history.store.writing() as connection:
        salt = connection.execute("SELECT salt FROM event_detail WHERE event_id = 3").scalar_one()
        change = "UPDATE event_detail SET detail = :detail WHERE event_id = 3"
        connection.execute(change, {"detail": detail})
    digest = hashlib.sha256(f"{salt}\0{detail}".encode()).hexdigest()
    _without_guard(history, f"UPDATE event SET detail_digest = '{digest}' WHERE id = 3")
    assert set(_broken(history)) == {"3"}


@pytest.mark.parametrize("column", ["actor", "role", "terminal", "operation", "subject_id", "detail_digest"])
def test_a_tampered_event_is_found(history: Desk, column: str) -> None:
    _without_guard(history, f"UPDATE event SET {column} = 'x' WHERE id = 3")
    assert "3" in _broken(history)


def test_an_event_taken_out_of_the_middle_is_found(history: Desk) -> None:
    _without_guard(history, "DELETE FROM event WHERE id = 3")
    assert _broken(history)[0] == "3"


def test_the_newest_event_taken_away_is_found(history: Desk) -> None:
    _without_guard(history, "DELETE FROM event WHERE id = (SELECT max(id) FROM event)")
    assert _broken(history) != []


def test_a_history_taken_away_whole_is_found(history: Desk) -> None:
    _without_guard(history, "DELETE FROM event")
    assert _broken(history) != []


def _rows(desk: Desk, table: str) -> list[tuple[object, ...]]:
    with desk.store.reading() as connection:
        return sorted(tuple(row) for row in connection.execute(f"SELECT * FROM {table}"))


def _broken(desk: Desk) -> list[str]:
    with desk.store.reading() as connection:
        return [it.row for it in chains.damage(connection, None)]


def _without_guard(desk: Desk, statement: str) -> None:
    """What somebody does who may change the database itself."""
    with desk.store.writing() as connection:
        if desk.store.path is not None:
            connection.execute("DROP TRIGGER event_no_update")
            connection.execute("DROP TRIGGER event_no_delete")
        else:
            connection.execute("DROP TRIGGER event_is_for_ever ON event")
        connection.execute("DELETE FROM notice")
        connection.execute(statement)
