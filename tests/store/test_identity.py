"""Which database is open: its number, its newest event, whether it is a drill, and the clock that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.desk import Desk, open_desk
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.render.words.errors import plain_error
from frontdesk.core.store import guarantees
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.engine import Store
from tests.builders import MON_8, Clock, at, booked, on, open_test_desk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store_url: str, clock: Clock) -> Iterator[Desk]:
    opened = open_test_desk(store_url, clock)
    yield opened
    opened.close()


def changed(desk: Desk, *statements: str) -> None:
    """By another program, past the guards."""
    with Store(desk.store.url).writing() as connection:
        unguarded(connection)
        for statement in statements:
            connection.execute(statement)


def unguarded(connection: Connection) -> None:
    if not connection.is_sqlite:
        connection.execute("SET LOCAL session_replication_role = replica")
        return
    connection.execute("PRAGMA defer_foreign_keys=ON")
    for name in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").scalars():
        connection.execute(f'DROP TRIGGER "{name}"')


def test_a_database_that_was_put_back_is_told_once_and_looked_at_anew(desk: Desk) -> None:
    """As `restore` leaves it: another number, in the place of the one before."""
    booked(desk, on(24, 9))
    watch = desk.watch()
    watch.touched(0)
    changed(desk, "UPDATE database SET replaces = number, number = 7")

    with pytest.raises(StoreUnusable) as caught:
        booked(desk, on(24, 10))
    assert caught.value.problem is StoreProblem.RESTORED
    assert "was not saved" in plain_error(caught.value)
    assert len(desk.see(ListAppointments(first=on(24, 0).date())).items) == 1

    booked(desk, on(24, 10))
    if desk.store.path is not None:
        with pytest.raises(StoreUnusable) as told:
            watch.touched(0)
        assert told.value.problem is StoreProblem.RESTORED
        watch.touched(0)


def test_another_database_in_its_place_is_never_written(desk: Desk) -> None:
    changed(desk, "UPDATE database SET number = 7")
    for _ in range(2):
        with pytest.raises(StoreUnusable) as caught:
            booked(desk, on(24, 10))
        assert caught.value.problem is StoreProblem.REPLACED


def test_an_earlier_state_under_the_same_number_is_noticed(desk: Desk) -> None:
    """Somebody put a dump back by hand."""
    booked(desk, on(24, 9))
    changed(
        desk,
        "DELETE FROM notice",
        "DELETE FROM event_thing",
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
    )
    with pytest.raises(StoreUnusable) as caught:
        booked(desk, on(24, 10))
    assert caught.value.problem is StoreProblem.RESTORED


def test_what_only_newer_programs_write_is_read_where_it_says_so(desk: Desk, clock: Clock) -> None:
    booked(desk, on(24, 9))
    changed(desk, "UPDATE alembic_version SET version_num = '9999'")

    older = Desk(Store(desk.store.url), clock=clock)
    assert len(older.see(ListAppointments(first=on(24, 0).date())).items) == 1
    for one in (older, desk):
        with pytest.raises(StoreUnusable) as caught:
            booked(one, on(24, 10))
        assert caught.value.problem is StoreProblem.NEWER
    older.close()

    with desk.store._writing.transaction() as connection:
        connection.execute("UPDATE database SET reads_from = '9999'")
        connection.commit()
    with pytest.raises(StoreUnusable) as refused:
        Store(desk.store.url)
    assert refused.value.problem is StoreProblem.NEWER


def test_a_clock_of_ones_own_only_reads_what_is_real(empty_url: str, clock: Clock) -> None:
    real = Store(empty_url, create=True)
    with real.writing() as connection:
        assert guarantees.hung_on.tables["database"].c.is_drill is not None
        assert not connection.execute("SELECT is_drill FROM database").scalar_one()
    real.close()

    drill = open_desk(empty_url, clock=clock)
    with pytest.raises(StoreUnusable) as caught, drill.store.writing():
        pass
    assert caught.value.problem is StoreProblem.NOT_A_DRILL
    drill.close()


def test_no_event_is_earlier_than_the_one_before_it(desk: Desk, clock: Clock) -> None:
    """A clock that lies back a little takes that one's time, one further back is refused; a drill's too."""
    booked(desk, on(24, 9))
    before = at(MON_8)
    clock.now = before - 60
    booked(desk, on(24, 10))
    assert {line.at for line in desk.see(ShowHistory(limit=2))} == {before}

    clock.now = before - 61
    with pytest.raises(StoreUnusable) as caught:
        booked(desk, on(24, 11))
    assert caught.value.problem is StoreProblem.CLOCK_IS_BACK
    assert "2026-11-23 07:58:59" in plain_error(caught.value)
    assert "2026-11-23 08:00:00" in plain_error(caught.value)
    assert len(desk.see(ListAppointments(first=on(24, 0).date())).items) == 2


def test_the_clock_of_the_machine_writes_into_a_drill(desk: Desk) -> None:
    today = replace(desk, store=Store(desk.store.url))
    booked(today, on(24, 9))
    today.store.close()
