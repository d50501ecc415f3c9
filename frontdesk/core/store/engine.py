"""Opening a database: SQLite by path, PostgreSQL by URL; connections that read, and connections that write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from frontdesk.core.domain.appointments import TermsId
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Limits
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup
from frontdesk.core.store import identity
from frontdesk.core.store.connecting import (
    check_file,
    choose_journal,
    driver,
    has_safe_wal,
    place_of,
    shown,
    sqlite_connection,
)
from frontdesk.core.store.connection import Connection, Newest
from frontdesk.core.store.copying import faults
from frontdesk.core.store.failures import Disconnected, Failed, translated
from frontdesk.core.store.file import OpenFile
from frontdesk.core.store.pool import Pool
from frontdesk.core.store.server import OpenServer

SCHEMA = "0014"
"""The newest migration; a database of another version is not written."""

READS_FROM = "0011"
"""The oldest version that can still read what this one writes: a migration that changes what is read raises it."""

CHECKPOINT = 4000
"""So many pages are written into the main file together; while they are, nobody can tell who else writes there:
what is copied over the file, or cut off it, in those milliseconds is found by the next copy, not at once."""


class Store:
    """One database, open. Raises StoreUnusable where it cannot be used, with what to do in its problem."""

    def __init__(self, url: str, *, create: bool = False, is_drill: bool = False, limits: Limits = Limits()) -> None:
        """A drill is opened under a clock that is not the machine's: it is made one, or only read."""
        self.url, self.path = place_of(url)
        self.is_drill = is_drill
        made = self.path is not None and check_file(self.path, create)
        self._file = OpenFile(self.path) if self.path is not None else None
        self._server = OpenServer(self.url, self.name, limits) if self.path is None else None
        self._reading = self._pool(is_writing=False)
        self._writing = self._pool(is_writing=True)
        self._marking = self._pool(is_writing=True, on_disk=False) if self.path is not None else self._writing
        self._known = identity.Known(self.name)
        self._is_newer = False
        self.is_of_a_drill = is_drill
        """Whether the database was made as one."""
        self.put_back = 0
        """How often the database was put back to another moment since it was opened."""
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
        return str(self.path) if self.path is not None else shown(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._translated(), self._reading.transaction() as connection:
            yield connection

    @contextmanager
    def writing(self, *, on_disk: bool = True) -> Iterator[Connection]:
        """A write transaction, committed when the block ends well. Raises Overlap, Contention, StoreUnusable.

        It goes into the database that was opened, and that lies where it lay once it is committed; else it is none.
        Without `on_disk` a power cut, though no crash of a program, may forget it.
        """
        pool = self._writing if on_disk else self._marking
        with self._translated(), pool.transaction() as connection:
            commits = connection.turn = self._begun(connection)
            yield connection
            newest = identity.newest_in(connection)
            self._commit(connection, newest)
            self._known.committed(newest)
            self._committed(connection, commits)

    def try_to_write(self) -> None:
        """Raises StoreUnusable, Contention."""
        with self.writing() as connection:
            connection.execute("UPDATE database SET number = number")

    def empty_wal(self) -> None:
        """What was written over, and lies in the `-wal` still, goes into the main file, as far as nobody reads it."""
        if self._file is not None and self._file.is_wal:
            self.require_file()
            with self._writing.lent() as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").all()

    def require_file(self) -> None:
        """The path still leads to what is open. Raises StoreUnusable."""
        if self._file is not None:
            if self._file.has_other_number:
                self.require_same()
            self._file.require_same()

    def require_same(self) -> None:
        """The database is the one that was opened, and only went on. Raises StoreUnusable; once, if it was put back.

        It is then known as it is now, so that people can look at it.
        """
        with self.reading() as connection:
            self._require_known(connection)

    def opened(self, connection: Any) -> None:
        """One more connection of the driver to the file, for `closed` to close."""
        if self._file is not None:
            self._file.opened(connection, self._file.is_wal)

    def closed(self, connection: Any) -> None:
        """Closes a connection of the driver, unless what it has open lies there no more."""
        if self._file is None or self._file.look() is None:
            connection.close()
        if self._file is not None:
            self._file.closed(connection)

    def _begun(self, connection: Connection) -> int:
        """What has to be so before anything is written; answers which commit it will be. Raises StoreUnusable."""
        found = self._require_known(connection)
        if found.version != SCHEMA:
            raise _wrong_schema(found.version, self.name)
        if self.is_drill and not found.is_drill:
            raise StoreUnusable(StoreProblem.NOT_A_DRILL, self.name)
        if self._file is None:
            return 0
        before = int(connection.execute("PRAGMA user_version").scalar_one())
        self._file.require_same(at_most=before)
        connection.execute(f"PRAGMA user_version={before + 1}")
        return before + 1

    def _commit(self, connection: Connection, newest: Newest | None) -> None:
        """A server whose answer is lost is asked once more, by the newest event of the transaction.

        Raises Disconnected where nothing was saved, StoreUnusable where that cannot be known.
        """
        try:
            connection.commit()
        except Failed as error:
            if not error.is_cut_off:
                raise
            self._writing.close()
            if newest is None:
                raise StoreUnusable(StoreProblem.UNCERTAIN, self.name) from None
            try:
                with self._writing.transaction() as another:
                    was_saved = identity.was_saved(another, newest)
            except Failed:
                raise StoreUnusable(StoreProblem.UNCERTAIN, self.name) from None
            if not was_saved:
                raise Disconnected from None

    def _committed(self, connection: Connection, commits: int) -> None:
        """Nobody is told "saved" of what does not lie where it will be looked for. Raises StoreUnusable."""
        if self._file is None:
            return
        self._file.require_same(at_least=0 if self._file.is_wal else commits)
        if self._file.waiting_pages >= CHECKPOINT:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").all()

    def _require_known(self, connection: Connection) -> identity.Identity:
        try:
            return self._known.require_same(connection)
        except StoreUnusable as error:
            if self._file is not None and not self._file.has_other_number:
                self._file.require_same()
            if error.problem is StoreProblem.RESTORED:  # what was read of it before is over
                self.put_back += 1
                self._setup = None
                self.kept_terms.clear()
                if self._file is not None:
                    self._file.expect(identity.of(connection).number)
            elif self._file is not None:
                self._file.lose(error.problem)
            raise

    def restart_numbers(self, connection: Connection, tables: Iterable[str], named: Mapping[str, int]) -> None:
        """Count on from the highest number after rows came with numbers of their own.

        `named` are the highest numbers by table that a history taken over speaks of: no new row is taken for them.
        """
        for table in tables:
            last = {"table": table, "last": named.get(table, 0)}
            if self.path is None:
                connection.execute(
                    "SELECT setval(pg_get_serial_sequence(:table, 'id'),"
                    f" greatest(:last, (SELECT coalesce(max(id), 0) FROM {table})) + 1, false)",
                    last,
                )
            elif table not in ("client", "appointment"):  # those came with their rows
                connection.execute("DELETE FROM sqlite_sequence WHERE name = :table", last)
                connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)", last)

    def kept_setup(self, revision: int) -> Setup | None:
        """The set-up as it was read last, if nobody changed it since."""
        return self._setup if self._setup is not None and self._setup.revision == revision else None

    def keep_setup(self, setup: Setup) -> None:
        self._setup = setup

    def close(self) -> None:
        """The last to leave writes everything into the one file, if that is still the one."""
        if self._file is not None and self._file.look() is not None:
            return  # nothing is closed that would be written into another file
        for pool in (self._reading, self._writing, self._marking):
            pool.close()
        if self._file is not None:
            self._file.close()
        if self._server is not None:
            self._server.close()

    def facts(self) -> dict[str, str]:
        """What `doctor` prints about the database."""
        with self.reading() as connection:
            if self.path is None:
                version = connection.execute("SHOW server_version").scalar_one()
                return {"engine": f"PostgreSQL {version}", "schema": SCHEMA}
            return {
                "engine": f"SQLite {driver().sqlite_version}",
                "journal": str(connection.execute("PRAGMA journal_mode").scalar_one()),
                "wal_is_safe": "yes" if has_safe_wal(driver().sqlite_version_info) else "no",
                "check": next(iter(faults(connection.driven.execute, 1)), "ok"),
                "schema": SCHEMA,
            }

    def _prepare(self, create: bool) -> None:
        with self._reading.transaction() as connection:
            version = schema_of(connection)
            if version is None:
                self._require_empty(connection)
        if version is None:
            if not create:
                raise StoreUnusable(StoreProblem.EMPTY, self.name)
            if self.path is not None:
                self._choose_journal()
            with self._writing.transaction() as connection:
                version = self._make_once(connection)
                connection.commit()
        with self._reading.transaction() as connection:
            self._is_newer = version > SCHEMA and self._may_read(connection)
            if version != SCHEMA and not self._is_newer:
                raise _wrong_schema(version, self.name)
            found = self._known.first(connection)
        self.is_of_a_drill = found.is_drill
        if self._file is not None:
            self._file.expect(found.number)

    def _make_once(self, connection: Connection) -> str:
        """Two programs may open a new database at once: the second finds what the first made."""
        if self.path is None:
            connection.execute("SELECT pg_advisory_xact_lock(7366747)")
        version = schema_of(connection)
        if version is None:
            self._require_empty(connection)
            make_schema(connection, is_drill=self.is_drill)
            version = SCHEMA
        return version

    def _may_read(self, connection: Connection) -> bool:
        """Whether a newer database says that this version still reads what is in it."""
        return "database" in tables_in(connection) and identity.of(connection).reads_from <= SCHEMA

    def _require_empty(self, connection: Connection) -> None:
        """What belongs to another program is left alone. Raises StoreUnusable."""
        if tables_in(connection):
            raise StoreUnusable(StoreProblem.NOT_A_DATABASE, self.name)

    def _choose_journal(self) -> None:
        assert self.path is not None
        choose_journal(self.path)
        self._writing.close()
        self._reading.close()
        if self._file is not None:
            self._file.all_closed()

    def _pool(self, *, is_writing: bool, on_disk: bool = True) -> Pool:
        if self.path is not None:
            opens = partial(sqlite_connection, self.path, is_writing=is_writing, on_disk=on_disk, file=self._file)
            return Pool(opens, lambda it: self.closed(it.driven))
        assert self._server is not None
        return Pool(partial(self._server.connection, is_writing=is_writing), lambda it: it.driven.close())

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The drivers' errors as the store's own; where the file is another one by now, that is why."""
        try:
            with translated(self.name):
                yield
        except Disconnected:
            if self._server is not None and self._server.fell_silent:
                raise StoreUnusable(StoreProblem.UNREACHABLE, self.name) from None
            raise
        except StoreUnusable as error:
            found = self._file.look() if self._file is not None and error.problem in _OF_THE_FILE else None
            if found is None:
                raise
            raise StoreUnusable(found, self.name) from None


def make_schema(connection: Connection, *, is_drill: bool = False) -> None:
    """A new database at the newest version."""
    from frontdesk.core.store.alchemy import over
    from frontdesk.core.store.guarantees import hung_on

    hung_on.create_all(over(connection))
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.execute("INSERT INTO alembic_version VALUES (:v)", {"v": SCHEMA})
    connection.execute("INSERT INTO event_chain (id, head) VALUES (1, '')")
    connection.execute("INSERT INTO mail_queue (id, fault, detail, tries, seal_print) VALUES (1, '', '', 0, '')")
    identity.make(connection, is_drill=is_drill, reads_from=READS_FROM)


def schema_of(connection: Connection) -> str | None:
    """The version a database has, None for one without a schema."""
    if "alembic_version" not in tables_in(connection):
        return None
    return str(connection.execute(_VERSION).scalar())


def tables_in(connection: Connection) -> frozenset[str]:
    """The names of all tables in a database."""
    return frozenset(connection.execute(_SQLITE_TABLES if connection.is_sqlite else _POSTGRES_TABLES).scalars())


_OF_THE_FILE = (StoreProblem.DAMAGED, StoreProblem.NOT_A_DATABASE, StoreProblem.DISK_FAULT, StoreProblem.READ_ONLY)
_VERSION = "SELECT version_num FROM alembic_version"
_SQLITE_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
_POSTGRES_TABLES = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"


def _wrong_schema(version: str | None, name: str) -> StoreUnusable:
    newer = version is not None and version > SCHEMA
    return StoreUnusable(StoreProblem.NEWER if newer else StoreProblem.OLDER, name)
