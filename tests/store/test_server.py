"""A PostgreSQL server that freezes, is cut off, restarts, or is another one: what is told is what is saved."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from frontdesk.core.asks.clients import AddClient, FindClients, NewClient
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Limits
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Failed
from tests.postgres import Line, Server
from tests.sizes import size
from tests.store.evidence import now, open_practice

QUICK = Limits(connect=2, statement=60, idle=2)


@pytest.fixture
def url(server: Server) -> str:
    made = server.free()
    open_practice(made).close()
    return made


def desk_at(url: str, limits: Limits = QUICK) -> Desk:
    return Desk(Store(url, limits=limits), clock=now)


def add(desk: Desk, name: str) -> None:
    desk.do(AddClient(client=NewClient(name=name)))


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM client")}


@pytest.mark.parametrize("before", [True, False])
def test_a_save_whose_answer_is_lost_is_saved_once(url: str, before: bool) -> None:
    """It is asked for by its own event; what did not arrive is done again."""
    line = Line(url)
    desk = desk_at(line.url)
    line.cut_at(b"COMMIT\0", before=before)
    add(desk, "Clara")

    assert line.cuts == 1
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM client WHERE name = 'Clara'").fetchone() == (1,)
    desk.close()


def test_a_save_of_which_nobody_can_know_is_told_as_that(own_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url = own_server.free()
    open_practice(url).close()
    line = Line(url)
    desk = desk_at(line.url)
    line.cut_at(b"COMMIT\0", before=False)

    def away(*_: Any, **__: Any) -> Any:
        raise Failed(psycopg.OperationalError("gone"))

    monkeypatch.setattr("frontdesk.core.store.identity.was_saved", away)
    with pytest.raises(StoreUnusable) as caught:
        add(desk, "Clara")
    assert line.cuts == 1
    assert caught.value.problem is StoreProblem.UNCERTAIN


@pytest.mark.parametrize("word", [b"INSERT INTO client", b"SELECT database", b"BEGIN"])
def test_a_line_that_is_cut_before_the_save_is_taken_up_again(url: str, word: bytes) -> None:
    line = Line(url)
    desk = desk_at(line.url)
    line.cut_at(word, before=False)
    add(desk, "Clara")
    assert names(url) >= {"Clara"}
    desk.close()


def test_a_restarted_server_is_used_on_without_a_word(own_server: Server) -> None:
    url = own_server.free()
    open_practice(url).close()
    desk = desk_at(url)
    add(desk, "Clara")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert [hit.name for hit in desk.see(FindClients(text="Clara"))] == ["Clara"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    add(desk, "Carl")
    assert names(url) >= {"Clara", "Carl"}
    desk.close()


@pytest.mark.parametrize("asked", size(["write"], ["read", "write", "connect"]))
def test_a_frozen_server_is_told_within_ten_seconds(own_server: Server, asked: str) -> None:
    url = own_server.free()
    open_practice(url).close()
    desk = desk_at(url, Limits())
    add(desk, "Clara")
    with own_server.frozen():
        began = time.monotonic()
        with pytest.raises(StoreUnusable) as caught:
            if asked == "read":
                desk.see(FindClients(text="Clara"))
            elif asked == "write":
                add(desk, "Carl")
            else:
                Store(url)
        assert time.monotonic() - began < 10, "not a measure: without a limit it never ends"
    assert caught.value.problem is StoreProblem.UNREACHABLE

    assert names(url) == {"Clara"}
    add(desk, "Carl")
    assert names(url) == {"Clara", "Carl"}
    desk.close()


def test_a_long_statement_of_a_server_that_lives_is_waited_for(url: str) -> None:
    desk = desk_at(url)
    with desk.store.reading() as connection:
        assert connection.execute("SELECT 1 FROM pg_sleep(4)").scalar() == 1
    desk.close()


def test_a_writer_that_stands_still_holds_nobody_for_long(url: str) -> None:
    """The server ends its transaction; when it goes on, it begins again, and both are saved."""
    stopped, desk = desk_at(url), desk_at(url)
    with pytest.raises(Failed) as caught, stopped.store._writing.transaction() as connection:
        connection.execute("SELECT head FROM event_chain FOR UPDATE").all()
        began = time.monotonic()
        add(desk, "Clara")
        assert time.monotonic() - began < 10, "not a measure: without a limit it takes minutes"
        connection.execute("SELECT 1").all()
    assert caught.value.is_cut_off
    add(stopped, "Carl")
    assert names(url) == {"Clara", "Carl"}
    stopped.close()
    desk.close()


def test_another_server_at_the_same_address_is_not_written(own_server: Server, server: Server) -> None:
    """With the same database in it, by its number; who only looks is told too, as often as they look."""
    url, elsewhere = own_server.free(), server.database()
    open_practice(url).close()
    desk = desk_at(url)
    add(desk, "Clara")
    watch = desk.watch()
    assert watch.touched(timeout=0.1)
    watch.close()  # as when the line is cut
    assert desk.store._server is not None
    desk.store._server._identifier = 1  # as it was when the app was opened

    for engine in (desk.store._reading, desk.store._writing):
        engine.close()
    for look in (lambda: add(desk, "Carl"), lambda: watch.touched(timeout=0.1), lambda: watch.touched(timeout=0.1)):
        with pytest.raises(StoreUnusable) as caught:
            look()
        assert caught.value.problem is StoreProblem.REPLACED
    watch.close()
    assert elsewhere


def test_an_emptied_database_is_not_written(own_server: Server) -> None:
    url = own_server.free()
    open_practice(url).close()
    desk = desk_at(url)
    add(desk, "Clara")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    with pytest.raises(StoreUnusable) as caught:
        add(desk, "Carl")
    assert caught.value.problem is StoreProblem.REPLACED
