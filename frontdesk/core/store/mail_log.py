"""What each mail says, and where it goes, whenever it was written: digests tied to each other, for ever.

Marks of delivery (state, attempts, lease, times) may change as they like: nothing here speaks of them. The salt of
the digests stands with the mail, and is another one once that is emptied, so that nobody can guess at what it said.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.times import Instant
from frontdesk.core.store.chain import Log
from frontdesk.core.store.connection import Connection, Later, Row, batched
from frontdesk.core.store.look import Tx
from frontdesk.core.store.statements import judged

LOG = Log("mail_log", "mail_head", ("id", "at", "act", "mail_id", "content", "goes_to", "secrets"))

_CONTENT = (
    "reader", "kind", "subject_kind", "subject_id", "sequence", "occasion", "name", "client_id", "staff_id",
    "language", "subject", "body", "html", "calendar", "method", "message", "message_id", "thread", "known", "tells",
    "act",
)  # fmt: skip
"""Columns of a mail that say what it is, and what it says."""
_UNSEALED = frozenset({MailState.SENT.value, MailState.SUPERSEDED.value})
"""Where its secrets are blanked: it left, or it does not leave."""

_ENTRIES = "SELECT * FROM mail_log ORDER BY id"
_OF_MAILS = "SELECT * FROM mail_log WHERE mail_id IN :mails ORDER BY id"
_SALTS = judged("SELECT id, salt FROM mail WHERE id IN :mails")


@dataclass(frozen=True, slots=True)
class Said:
    """Digests of what a mail says, of where it goes, and of its sealed secrets."""

    content: str
    goes_to: str
    secrets: str

    def is_still(self, now: Said, state: str) -> bool:
        """Whether a mail that said this says nothing else now."""
        blanked = now.secrets == "" and state in _UNSEALED
        return (self.content, self.goes_to) == (now.content, now.goes_to) and (now.secrets == self.secrets or blanked)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a mail said from some moment on, and the act that wrote it; 0 where none did, as for reminders."""

    id: int
    at: Instant
    act: int
    mail: int
    said: Said


def new_salt() -> str:
    return secrets.token_hex(16)


def said(row: Mapping[Any, Any], salt: str) -> Said:
    content = json.dumps([row[name] for name in _CONTENT] + [bool(row["unsure"])])
    goes_to = json.dumps([row["carrier"], row["recipient"]])
    return Said(*(_digest(salt, it) if it else "" for it in (content, goes_to, row["sealed"])))


def written(tx: Tx, id_: int, row: Mapping[str, Any]) -> None:
    """A mail was written, with its salt where that is new: `write` puts down what it says."""
    tx.mails_written[id_] = {**tx.mails_written.get(id_, {}), **row}


def write(tx: Tx) -> None:
    """What the mails of a transaction say from now on, where it is not what they said before."""
    now, tx.mails_written = tx.mails_written, {}
    if not now:
        return
    again = [id_ for id_, row in now.items() if "salt" not in row]
    end, asked_before, asked_salts = LOG.end(tx), _last(tx.connection, again), _salts(tx.connection, again)
    before, salts = asked_before(), asked_salts()
    entries = []
    for id_, row in now.items():
        it = said(row, row["salt"] if "salt" in row else salts[id_])
        if id_ not in before or not before[id_].is_still(it, row["state"]):
            entries.append({"mail_id": id_, "content": it.content, "goes_to": it.goes_to, "secrets": it.secrets})
    if entries:
        at, act = max(tx.now, tx.last_event_at), tx.batch or 0
        LOG.append(tx, ({**it, "at": at, "act": act} for it in entries), end())


def entries(connection: Connection) -> Iterator[Entry]:
    """All there are, oldest first."""
    return map(_entry, connection.execute(_ENTRIES))


def _last(connection: Connection, mails: list[int]) -> Later[dict[int, Said]]:
    asked = [connection.execute(_OF_MAILS, {"mails": some}) for some in batched(mails)]
    return lambda: {row.mail_id: _entry(row).said for answer in asked for row in answer}


def _salts(connection: Connection, mails: list[int]) -> Later[dict[int, str]]:
    asked = [connection.execute(_SALTS, {"mails": some}) for some in batched(mails)]
    return lambda: {row.id: row.salt for answer in asked for row in answer}


def _entry(row: Row) -> Entry:
    return Entry(row.id, row.at, row.act, row.mail_id, Said(row.content, row.goes_to, row.secrets))


def _digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()
