"""Which database is open, and whether it still is that one: its number, its newest event, whether it is a drill."""

from __future__ import annotations

import secrets
import threading

from sqlalchemy import Connection, bindparam, text

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.events.recorded import EventId

_DATABASE = text("SELECT number, replaces, is_drill, reads_from FROM database")
_MAKE = text(
    "INSERT INTO database (id, number, replaces, is_drill, reads_from)"
    " VALUES (1, :number, :replaces, :is_drill, :reads_from)"
).bindparams(bindparam("replaces", None))
_DIGEST = text("SELECT digest FROM event WHERE id = :id")
_LAST = text("SELECT id, digest FROM event ORDER BY id DESC LIMIT 1")
_END = text("SELECT head FROM event_chain FOR UPDATE")
_NEWEST = "newest event"

Newest = tuple[int, str]
"""An event and its digest."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a database says of itself."""

    number: int
    replaces: int | None
    is_drill: bool
    reads_from: str


def make(connection: Connection, *, is_drill: bool, reads_from: str) -> None:
    """Gives a new database its number."""
    number = new_number()
    connection.execute(_MAKE, {"number": number, "is_drill": is_drill, "reads_from": reads_from})
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id={number}")
        connection.exec_driver_sql("PRAGMA user_version=1")


def new_number() -> int:
    return secrets.randbelow(2**31 - 1) + 1


def of(connection: Connection) -> Identity:
    row = connection.execute(_DATABASE).one()
    return Identity(row.number, row.replaces, bool(row.is_drill), row.reads_from)


def appended(connection: Connection, event: EventId, digest: str) -> None:
    """Notes the newest event of a transaction, for when it is committed."""
    connection.info[_NEWEST] = (event, digest)


def newest_in(connection: Connection) -> Newest | None:
    """The newest event of a transaction that is about to be committed."""
    newest: Newest | None = connection.info.pop(_NEWEST, None)
    return newest


def was_saved(connection: Connection, newest: Newest) -> bool:
    """Whether a transaction whose answer was lost took effect; waits until it is over, for it holds the chain."""
    connection.execute(_END)
    found = connection.execute(_DIGEST, {"id": newest[0]}).scalar()
    return bool(found == newest[1])


class Known:
    """What one store knows of its database."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._number: int | None = None
        self._newest: Newest | None = None

    def first(self, connection: Connection) -> Identity:
        """What it is at its opening."""
        found = of(connection)
        self._keep(found.number, _last(connection))
        return found

    def require_same(self, connection: Connection) -> Identity:
        """Raises StoreUnusable; where it was put back, once: the next time comes after a look at what is there."""
        found = of(connection)
        with self._lock:
            number, newest = self._number, self._newest
        stands = newest is None or connection.execute(_DIGEST, {"id": newest[0]}).scalar() == newest[1]
        if found.number != number and found.replaces != number:
            raise StoreUnusable(StoreProblem.REPLACED, self._name)
        if found.number != number or not stands:
            self._keep(found.number, _last(connection))
            raise StoreUnusable(StoreProblem.RESTORED, self._name)
        connection.info.pop(_NEWEST, None)
        return found

    def committed(self, newest: Newest | None) -> None:
        if newest is not None:
            with self._lock:
                if self._newest is None or newest[0] > self._newest[0]:
                    self._newest = newest

    def _keep(self, number: int, newest: Newest | None) -> None:
        with self._lock:
            self._number, self._newest = number, newest


def _last(connection: Connection) -> Newest | None:
    row = connection.execute(_LAST).first()
    return None if row is None else (row.id, row.digest)
