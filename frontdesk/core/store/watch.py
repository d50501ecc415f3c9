"""What anybody changed: SQLite's data version is polled, PostgreSQL notifies."""

from __future__ import annotations

import time
from typing import Any

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.touched import EVERYTHING, NOTHING, Touched
from frontdesk.core.store import touched
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Contention, Disconnected


class Watch:
    """One long-lived connection of its own, outside any transaction; use it from one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._put_back = store.put_back
        self._connection: Any = None
        self._version: int | None = None
        self._turn: int | None = None

    def touched(self, timeout: float) -> Touched:
        """Wait up to so many seconds (PostgreSQL) and say what was touched since the last call.

        On SQLite it answers at once, and the caller waits. Raises StoreUnusable where the database is not the one
        that was opened any more (once where it was put back), or is out of reach, after that time.
        """
        try:
            found = self._on_sqlite() if self._store.path is not None else self._on_postgresql(timeout)
        except StoreUnusable as error:
            if error.problem is not StoreProblem.RESTORED:
                raise
            found = EVERYTHING
        if self._put_back != self._store.put_back:  # whoever in this process noticed first
            self._put_back = self._store.put_back
            raise StoreUnusable(StoreProblem.RESTORED, self._store.name)
        return found

    @property
    def waits(self) -> bool:
        return self._store.path is None

    def close(self) -> None:
        if self._connection is not None:
            self._store.closed(self._connection)
            self._connection = None

    def _on_sqlite(self) -> Touched:
        self._store.require_file()
        if self._connection is None:
            self._connection = driver().connect(str(self._store.path), isolation_level=None, check_same_thread=False)
            self._store.opened(self._connection)
        try:
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version == self._version:
                return NOTHING
            self._store.require_same()
            if self._turn is None:
                found, self._turn = NOTHING, touched.newest(self._connection)
            else:
                found, self._turn = touched.since(self._connection, self._turn)
        except (driver().Error, Contention):  # somebody is at it: the next look sees more
            return NOTHING
        self._version = version
        return found

    def _on_postgresql(self, timeout: float) -> Touched:
        import psycopg

        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._store.url, autocommit=True)
                self._connection.execute("LISTEN frontdesk")
                self._store.require_same()
                return EVERYTHING  # what happened while nobody listened is unknown
            said = [it.payload for it in self._connection.notifies(timeout=timeout, stop_after=1)]
            return NOTHING.union(*map(touched.heard, said))
        except StoreUnusable:  # listened to once it is the one that was opened
            self.close()
            raise
        except (psycopg.Error, Contention, Disconnected):
            self.close()
            time.sleep(timeout)
            raise StoreUnusable(StoreProblem.UNREACHABLE, self._store.name) from None
