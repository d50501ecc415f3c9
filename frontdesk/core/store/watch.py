"""Whether anybody changed anything: SQLite's data version is polled, PostgreSQL notifies."""

from __future__ import annotations

from typing import Any

from frontdesk.core.store.engine import Store, driver

_NEWEST = (
    "SELECT (SELECT max(id) FROM event), (SELECT max(revision) FROM practice),"
    " (SELECT group_concat(key) FROM picker), (SELECT max(at) FROM notice_read),"
    " (SELECT max(id) FROM mail), (SELECT max(sent_at) FROM mail), (SELECT count(*) FROM mail WHERE state = 'queued')"
)


class Watch:
    """One long-lived connection of its own, outside any transaction; use it from one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None
        self._version: int | None = None
        self._newest: tuple[object, ...] | None = None

    def changed(self, timeout: float) -> bool:
        """Wait up to so many seconds (PostgreSQL) and say whether something changed since the last call.

        On SQLite it answers at once, and the caller waits.
        """
        if self._store.path is not None:
            return self._sqlite_changed()
        return self._postgresql_changed(timeout)

    @property
    def waits(self) -> bool:
        return self._store.path is None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _sqlite_changed(self) -> bool:
        if self._connection is None:
            self._connection = driver().connect(str(self._store.path), isolation_level=None, check_same_thread=False)
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return False
        self._version = version
        before, self._newest = self._newest, self._connection.execute(_NEWEST).fetchone()
        return before is not None and before != self._newest  # a record that was opened changes nothing on screens

    def _postgresql_changed(self, timeout: float) -> bool:
        import psycopg

        try:
            if self._connection is None:
                url = self._store.url.replace("postgresql+psycopg://", "postgresql://")
                self._connection = psycopg.connect(url, autocommit=True)
                self._connection.execute("LISTEN frontdesk")
                return True  # what happened while nobody listened is unknown
            return any(True for _ in self._connection.notifies(timeout=timeout, stop_after=1))
        except psycopg.Error:
            self.close()
            return False
