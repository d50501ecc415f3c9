"""A PostgreSQL server, which may fall silent, restart, or be another one: no wait for it is without an end.

Nothing that psycopg or the server itself limits ends a statement on a server that stands still (measured on
PostgreSQL 15 with psycopg 3.3); hanging up its line from another thread does.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Limits
from frontdesk.core.store.connection import PostgresConnection
from frontdesk.core.store.failures import Failed

PATIENCE = 20
"""Seconds that a save waits for others who write, on both engines."""
DOUBT = 3.0
"""Seconds after which a server that does not answer is asked whether it is still there."""
PROBE = 3
"""Seconds that it has to say so."""
GRACE = 5
"""Seconds beyond its limit after which a statement is given up that the server should have ended itself."""
_LOOK = 0.5

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_IDENTIFIER = "SELECT system_identifier FROM pg_control_system()"


@dataclass(slots=True)
class _Wait:
    connection: Any
    since: float
    alive_at: float
    """When the server was last known to be there."""


class OpenServer:
    """The server that one store has open, with what its connections wait for."""

    def __init__(self, url: str, name: str, limits: Limits) -> None:
        """`name` is the URL as people see it."""
        self.url = url
        self.limits = limits
        self._name = name
        self._identifier: int | None = None
        self._lock = threading.Lock()
        self._waits: dict[int, _Wait] = {}
        self._watchdog: threading.Thread | None = None
        self._closed = threading.Event()
        self._gave_up_at = 0.0

    def connection(self, *, is_writing: bool) -> PostgresConnection:
        """One more, to the same server. Raises Failed, StoreUnusable."""
        import psycopg

        limits = self.limits
        options = {
            "lock_timeout": PATIENCE * 1000,
            "statement_timeout": limits.statement * 1000,
            "idle_in_transaction_session_timeout": limits.idle * 1000,
            # who is gone in the middle of what they say is not idle for the server: it asks their machine
            "tcp_keepalives_idle": limits.idle,
            "tcp_keepalives_interval": 1,
            "tcp_keepalives_count": 3,
        }
        told = " ".join(f"-c {name}={value}" for name, value in options.items())
        try:
            driven = psycopg.connect(self.url, autocommit=True, connect_timeout=limits.connect, options=told)
        except psycopg.ProgrammingError:
            raise StoreUnusable(StoreProblem.UNREACHABLE, "postgresql://…") from None
        except psycopg.Error as error:
            raise Failed(error) from None
        connection = PostgresConnection(driven, psycopg.Error, _WRITE if is_writing else _READ, self)
        identifier = connection.execute(_IDENTIFIER).scalar()
        with self._lock:
            known = self._identifier = self._identifier or identifier
        if identifier != known:
            driven.close()
            raise StoreUnusable(StoreProblem.REPLACED, self._name)
        return connection

    @property
    def fell_silent(self) -> bool:
        """Whether a wait was just given up."""
        return time.monotonic() - self._gave_up_at < DOUBT

    def close(self) -> None:
        self._closed.set()

    def begin(self, connection: Any) -> None:
        """Somebody waits on it from now on."""
        now = time.monotonic()
        with self._lock:
            self._waits[id(connection)] = _Wait(connection, now, now)
            if self._watchdog is None:
                self._watchdog = threading.Thread(target=self._watch, daemon=True)
                self._watchdog.start()

    def end(self, connection: Any) -> None:
        """It has its answer."""
        with self._lock:
            self._waits.pop(id(connection), None)

    def _watch(self) -> None:
        while not self._closed.wait(_LOOK):
            now = time.monotonic()
            with self._lock:
                waits = list(self._waits.values())
            doubted = [it for it in waits if now - it.alive_at > DOUBT]
            if not doubted:
                continue
            is_there = self._is_there()
            for wait in doubted:
                if is_there and now - wait.since < self.limits.statement + GRACE:
                    wait.alive_at = now
                else:
                    self._give_up(wait)

    def _is_there(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=PROBE).close()
        except psycopg.OperationalError as error:
            return error.sqlstate is not None  # it answered, if only that it takes nobody more
        return True

    def _give_up(self, wait: _Wait) -> None:
        with self._lock:
            if self._waits.get(id(wait.connection)) is not wait:
                return  # it has its answer
            del self._waits[id(wait.connection)]
            self._gave_up_at = time.monotonic()
        _hang_up(wait.connection)


def _hang_up(connection: Any) -> None:
    """Whoever waits on it is told at once that the line is dead; they close it themselves."""
    import psycopg

    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
