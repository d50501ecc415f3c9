"""A database that is gone, replaced or put back under a half-filled form: what is said, and the text that stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
from textual import events

from frontdesk.core import upkeep
from frontdesk.core.asks.clients import FindClients
from frontdesk.core.desk import open_desk
from frontdesk.core.store.connecting import driver
from tests.builders import open_test_desk
from tests.postgres import Server
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
        await until(app, lambda: any("put back to another moment" in it.message for it in app._notifications))
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


def deeds_at(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM client WHERE name = 'Ida Ingram'").fetchone()
        assert found is not None
        return int(found[0])
