"""What mailed links open: 256 random bits each, of which only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.outbox import WordsWritten
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import Instant
from frontdesk.core.store import occasions
from frontdesk.core.store.look import Tx

MANAGE, BOOK = "manage", "book"
"""Kinds: to look after one appointment; to book one service once."""

_NAME = "UPDATE link SET occasion = :occasion WHERE digest = :digest"
_CLOSE = "UPDATE link SET closed_at = :at WHERE occasion = :occasion"
_CLOSE_OF = "UPDATE link SET closed_at = :at WHERE client_id IN :these AND closed_at IS NULL"
_CLOSE_ALL = "UPDATE link SET closed_at = :at WHERE closed_at IS NULL"
_FOLLOW = "UPDATE link SET sequence = :now WHERE appointment_id = :appointment AND sequence = :was"
_FORGET = "DELETE FROM link WHERE digest = :digest"


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
    tx.connection.execute(_NAME, {"digest": digest_of(secret), "occasion": occasions.kept(occasion)})


def close(tx: Tx, occasion: WordsWritten, at: Instant | None) -> None:
    """What was made on an occasion opens nothing from then on; or, at None, does again."""
    tx.connection.execute(_CLOSE, {"occasion": occasions.kept(occasion), "at": at})


def close_of(tx: Tx, clients: Sequence[ClientId]) -> None:
    """No link that was given to these opens anything."""
    tx.connection.execute(_CLOSE_OF, {"these": clients, "at": tx.now})


def close_all(tx: Tx) -> None:
    """Whatever was given out opens nothing any more."""
    tx.connection.execute(_CLOSE_ALL, {"at": tx.now})


def follow(tx: Tx, appointment: AppointmentId, was: int, now: int) -> None:
    """The appointment is again as it was: links made for it then are for it now."""
    tx.connection.execute(_FOLLOW, {"appointment": appointment, "was": was, "now": now})


def forget(tx: Tx, secret: str) -> None:
    """The mail it stood in never left: nobody has it."""
    tx.connection.execute(_FORGET, {"digest": digest_of(secret)})


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _made(tx: Tx, **fields: object) -> str:
    secret = secrets.token_urlsafe(32)
    tx.connection.insert("link", {"digest": digest_of(secret), "occasion": "", "made_at": tx.now, **fields})
    return secret
