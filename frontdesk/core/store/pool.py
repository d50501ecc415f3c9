"""Connections of one kind, opened as they are needed and kept while they are good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from frontdesk.core.store.connection import Connection
from frontdesk.core.store.failures import Failed

KEPT = 5
"""Connections that are kept open for the next who needs one."""


class Pool:
    def __init__(self, opens: Callable[[], Connection], closes: Callable[[Connection], None]) -> None:
        self._opens, self._closes = opens, closes
        self._lock = threading.Lock()
        self._free: list[Connection] = []
        self._life = 0
        """Rises when all that are open are given up."""

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a transaction, which is taken back unless it was committed. Raises Failed.

        Once a server has hung up on one, none that was opened before is used again.
        """
        with self.lent() as connection:
            try:
                connection.begin()
                yield connection
            except Failed as error:
                if error.is_cut_off:
                    self.close()
                raise
            finally:
                connection.end()

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """A connection outside of any transaction. Raises Failed."""
        life, connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection, life)

    def close(self) -> None:
        """All that are not in use; the others once they are not."""
        with self._lock:
            free, self._free = self._free, []
            self._life += 1
        for connection in free:
            self._closes(connection)

    def _take(self) -> tuple[int, Connection]:
        with self._lock:
            if self._free:
                return self._life, self._free.pop()
            life = self._life
        return life, self._opens()

    def _give_back(self, connection: Connection, life: int) -> None:
        with self._lock:
            is_kept = life == self._life and len(self._free) < KEPT and not connection.is_cut_off
            if is_kept:
                self._free.append(connection)
        if not is_kept:
            self._closes(connection)
