"""Entries of a log that are tied to each other: each one's digest covers the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.store.connection import Connection, Later
from frontdesk.core.store.look import Tx


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a chain."""

    id: int
    previous: str
    digest: str
    holds: bool
    """Its digest is that of what is kept, and of what it says of the one before it."""


@dataclass(frozen=True, slots=True)
class Log:
    """A table whose rows are tied to each other; where its chain ends stands in a column of `event_chain`."""

    table: str
    head: str
    tied: tuple[str, ...]
    """What the digest of an entry covers."""

    def end(self, tx: Tx) -> Later[tuple[str, int]]:
        """The newest digest, and its number; whoever else writes an entry waits until this transaction ends."""
        head = tx.connection.execute(f"SELECT {self.head} FROM event_chain FOR UPDATE")
        last = tx.connection.execute(f"SELECT max(id) FROM {self.table}")
        return lambda: (head.scalar_one(), last.scalar() or 0)

    def append(self, tx: Tx, entries: Iterable[Mapping[str, Any]], end: tuple[str, int] | None = None) -> None:
        """Entries at the end, numbered; `end` where it is known already."""
        head, last = end or self.end(tx)()
        written = []
        for number, entry in enumerate(entries, last + 1):
            numbered = {**entry, "id": number}
            digest = self._digest(head, numbered)
            written.append({**numbered, "previous": head, "digest": digest})
            head = digest
        tx.connection.insert_all(self.table, written)
        tx.connection.execute(f"UPDATE event_chain SET {self.head} = :head", {"head": head})

    def links(self, connection: Connection) -> Iterator[Link]:
        """Each entry, oldest first."""
        for row in connection.execute(f"SELECT * FROM {self.table} ORDER BY id").mappings():
            yield Link(row["id"], row["previous"], row["digest"], row["digest"] == self._digest(row["previous"], row))

    def _digest(self, previous: str, entry: Mapping[Any, Any]) -> str:
        told = json.dumps([entry[name] for name in self.tied])
        return hashlib.sha256("\0".join((previous, told)).encode()).hexdigest()
