"""Bringing an older database to the newest schema: a copy first, then everything at once, checked, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import Busy, StoreProblem, StoreUnusable
from frontdesk.core.domain.kinds import ALL_KINDS
from frontdesk.core.domain.machine import Limits
from frontdesk.core.files import written
from frontdesk.core.store import events, mail_rows, postgres_tools, rows
from frontdesk.core.store.alchemy import failing, over
from frontdesk.core.store.connecting import check_file, driver, place_of, shown, sqlite_connection
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.copying import copy_file, is_whole
from frontdesk.core.store.engine import SCHEMA, schema_of
from frontdesk.core.store.failures import Contention, translated
from frontdesk.core.store.pool import Pool
from frontdesk.core.store.server import OpenServer
from frontdesk.core.store.shapes import from_text
from frontdesk.core.store.statements import judged
from frontdesk.core.store.verify import chains

FOLDER = Path(__file__).parent / "migrations"

SHAPED = {
    ("client", "contacts"): "contacts",
    ("client", "extra"): "columns",
    ("appointment", "extra"): "columns",
    ("appointment", "reminders"): "reminders",
    ("request", "offers"): "offers",
    ("terms", "value"): "terms",
    ("mail", "known"): "told",
    ("mail", "tells"): "told",
}
"""Columns with values that are no things of their own, and their kinds."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: nothing where both versions are one."""

    before: str
    after: str
    copy: str = ""
    """Where the database lies as it was."""
    events: int = 0
    """How many were read again, with their chain."""
    let_go: tuple[AppointmentId, ...] = ()
    """Picked up under a name that fits two people, or nobody: whose they were cannot be told."""


def migrate(connection: Connection, to: str = "head") -> tuple[AppointmentId, ...]:
    """Runs what is missing, on a connection that writes, in its transaction; answers what it let go.

    Raises Failed.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = over(connection)
    let_go: set[AppointmentId] = set()
    config.attributes["let_go"] = let_go
    with failing():
        command.upgrade(config, to)
    return tuple(sorted(let_go))


def upgrade(url: str, moment: str, folder: str = "") -> Upgraded:
    """Copy beside (or into `folder`), migrate, check; all in one transaction that nobody writes beside.

    `moment` names the copy. Raises StoreUnusable or Busy, and then the database is as it was.
    """
    path = place_of(url)[1]
    return _upgrade(url, partial(_copy_file, path, folder, moment) if path else partial(_dump, url, folder, moment))


def bring_up(url: str) -> None:
    """The same without a copy, for what is one already. Raises StoreUnusable or Busy."""
    _upgrade(url, lambda _: "")


def _upgrade(url: str, copied: Callable[[str], str]) -> Upgraded:
    url, path = place_of(url)
    if path is not None:
        check_file(path)
    name = str(path) if path is not None else shown(url)
    pool = Pool(partial(_connection, url, path, name), lambda it: it.driven.close())
    try:
        with translated(name), pool.transaction() as connection:
            if path is None:
                connection.execute("SELECT pg_advisory_xact_lock(7366747)").all()
            before = schema_of(connection)
            if before is None:
                raise StoreUnusable(StoreProblem.NOT_A_DATABASE, name)
            if before > SCHEMA:
                raise StoreUnusable(StoreProblem.NEWER, name)
            if before == SCHEMA:
                return Upgraded(before, before)
            if path is None:
                connection.execute("LOCK TABLE practice, event_chain IN SHARE ROW EXCLUSIVE MODE")
            copy = copied(before)
            try:
                let_go = migrate(connection)
            except (AttributeError, KeyError, TypeError, ValueError) as error:  # a kept value that is none
                raise StoreUnusable(StoreProblem.DAMAGED, name, str(error)) from None
            done = Upgraded(before, SCHEMA, copy, _require_sound(connection, name), let_go)
            connection.commit()
            return done
    except Contention:
        raise Busy from None
    finally:
        pool.close()


def _connection(url: str, path: Path | None, name: str) -> Connection:
    if path is not None:
        return sqlite_connection(path, is_writing=True)
    return OpenServer(url, name, Limits()).connection(is_writing=True)


def _copy_file(path: Path, folder: str, moment: str, before: str) -> str:
    """The file as it is now, whole and checked, under a name of its own; never over another."""
    to = (Path(folder) if folder else path.parent) / f"{path.name}.{before}-{moment}"
    with _kept(to) as part:
        try:
            copy_file(path, part)
            copy = driver().connect(part)
            try:
                _require_whole(copy.execute, str(to))
            finally:
                copy.close()
        except driver().Error as error:
            raise StoreUnusable(StoreProblem.NOT_COPIED, str(to), str(error)) from None
    return str(to)


def _dump(url: str, folder: str, moment: str, before: str) -> str:
    """A dump that `pg_restore` reads, whole and on disk."""
    to = Path(folder or ".").resolve() / f"frontdesk.{before}-{moment}.dump"
    with _kept(to) as part:
        postgres_tools.dump(url, part)
        postgres_tools.require_readable(part)
    return str(to)


@contextmanager
def _kept(to: Path) -> Iterator[Path]:
    """A file to write, which gets its name once it is whole and on disk; else there is none. Raises StoreUnusable."""
    try:
        with written(to, anew=True) as (part,):
            yield part
    except OSError as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(to), error.strerror or "") from None


def _require_sound(connection: Connection, name: str) -> int:
    """Everything that is kept can be read, belongs together, and the chain closes. Raises StoreUnusable, Misshapen.

    Answers how many events were read.
    """
    if connection.is_sqlite:
        _require_whole(connection.driven.execute, name)
    found = inspect(over(connection))
    for table in rows.Row.metadata.sorted_tables:
        missing = {column.name for column in table.columns} - {it["name"] for it in found.get_columns(table.name)}
        if missing:
            raise StoreUnusable(StoreProblem.DAMAGED, name, f"{table.name}: {', '.join(sorted(missing))}")
    columns = {(kind.name, "value"): kind.name for kind in ALL_KINDS if kind.is_setup} | SHAPED
    for (of, column), kind in columns.items():
        for value in connection.execute(f'SELECT DISTINCT {column} FROM "{of}"').scalars():
            if value is not None and value not in ("[]", "{}"):
                from_text(kind, value)
    for row in connection.execute(judged("SELECT * FROM mail")):
        try:
            mail_rows.value(row)
        except ValueError as error:
            raise StoreUnusable(StoreProblem.DAMAGED, name, f"mail {row.id}: {error}") from None
    broken = next(chains.damage(connection, None), None)
    if broken is not None:
        raise StoreUnusable(StoreProblem.DAMAGED, name, str(broken))
    return events.require_readable(connection)


def _require_whole(execute: Callable[[str], Any], name: str) -> None:
    """SQLite's own checks. Raises StoreUnusable."""
    if not is_whole(execute):
        raise StoreUnusable(StoreProblem.DAMAGED, name)
