"""An upgrade that fails after any of its statements leaves the old database; every version comes up to today's."""

from __future__ import annotations

import gzip
import random
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store import migrate
from frontdesk.core.store.connecting import driver, place_of
from frontdesk.core.store.engine import SCHEMA, Store
from tests.postgres import Server
from tests.sizes import size
from tests.store.cutting import CutOff, cut_after, spread

KEPT = Path(__file__).parent / "kept"
VERSIONS = sorted(path.stem[1:5] for path in (migrate.FOLDER / "versions").glob("v0*.py"))
BREAKS = size(12, 100_000)
"""At how many of the statements an upgrade is broken off, spread evenly; at all of them in full."""
KILLS = size(2, 100)


def test_a_file_is_the_old_one_or_the_new_one_never_between(tmp_path: Path) -> None:
    before = tmp_path / "before.db"
    before.write_bytes(gzip.decompress((KEPT / "625bf6d.db.gz").read_bytes()))
    path = tmp_path / "practice.db"
    shutil.copy(before, path)
    with cut_after(10**9) as done:
        migrate.upgrade(str(path), "whole", str(tmp_path / "copies"))
    assert done[0] > 100

    kept = dump_of(before)
    for number in spread(done[0], BREAKS):
        shutil.copy(before, path)
        with cut_after(number), pytest.raises((CutOff, StoreUnusable)):
            migrate.upgrade(str(path), f"cut{number}", str(tmp_path / "copies"))
        assert dump_of(path) == kept, number
    assert migrate.upgrade(str(path), "again").after == SCHEMA


def dump_of(path: Path) -> list[str]:
    connection = driver().connect(path)
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        rows = [f"{table}: {sorted(map(repr, connection.execute(f'SELECT * FROM {table}')))}" for table in tables]
        schema = sorted(map(repr, connection.execute("SELECT type, name, sql FROM sqlite_schema")))
    finally:
        connection.close()
    return [*schema, *rows]


def test_a_servers_database_is_the_old_one_or_the_new_one_never_between(server: Server, tmp_path: Path) -> None:
    made = gzip.decompress((KEPT / "625bf6d.sql.gz").read_bytes())

    def older() -> str:
        url = server.database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(made)
        return url

    with cut_after(10**9) as done:
        migrate.upgrade(older(), "whole", str(tmp_path))
    url = older()
    kept = rows_of(url)
    for number in spread(done[0], BREAKS)[:: size(2, 1)]:
        with cut_after(number), pytest.raises((CutOff, StoreUnusable)):
            migrate.upgrade(url, f"cut{number}", str(tmp_path))
        assert rows_of(url) == kept, number
    assert migrate.upgrade(url, "again", str(tmp_path)).after == SCHEMA


def rows_of(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        found = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        tables = [row[0] for row in connection.execute(found)]
        return [
            f"{table}: {sorted(map(repr, connection.execute(f'SELECT * FROM {table}'.encode())))}" for table in tables
        ]


UPGRADE = """
import sys
from frontdesk.core.store import migrate
print("ready", flush=True)
migrate.upgrade(sys.argv[1], sys.argv[2], sys.argv[3])
"""


def killed(url: str, moment: str, folder: Path, after: float) -> None:
    """An upgrade that was killed so many seconds after it began, or is through by then."""
    command = [sys.executable, "-c", UPGRADE, url, moment, str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    child.stdout.readline()
    with suppress(subprocess.TimeoutExpired):
        child.wait(after)
    child.kill()
    child.wait()


def test_an_upgrade_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    before = tmp_path / "before.db"
    before.write_bytes(gzip.decompress((KEPT / "625bf6d.db.gz").read_bytes()))
    kept, path, dice = dump_of(before), tmp_path / "practice.db", random.Random(3)
    for number in range(KILLS):
        shutil.copy(before, path)
        for beside in tmp_path.glob("practice.db-*"):
            beside.unlink()
        killed(str(path), f"kill{number}", tmp_path / "copies", dice.uniform(0.05, 0.8))
        if dump_of(path) != kept:
            assert migrate.upgrade(str(path), "after").before == SCHEMA, "it is the new one, whole"
    for copy in (tmp_path / "copies").glob("practice.db*"):
        assert dump_of(copy) == kept


def test_an_upgrade_of_a_server_that_is_killed_leaves_the_old_or_the_new(server: Server, tmp_path: Path) -> None:
    made, dice = gzip.decompress((KEPT / "625bf6d.sql.gz").read_bytes()), random.Random(4)
    kept: list[str] = []
    for number in range(KILLS):
        url = server.database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(made)
        kept = kept or rows_of(url)
        killed(url, f"kill{number}", tmp_path, dice.uniform(0.05, 1.5))
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"{ended} AND pid <> pg_backend_pid()".encode())
        if rows_of(url) != kept:
            assert migrate.upgrade(url, "after", str(tmp_path)).before == SCHEMA, "it is the new one, whole"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_that_ever_landed_comes_up(empty_url: str, tmp_path: Path, version: str) -> None:
    url, path = place_of(empty_url)
    if path is not None:
        path.touch()
    connection = migrate._connection(url, path, url)
    connection.begin()
    migrate.migrate(connection, to=version)
    connection.commit()
    connection.driven.close()

    if version != SCHEMA:
        with pytest.raises(StoreUnusable) as caught:
            Store(empty_url)
        assert caught.value.problem is StoreProblem.OLDER
    done = migrate.upgrade(empty_url, "test", str(tmp_path / "copies"))
    assert (done.before, done.after) == (version, SCHEMA)
    store = Store(empty_url)
    with store.reading() as connection:
        assert connection.execute("SELECT number FROM database").scalar_one() > 0
    store.close()
