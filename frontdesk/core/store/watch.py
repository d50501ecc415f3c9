"""Whether anybody changed anything: SQLite's data version is polled, PostgreSQL notifies."""

from __future__ import annotations

import time
from typing import Any

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Contention, Disconnected
from frontdesk.core.store.statements import judged

_NEWEST = judged(
    "SELECT (SELECT max(id) FROM event), (SELECT max(revision) FROM practice),"
    " (SELECT group_concat(key) FROM picker), (SELECT max(at) FROM notice_read),"
    " (SELECT max(id) FROM mail), (SELECT max(sent_at) FROM mail), (SELECT count(*) FROM mail WHERE state = 'queued')"
)


class Watch:
    """One long-lived connection of its own, outside any transaction; use it from one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._put_back = store.put_back
        self._connection: Any = None
        self._version: int | None = None
        self._newest: tuple[object, ...] | None = None

    def changed(self, timeout: float) -> bool:
        """Wait up to so many seconds (PostgreSQL) and say whether something changed since the last call.

        On SQLite it answers at once, and the caller waits. Raises StoreUnusable where the database is not the one
        that was opened any more (once where it was put back), or is out of reach, after that time.
        """
        try:
            is_changed = self._sqlite_changed() if self._store.path is not None else self._postgresql_changed(timeout)
        except StoreUnusable as error:
            if error.problem is not StoreProblem.RESTORED:
                raise
        if self._put_back != self._store.put_back:  # whoever in this process noticed first
            self._put_back = self._store.put_back
            raise StoreUnusable(StoreProblem.RESTORED, self._store.name)
        return is_changed

    @property
    def waits(self) -> bool:
        return self._store.path is None

    def close(self) -> None:
        if self._connection is not None:
            self._store.closed(self._connection)
            self._connection = None

    def _sqlite_changed(self) -> bool:
        self._store.require_file()
        if self._connection is None:
            self._connection = driver().connect(str(self._store.path), isolation_level=None, check_same_thread=False)
            self._store.opened(self._connection)
        try:
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version == self._version:
                return False
            self._store.require_same()
            before, self._newest = self._newest, self._connection.execute(_NEWEST).fetchone()
        except (driver().Error, Contention):  # somebody is at it: the next look sees more
            return False
        self._version = version
        return before is not None and before != self._newest  # a record that was opened changes nothing on screens

    def _postgresql_changed(self, timeout: float) -> bool:
        import psycopg

        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._store.url, autocommit=True)
                self._connection.execute("LISTEN frontdesk")
                self._store.require_same()
                return True  # what happened while nobody listened is unknown
            return any(True for _ in self._connection.notifies(timeout=timeout, stop_after=1))
        except StoreUnusable:  # listened to once it is the one that was opened
            self.close()
            raise
        except (psycopg.Error, Contention, Disconnected):
            self.close()
            time.sleep(timeout)
            raise StoreUnusable(StoreProblem.UNREACHABLE, self._store.name) from None
