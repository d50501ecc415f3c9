"""Where the chains end, and how much is kept: what a copy is known by."""

from __future__ import annotations

from frontdesk.core.domain.backups import Head
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.statements import judged

COUNTED = ("client", "appointment", "request", "charge", "mail", "event", "access_log")

_EVENTS = judged("SELECT id, at, digest FROM event ORDER BY id DESC LIMIT 1")
_OPENINGS = "SELECT id, digest FROM access_log ORDER BY id DESC LIMIT 1"
_MAILS = "SELECT id, digest FROM mail_log ORDER BY id DESC LIMIT 1"


def head_of(connection: Connection) -> Head:
    event, opening, mail = (connection.execute(it).first() for it in (_EVENTS, _OPENINGS, _MAILS))
    return Head(
        events=event.id if event is not None else 0,
        digest=event.digest if event is not None else "",
        at=event.at if event is not None else 0,
        openings=opening.id if opening is not None else 0,
        opening_digest=opening.digest if opening is not None else "",
        mails=mail.id if mail is not None else 0,
        mail_digest=mail.digest if mail is not None else "",
    )


def counts_of(connection: Connection) -> dict[str, int]:
    return {table: connection.execute(f"SELECT count(*) FROM {table}").scalar_one() for table in COUNTED}
