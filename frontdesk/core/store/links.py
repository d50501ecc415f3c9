"""What mailed links open: 256 random bits each, of which only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, insert, update
from sqlmodel import col

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.outbox import WordsWritten
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import Instant
from frontdesk.core.store import occasions, rows
from frontdesk.core.store.look import Tx

MANAGE, BOOK = "manage", "book"
"""Kinds: to look after one appointment; to book one service once."""

_l = rows.Link
_INSERT = insert(rows.Link)


def to_manage(tx: Tx, appointment: Appointment) -> str:
    """A new secret for an appointment as it stands now; after a change or its end it opens nothing."""
    return _made(
        tx,
        kind=MANAGE,
        client_id=appointment.client,
        appointment_id=appointment.id,
        sequence=appointment.sequence,
        expires_at=appointment.end,
    )


def to_book(tx: Tx, client: ClientId, service: ServiceId, until: Instant) -> str:
    """A new secret with which one client may book or ask for one service, once."""
    return _made(tx, kind=BOOK, client_id=client, service_id=service, expires_at=until)


def name(tx: Tx, secret: str, occasion: WordsWritten) -> None:
    """Remember what it was made for, so that it can be closed with that."""
    tx.connection.execute(
        update(rows.Link).where(col(_l.digest) == digest_of(secret)).values(occasion=occasions.kept(occasion))
    )


def close(tx: Tx, occasion: WordsWritten, at: Instant | None) -> None:
    """What was made on an occasion opens nothing from then on; or, at None, does again."""
    tx.connection.execute(update(rows.Link).where(col(_l.occasion) == occasions.kept(occasion)).values(closed_at=at))


def close_of(tx: Tx, clients: Sequence[ClientId]) -> None:
    """No link that was given to these opens anything."""
    theirs = update(rows.Link).where(col(_l.client_id).in_(clients), col(_l.closed_at).is_(None))
    tx.connection.execute(theirs.values(closed_at=tx.now))


def close_all(tx: Tx) -> None:
    """Whatever was given out opens nothing any more."""
    tx.connection.execute(update(rows.Link).where(col(_l.closed_at).is_(None)).values(closed_at=tx.now))


def follow(tx: Tx, appointment: AppointmentId, was: int, now: int) -> None:
    """The appointment is again as it was: links made for it then are for it now."""
    theirs = update(rows.Link).where(col(_l.appointment_id) == appointment, col(_l.sequence) == was)
    tx.connection.execute(theirs.values(sequence=now))


def forget(tx: Tx, secret: str) -> None:
    """The mail it stood in never left: nobody has it."""
    tx.connection.execute(delete(rows.Link).where(col(_l.digest) == digest_of(secret)))


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _made(tx: Tx, **fields: object) -> str:
    secret = secrets.token_urlsafe(32)
    tx.connection.execute(_INSERT, {"digest": digest_of(secret), "occasion": "", "made_at": tx.now, **fields})
    return secret
