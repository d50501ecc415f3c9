"""Texts that clients agreed to, kept once by content."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlmodel import col

from frontdesk.core.domain.consents import ConsentId, consent_id
from frontdesk.core.store import rows
from frontdesk.core.store.look import Look, Tx

_KEEP = text("INSERT INTO consent (id, text) VALUES (:id, :text) ON CONFLICT (id) DO NOTHING")


def keep(tx: Tx, said: str) -> ConsentId:
    """The id under which a text is kept, now or since long; empty for none."""
    id_ = consent_id(said)
    if id_:
        tx.connection.execute(_KEEP, {"id": id_, "text": said})
    return id_


def texts(look: Look) -> dict[ConsentId, str]:
    """All that anybody ever agreed to: a practice has a handful."""
    answer = look.connection.execute(select(col(rows.Consent.id), col(rows.Consent.text)))
    return {ConsentId(id_): said for id_, said in answer}
