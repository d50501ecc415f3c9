"""Connections to a database, each with all that it needs: SQLite by path, PostgreSQL by URL."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Limits
from frontdesk.core.store.file import MAGIC, OpenFile, head_of, require_own_wal
from frontdesk.core.store.server import PATIENCE, OpenServer

try:
    import pysqlite3 as sqlite
except ImportError:  # no wheel for this machine
    sqlite = sqlite3

NETWORK_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "9p", "ceph"})
JOURNAL_TRIES = 100
_FIXED_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


def has_safe_wal(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the fix of the WAL reset bug (3.51.3; back-ported to 3.50.7 and 3.44.6)."""
    newest = _FIXED_WAL[0]
    return version >= newest or any(fix <= version < (fix[0], fix[1] + 1) for fix in _FIXED_WAL[1:])


def driver() -> ModuleType:
    """The SQLite in use: the wheel's where there is one, else the standard library's."""
    return sqlite  # type: ignore[no-any-return]


def place_of(url: str) -> tuple[str, Path | None]:
    """The URL as the engines take it, and the path of a file."""
    if "://" not in url or url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return f"sqlite:///{path}", path
    return re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", url), None


def engine_on(
    url: str,
    *,
    writing: bool,
    on_disk: bool = True,
    file: OpenFile | None = None,
    server: OpenServer | None = None,
) -> Engine:
    """One engine on a database, with all that its connections need. Raises SQLAlchemy's ArgumentError."""
    if not url.startswith("sqlite"):
        level: dict[str, Any] = (
            {"isolation_level": "READ COMMITTED"}
            if writing
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        server = server or OpenServer(url, Limits())
        engine = create_engine(url, hide_parameters=True, connect_args=server.connect_arguments)
        server.guard(engine)
        return engine.execution_options(**level)
    engine = create_engine(url, module=driver(), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
        is_wal = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        if file is not None:
            connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()  # now what lies beside is open too
            connection.execute("PRAGMA wal_autocheckpoint=0")  # the store does it, once it knows what it writes to
            file.opened(connection, is_wal)
        sync = "FULL" if on_disk else "NORMAL"  # which loses nothing of WAL but the newest commits
        connection.execute(f"PRAGMA synchronous={sync if is_wal else 'EXTRA'}")
        connection.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        connection.execute("PRAGMA secure_delete=ON")  # who is forgotten leaves nothing in unused parts of a page

    @event.listens_for(engine, "close")
    def closed(connection: Any, _: Any) -> None:
        if file is not None:
            file.closed(connection)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def choose_journal(path: Path) -> None:
    """WAL where this SQLite has none of its faults, for all who open the file from now on. Raises DBAPIError."""
    mode = "WAL" if has_safe_wal(sqlite.sqlite_version_info) else "DELETE"
    connection = sqlite.connect(path)
    try:
        for attempt in range(JOURNAL_TRIES):  # this pragma does not wait for locks by itself
            try:
                connection.execute(f"PRAGMA journal_mode={mode}")
                break
            except sqlite.OperationalError as error:
                if not getattr(error, "sqlite_errorname", "SQLITE_BUSY").startswith("SQLITE_BUSY"):
                    raise DBAPIError("PRAGMA journal_mode", None, error) from None
                if attempt == JOURNAL_TRIES - 1:
                    raise
                time.sleep(0.05)
    finally:
        connection.close()


def check_file(path: Path, create: bool = False) -> bool:
    """Whether the file was made just now. Raises StoreUnusable for a place that can hold no database."""
    folder = path.parent
    try:
        if not folder.is_dir():
            raise StoreUnusable(StoreProblem.NO_FOLDER, str(path))
        if _disk_of(folder) in NETWORK_DISKS:
            raise StoreUnusable(StoreProblem.NETWORK_DISK, str(path))
        if path.exists():
            if not path.is_file():  # a folder; a pipe, which would be waited at; a device
                raise StoreUnusable(StoreProblem.NOT_A_DATABASE, str(path))
            if head_of(path)[: len(MAGIC)] not in (b"", MAGIC):
                raise StoreUnusable(StoreProblem.NOT_A_DATABASE, str(path))
            require_own_wal(path)
            return False
    except PermissionError:
        raise StoreUnusable(StoreProblem.UNREADABLE, str(path)) from None
    if not create:
        raise StoreUnusable(StoreProblem.MISSING, str(path))
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreUnusable(StoreProblem.READ_ONLY, str(path), error.strerror or "") from None
    return True


def _disk_of(folder: Path) -> str:
    """The kind of file system a folder lies on, empty where the machine does not say."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        parts = line.split()
        where = parts[1].replace("\\040", " ")
        if len(where) >= len(best) and folder.resolve().is_relative_to(where):
            best, kind = where, parts[2]
    return kind
