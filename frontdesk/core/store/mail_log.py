"""What each mail said when it was written: digests that are tied to each other, never changed, never deleted.

Marks of delivery (state, attempts, lease, times) may change as they like: nothing here speaks of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.store import rows
from frontdesk.core.store.chain import Log
from frontdesk.core.store.look import Tx

LOG = Log(rows.MailLog, "mail_head", ("id", "mail_id", "content", "secrets"))

_CONTENT = (
    "carrier", "reader", "kind", "subject_kind", "subject_id", "sequence", "occasion", "recipient", "name",
    "client_id", "staff_id", "language", "subject", "body", "html", "calendar", "method", "message", "message_id",
    "thread", "known", "tells", "made_at", "until", "act",
)  # fmt: skip
"""Columns of a mail that say what it is, to whom it goes and what it says."""

_l = rows.MailLog
_SAID = select(col(_l.mail_id), col(_l.content), col(_l.secrets))
_AT_ONCE = 5000
"""Numbers in one statement."""


@dataclass(frozen=True, slots=True)
class Said:
    """Digests of what a mail says, and of its sealed secrets, which are blanked once it left."""

    content: str
    secrets: str

    def is_still(self, now: Said) -> bool:
        """Whether a mail that said this says nothing else now."""
        return self.content == now.content and now.secrets in (self.secrets, "")


def said(row: Mapping[Any, Any]) -> Said:
    content = json.dumps([row[name] for name in _CONTENT] + [bool(row["unsure"])])
    return Said(_digest(content), _digest(row["sealed"]) if row["sealed"] else "")


def written(tx: Tx, id_: int, row: Mapping[str, Any]) -> None:
    """A mail was written, or written anew: `write` puts down what it says."""
    tx.mails_said[id_] = said(row)


def write(tx: Tx) -> None:
    """What the mails of a transaction say from now on, where it is not what they said before."""
    now, tx.mails_said = tx.mails_said, {}
    before: dict[int, Said] = {}
    numbers = list(now)
    for first in range(0, len(numbers), _AT_ONCE):
        before |= _read(tx.connection, _SAID.where(col(_l.mail_id).in_(numbers[first : first + _AT_ONCE])))
    new = {id_: it for id_, it in now.items() if id_ not in before or not before[id_].is_still(it)}
    if new:
        LOG.append(tx, ({"mail_id": id_, "content": it.content, "secrets": it.secrets} for id_, it in new.items()))


def everything(connection: Connection) -> dict[int, Said]:
    """By the number of each mail what it said last."""
    return _read(connection, _SAID)


def _read(connection: Connection, which: Any) -> dict[int, Said]:
    return {row.mail_id: Said(row.content, row.secrets) for row in connection.execute(which.order_by(col(_l.id)))}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
