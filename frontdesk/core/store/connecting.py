"""Connections to a database, each with all that it needs: what is at a path, and how a file is opened."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from pathlib import Path
from types import ModuleType
from uuid import UUID

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store.connection import SqliteConnection
from frontdesk.core.store.failures import Failed
from frontdesk.core.store.file import MAGIC, OpenFile, head_of, require_own_wal
from frontdesk.core.store.server import PATIENCE

try:
    import pysqlite3 as sqlite
except ImportError:  # no wheel for this machine
    sqlite = sqlite3

sqlite.register_adapter(UUID, lambda it: it.hex)

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
    """The URL as the drivers take it, and the path of a file."""
    if "://" not in url or url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return f"sqlite:///{path}", path
    return re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql://", url), None


def shown(url: str) -> str:
    """A server's URL without its password."""
    return re.sub(r"(?<=://)([^:/@]*):[^/]*@", r"\1:***@", url)


def sqlite_connection(
    path: Path, *, is_writing: bool, on_disk: bool = True, file: OpenFile | None = None
) -> SqliteConnection:
    """One more connection to a file, with all that it needs. Raises Failed, StoreUnusable."""
    try:
        driven = sqlite.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite.Error as error:
        raise Failed(error) from None
    connection = SqliteConnection(driven, sqlite.Error, is_writing=is_writing)
    run = connection.execute
    run("PRAGMA foreign_keys=ON")
    run(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    is_wal = run("PRAGMA journal_mode").scalar() == "wal"
    if file is not None:
        run("SELECT 1 FROM sqlite_schema LIMIT 1").first()  # now what lies beside is open too
        run("PRAGMA wal_autocheckpoint=0")  # the store does it, once it knows what it writes to
        file.opened(driven, is_wal)
    sync = "FULL" if on_disk else "NORMAL"  # which loses nothing of WAL but the newest commits
    run(f"PRAGMA synchronous={sync if is_wal else 'EXTRA'}")
    run(f"PRAGMA query_only={'OFF' if is_writing else 'ON'}")
    run("PRAGMA secure_delete=ON")  # who is forgotten leaves nothing in unused parts of a page
    return connection


def choose_journal(path: Path) -> None:
    """WAL where this SQLite has none of its faults, for all who open the file from now on. Raises Failed."""
    mode = "WAL" if has_safe_wal(sqlite.sqlite_version_info) else "DELETE"
    connection = sqlite.connect(path)
    try:
        for attempt in range(JOURNAL_TRIES):  # this pragma does not wait for locks by itself
            try:
                connection.execute(f"PRAGMA journal_mode={mode}")
                break
            except sqlite.OperationalError as error:
                if not getattr(error, "sqlite_errorname", "SQLITE_BUSY").startswith("SQLITE_BUSY"):
                    raise Failed(error) from None
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
