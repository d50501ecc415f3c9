"""Bringing an older database to the newest schema: a copy first, then everything at once, checked, or nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ArgumentError

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.kinds import ALL_KINDS
from frontdesk.core.store import events
from frontdesk.core.store.engine import SCHEMA, driver, engine_on, place_of, schema_of, translated
from frontdesk.core.store.rows import Row
from frontdesk.core.store.shapes import from_text

FOLDER = Path(__file__).parent / "migrations"
PG_DUMP = "pg_dump"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: nothing where both versions are one."""

    before: str
    after: str
    copy: str = ""
    """Where the database lies as it was."""
    events: int = 0
    """How many were read again, with their chain."""


def migrate(connection: Connection, to: str = "head") -> None:
    """Runs what is missing, on a connection of the writing engine, in its transaction. Raises the driver's error."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def upgrade(url: str, moment: str, folder: str = "") -> Upgraded:
    """Copy beside (or into `folder`), migrate, check; all in one transaction that nobody writes beside.

    `moment` names the copy. Raises StoreUnusable, and then the database is as it was.
    """
    url, path = place_of(url)
    if path is not None and not path.exists():
        raise StoreUnusable(StoreProblem.MISSING, str(path))
    try:
        engine = engine_on(url, writing=True)
    except ArgumentError:
        raise StoreUnusable(StoreProblem.UNREACHABLE, "postgresql://…") from None
    name = str(path) if path is not None else engine.url.render_as_string()
    try:
        with translated(name), engine.begin() as connection:
            if path is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(7366747)"))
            before = schema_of(connection)
            if before is None:
                raise StoreUnusable(StoreProblem.NOT_A_DATABASE, name)
            if before > SCHEMA:
                raise StoreUnusable(StoreProblem.NEWER, name)
            if before == SCHEMA:
                return Upgraded(before, before)
            copy = (_copy_file if path is not None else _dump)(url, path, folder, f"{before}-{moment}")
            migrate(connection)
            return Upgraded(before, SCHEMA, copy, _require_sound(connection, name))
    finally:
        engine.dispose()


def _copy_file(url: str, path: Path | None, folder: str, suffix: str) -> str:
    """The file as it is now, whole and checked, under a name of its own; never over another."""
    assert path is not None
    to = (Path(folder) if folder else path.parent) / f"{path.name}.{suffix}"
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(to), error.strerror or "") from None
    source, copy = driver().connect(path), driver().connect(to)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the original keeps beside it
        _require_whole(copy.execute, str(to))
    finally:
        source.close()
        copy.close()
    with to.open("rb") as file:
        os.fsync(file.fileno())
    return str(to)


def _dump(url: str, _: Path | None, folder: str, suffix: str) -> str:
    """A dump that psql reads; made by PostgreSQL's own program, which has to be here."""
    program = shutil.which(PG_DUMP)
    to = Path(folder or ".").resolve() / f"frontdesk.{suffix}.sql"
    if program is None:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(to), f"{PG_DUMP} is not installed")
    try:
        with os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            said = subprocess.run(
                [program, "--dbname", url.replace("+psycopg", "", 1)], stdout=out, stderr=subprocess.PIPE, check=False
            )
            os.fsync(out.fileno())
    except OSError as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(to), error.strerror or "") from None
    if said.returncode:
        to.unlink()
        told = said.stderr.decode(errors="replace").strip().splitlines()
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(to), told[-1] if told else PG_DUMP)
    return str(to)


def _require_sound(connection: Connection, name: str) -> int:
    """Everything that is kept can be read, belongs together, and the chain closes. Raises StoreUnusable, Misshapen.

    Answers how many events were read.
    """
    if connection.dialect.name == "sqlite":
        _require_whole(connection.exec_driver_sql, name)
    found = inspect(connection)
    for table in Row.metadata.sorted_tables:
        missing = {column.name for column in table.columns} - {it["name"] for it in found.get_columns(table.name)}
        if missing:
            raise StoreUnusable(StoreProblem.DAMAGED, name, f"{table.name}: {', '.join(sorted(missing))}")
    for kind in (kind.name for kind in ALL_KINDS if kind.is_setup):
        for value in connection.execute(text(f"SELECT value FROM {kind}")).scalars():
            from_text(kind, value)
    if events.broken_links(connection):
        raise StoreUnusable(StoreProblem.DAMAGED, name, "event")
    return events.require_readable(connection)


def _require_whole(execute: Callable[[str], Any], name: str) -> None:
    """SQLite's own checks. Raises StoreUnusable."""
    if execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok" or execute("PRAGMA foreign_key_check").fetchone():
        raise StoreUnusable(StoreProblem.DAMAGED, name)
