"""Opening a database: SQLite by path, PostgreSQL by URL; two engines on it, one that reads and one that writes."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, IntegrityError, OperationalError

from frontdesk.core.domain.appointments import TermsId
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup
from frontdesk.core.store import guarantees
from frontdesk.core.store.failures import Contention, Overlap
from frontdesk.core.store.values import Misshapen

try:
    import pysqlite3 as sqlite
except ImportError:  # no wheel for this machine
    sqlite = sqlite3

SCHEMA = "0009"
"""The newest migration; a database of another version is not written."""

NETWORK_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "9p", "ceph"})
_FIXED_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
JOURNAL_TRIES = 100
CLAIM_NO_OVERLAP = "claim_no_overlap"
ONE_APPLICANT = "request_one_applicant"


def has_safe_wal(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the fix of the WAL reset bug (3.51.3; back-ported to 3.50.7 and 3.44.6)."""
    newest = _FIXED_WAL[0]
    return version >= newest or any(fix <= version < (fix[0], fix[1] + 1) for fix in _FIXED_WAL[1:])


class Store:
    """One database, open. Raises StoreUnusable where it cannot be used, with what to do in its problem."""

    def __init__(self, url: str, *, create: bool = False) -> None:
        self.url, self.path = place_of(url)
        made = self.path is not None and check_file(self.path, create)
        try:
            self._reading = engine_on(self.url, writing=False)
            self._writing = engine_on(self.url, writing=True)
            is_file = self.path is not None
            self._marking = engine_on(self.url, writing=True, on_disk=False) if is_file else self._writing
        except ArgumentError:
            raise StoreUnusable(StoreProblem.UNREACHABLE, "postgresql://…") from None
        self._setup: Setup | None = None
        self.kept_terms: dict[TermsId, Terms] = {}
        """Terms never change, so what was read once stays known."""
        try:
            with self._translated():
                self._prepare(create)
        except BaseException:
            self.close()
            if made and self.path is not None and self.path.exists() and not self.path.stat().st_size:
                self.path.unlink()  # no empty file is left to be mistaken for a database
            raise

    @property
    def name(self) -> str:
        """The database as people know it, without any password."""
        return str(self.path) if self.path is not None else self._reading.url.render_as_string()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._translated(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, on_disk: bool = True) -> Iterator[Connection]:
        """A write transaction, committed when the block ends well. Raises Overlap, Contention, StoreUnusable.

        Without `on_disk` a power cut, though no crash of a program, may forget it.
        """
        engine = self._writing if on_disk else self._marking
        with self._translated(), engine.begin() as connection:
            version = connection.exec_driver_sql(_VERSION).scalar()
            if version != SCHEMA:
                raise _wrong_schema(version, self.name)
            yield connection

    def restart_numbers(self, connection: Connection, tables: Iterable[str], named: Mapping[str, int]) -> None:
        """Count on from the highest number after rows came with numbers of their own.

        `named` are the highest numbers by table that a history taken over speaks of: no new row is taken for them.
        """
        for table in tables:
            last = {"table": table, "last": named.get(table, 0)}
            if self.path is None:
                connection.execute(
                    text(
                        "SELECT setval(pg_get_serial_sequence(:table, 'id'),"
                        f" greatest(:last, (SELECT coalesce(max(id), 0) FROM {table})) + 1, false)"
                    ),
                    last,
                )
            elif table not in ("client", "appointment"):  # those came with their rows
                connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), last)
                connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), last)

    def kept_setup(self, revision: int) -> Setup | None:
        """The set-up as it was read last, if nobody changed it since."""
        return self._setup if self._setup is not None and self._setup.revision == revision else None

    def keep_setup(self, setup: Setup) -> None:
        self._setup = setup

    def close(self) -> None:
        self._reading.dispose()
        self._writing.dispose()
        self._marking.dispose()

    def facts(self) -> dict[str, str]:
        """What `doctor` prints about the database."""
        with self.reading() as connection:
            if self.path is None:
                version = connection.execute(text("SHOW server_version")).scalar_one()
                return {"engine": f"PostgreSQL {version}", "schema": SCHEMA}
            return {
                "engine": f"SQLite {sqlite.sqlite_version}",
                "journal": str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()),
                "wal_is_safe": "yes" if has_safe_wal(sqlite.sqlite_version_info) else "no",
                "check": str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()),
                "schema": SCHEMA,
            }

    def _prepare(self, create: bool) -> None:
        with self._reading.connect() as connection:
            version = schema_of(connection)
            if version is None:
                self._require_empty(connection)
        if version is None:
            if not create:
                raise StoreUnusable(StoreProblem.EMPTY, self.name)
            if self.path is not None:
                self._choose_journal()
            with self._writing.begin() as connection:
                version = self._make_once(connection)
        if version != SCHEMA:
            raise _wrong_schema(version, self.name)

    def _make_once(self, connection: Connection) -> str:
        """Two programs may open a new database at once: the second finds what the first made."""
        if self.path is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(7366747)"))
        version = schema_of(connection)
        if version is None:
            self._require_empty(connection)
            make_schema(connection)
            version = SCHEMA
        return version

    def _require_empty(self, connection: Connection) -> None:
        """What belongs to another program is left alone. Raises StoreUnusable."""
        if inspect(connection).get_table_names():
            raise StoreUnusable(StoreProblem.NOT_A_DATABASE, self.name)

    def _choose_journal(self) -> None:
        mode = "WAL" if has_safe_wal(sqlite.sqlite_version_info) else "DELETE"
        assert self.path is not None
        connection = sqlite.connect(self.path)
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
        self._writing.dispose()
        self._reading.dispose()

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self.name)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """The drivers' errors, those at commit too, as the store's own; `name` is the database's."""
    try:
        yield
    except DBAPIError as error:
        if is_overlap(error):
            raise Overlap from None
        if is_contention(error) or _is_second_request(error):
            raise Contention from None
        problem = _problem(error)
        if problem is None:
            raise
        raise StoreUnusable(problem, name) from None
    except Misshapen as error:
        where = f"{'.'.join(error.at)}: {error.problem}"
        raise StoreUnusable(StoreProblem.MISSHAPEN, name, where) from None


def place_of(url: str) -> tuple[str, Path | None]:
    """The URL as the engines take it, and the path of a file."""
    if "://" not in url or url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return f"sqlite:///{path}", path
    return re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", url), None


def engine_on(url: str, *, writing: bool, on_disk: bool = True) -> Engine:
    """One engine on a database, with all that its connections need. Raises SQLAlchemy's ArgumentError."""
    if not url.startswith("sqlite"):
        level: dict[str, Any] = (
            {"isolation_level": "READ COMMITTED"}
            if writing
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        waiting = {"connect_timeout": 10, "options": "-c lock_timeout=10000"}
        engine = create_engine(url, hide_parameters=True, connect_args=waiting)
        return engine.execution_options(**level)
    engine = create_engine(url, module=driver(), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA busy_timeout=5000")
        is_wal = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        sync = "FULL" if on_disk else "NORMAL"  # which loses nothing of WAL but the newest commits
        connection.execute(f"PRAGMA synchronous={sync if is_wal else 'EXTRA'}")
        connection.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def make_schema(connection: Connection) -> None:
    """A new database at the newest version."""
    guarantees.hung_on.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": SCHEMA})
    connection.execute(text("INSERT INTO event_chain (id, head) VALUES (1, '')"))
    connection.execute(
        text("INSERT INTO mail_queue (id, fault, detail, tries, seal_print) VALUES (1, '', '', 0, '')")
    )


def is_overlap(error: DBAPIError) -> bool:
    """The constraint's name is the same on both engines; SQLite has only the text to tell it by."""
    if not isinstance(error, IntegrityError):
        return False
    diagnosis = getattr(error.orig, "diag", None)
    name = diagnosis.constraint_name if diagnosis is not None else str(error.orig)
    return bool(name == CLAIM_NO_OVERLAP)


def _is_second_request(error: DBAPIError) -> bool:
    """Somebody without a record asked twice at once: what lost the race looks again, and is told so."""
    if not isinstance(error, IntegrityError):
        return False
    diagnosis = getattr(error.orig, "diag", None)
    name = diagnosis.constraint_name if diagnosis is not None else str(error.orig)
    return name in (ONE_APPLICANT, "UNIQUE constraint failed: request.applicant_id")


def is_contention(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01", "55P03"} or _sqlite_name(error).startswith("SQLITE_BUSY")


def _problem(error: DBAPIError) -> StoreProblem | None:
    name = _sqlite_name(error)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreProblem.READ_ONLY
    if name.startswith("SQLITE_FULL"):
        return StoreProblem.FULL
    if name.startswith("SQLITE_IOERR"):
        return StoreProblem.DISK_FAULT
    if name.startswith("SQLITE_CORRUPT"):
        return StoreProblem.DAMAGED
    if name.startswith("SQLITE_NOTADB"):
        return StoreProblem.NOT_A_DATABASE
    state = getattr(error.orig, "sqlstate", None)
    if state in {"25006", "42501"}:
        return StoreProblem.READ_ONLY
    if state == "53100":
        return StoreProblem.FULL
    if isinstance(error, OperationalError) and not name:
        return StoreProblem.UNREACHABLE
    if isinstance(error, DatabaseError) and name == "" and "file is not a database" in str(error.orig):
        return StoreProblem.NOT_A_DATABASE
    return None


def _sqlite_name(error: DBAPIError) -> str:
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is None and "readonly" in str(error.orig):
        return "SQLITE_READONLY"
    return name or ""


def schema_of(connection: Connection) -> str | None:
    """The version a database has, None for one without a schema."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return str(connection.exec_driver_sql(_VERSION).scalar())


_VERSION = "SELECT version_num FROM alembic_version"


def _wrong_schema(version: str | None, name: str) -> StoreUnusable:
    newer = version is not None and version > SCHEMA
    return StoreUnusable(StoreProblem.NEWER if newer else StoreProblem.OLDER, name)


def driver() -> ModuleType:
    """The SQLite in use: the wheel's where there is one, else the standard library's."""
    return sqlite  # type: ignore[no-any-return]


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
            with path.open("rb") as file:
                if file.read(16) not in (b"", b"SQLite format 3\x00"):
                    raise StoreUnusable(StoreProblem.NOT_A_DATABASE, str(path))
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
