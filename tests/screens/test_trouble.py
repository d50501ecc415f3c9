"""A database that is gone, replaced or put back under a half-filled form: what is said, and the text that stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
from textual import events

from frontdesk.core import desk as desk_module
from frontdesk.core import upkeep
from frontdesk.core.asks.clients import FindClients
from frontdesk.core.desk import open_desk
from frontdesk.core.store import connecting
from frontdesk.core.store.connecting import driver
from tests.builders import Clock, open_test_desk
from tests.postgres import Line, Server
from tests.screens.driving import running, send, settled, shown, told, until


def copy_of(database: Path) -> Path:
    copy = database.with_name("copy.db")
    source, made = driver().connect(str(database)), driver().connect(str(copy))
    source.backup(made)
    source.close()
    made.close()
    return copy


async def test_a_file_put_in_its_place_is_told_before_anything_is_saved(database: Path) -> None:
    copy = copy_of(database)
    async with running(database) as app:
        await send(app, "3nIda Ingram\t020 7946 1234", burst=False)
        shutil.move(copy, database)
        await until(app, lambda: "was replaced" in told(app))

        await send(app, "\n", burst=False)
        assert "nothing was saved" in shown(app)
        assert "Ida Ingram" in shown(app)
        assert "020 7946 1234" in shown(app)

        await send(app, "\x1b", burst=False)
        assert "NOT SAVED" in shown(app)
    desk = open_desk(str(database), clock=lambda: 0)
    assert desk.see(FindClients(text="Ida")) == ()


async def test_a_copy_that_is_put_back_is_told_and_read_anew(database: Path, tmp_path: Path) -> None:
    desk = open_desk(str(database), clock=lambda: 1)
    made = upkeep.back_up(desk, tmp_path / "copies")
    desk.close()
    async with running(database) as app:
        await send(app, "3nIda Ingram\n", burst=False)
        await send(app, "nJo", burst=False)
        upkeep.restore(str(database), made.path)
        await until(app, lambda: any("goes on from a copy" in it.message for it in app._notifications))
        assert "Jo" in shown(app), "what is typed stays"

        await send(app, "\x1b\x1b", burst=False)
        await send(app, "13", burst=False)
        await settled(app)
        assert "4 clients" in shown(app)
        assert "NOT SAVED" not in shown(app)


async def test_a_server_that_freezes_under_a_form_is_told_and_the_form_stays(own_server: Server) -> None:
    url = own_server.free()
    open_test_desk(url).close()
    async with running(url) as app:
        await send(app, "3nIda Ingram", burst=False)
        with own_server.frozen():
            app.post_message(events.Key("enter", None))
            await until(app, lambda: "cannot be reached" in shown(app))
            assert "Ida Ingram" in shown(app)
        await send(app, "\n", burst=False)
        await until(app, lambda: deeds_at(url) == 1)


@pytest.fixture
def url(server: Server) -> str:
    made = server.free()
    open_test_desk(made).close()
    return made


@pytest.mark.parametrize("before", [True, False])
async def test_a_line_that_is_cut_under_a_form_saves_once(url: str, before: bool) -> None:
    line = Line(url)
    async with running(line.url) as app:
        await send(app, "3nIda Ingram", burst=False)
        line.cut_at(b"COMMIT\0", before=before)
        await send(app, "\n", burst=False)
        await until(app, lambda: "Added Ida Ingram" in told(app))
        assert "NOT SAVED" not in shown(app)
    assert (line.cuts, deeds_at(url)) == (1, 1)


async def test_a_server_that_was_restarted_under_a_form_is_used_on(url: str) -> None:
    async with running(url) as app:
        await send(app, "3nIda Ingram", burst=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        await send(app, "\n", burst=False)
        await until(app, lambda: "Added Ida Ingram" in told(app))
    assert deeds_at(url) == 1


async def test_a_database_that_was_emptied_under_a_form_is_told_and_the_form_stays(url: str) -> None:
    async with running(url) as app:
        await send(app, "3nIda Ingram\t020 7946 1234", burst=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        app.post_message(events.Key("enter", None))
        await until(app, lambda: "replaced while frontdesk" in shown(app))
        assert "nothing was saved" in shown(app)
        assert ("Ida Ingram" in shown(app), "020 7946 1234" in shown(app)) == (True, True)


async def test_a_writer_that_stands_still_on_a_server_is_waited_for(url: str) -> None:
    """The server ends its transaction after the time it has; then what was asked is saved."""
    async with running(url) as app:
        await send(app, "3nIda Ingram", burst=False)
        stopped = psycopg.connect(url, options="-c idle_in_transaction_session_timeout=1000")
        stopped.execute("SELECT head FROM event_chain FOR UPDATE")
        app.post_message(events.Key("enter", None))
        await until(app, lambda: "Added Ida Ingram" in told(app))
        with pytest.raises(psycopg.Error, match="idle-in-transaction"):
            stopped.execute("SELECT 1")
    assert deeds_at(url) == 1


async def test_a_writer_that_stands_still_is_told_and_the_form_stays(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite nobody can end it: keys go on, and what is said is what is so."""
    monkeypatch.setattr(connecting, "PATIENCE", 4)
    monkeypatch.setattr(desk_module, "PATIENCE", 1)
    async with running(database) as app:
        await send(app, "3nIda Ingram", burst=False)
        other = driver().connect(str(database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        app.post_message(events.Key("enter", None))
        app.post_message(events.Key("1", "1"))
        await until(app, lambda: "Ann Archer" in shown(app))
        assert "others were writing" not in shown(app), "keys go on while it waits"
        await until(app, lambda: "others were writing" in shown(app))
        assert "nothing was saved" in shown(app)
        assert "Ida Ingram" in shown(app)
        other.execute("ROLLBACK")
        other.close()
        await send(app, "\n", burst=False)
    desk = open_desk(str(database), clock=lambda: 1)
    assert [it.name for it in desk.see(FindClients(text="Ida"))] == ["Ida Ingram"]
    desk.close()


def deeds_at(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM client WHERE name = 'Ida Ingram'").fetchone()
        assert found is not None
        return int(found[0])


async def test_who_waits_for_an_import_reads_for_whom_and_goes_on_typing(database: Path) -> None:
    desk = open_desk(str(database), clock=Clock())
    async with running(database) as app:
        await send(app, "3nIda Ingram", burst=False)
        with desk._others_know("import_done"), desk.store._writing.transaction():
            await send(app, "\n", burst=True)
            await until(app, lambda: "import by desk, a moment" in told(app))
            await send(app, "1", burst=True)
            await until(app, lambda: type(app.screen).__name__ == "CalendarScreen")
        await until(app, lambda: "Ida Ingram" in shown(app))
    assert [it.name for it in desk.see(FindClients(text="Ida"))] == ["Ida Ingram"]
    desk.close()
