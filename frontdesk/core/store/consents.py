"""Texts that clients agreed to, kept once by content."""

from __future__ import annotations

from frontdesk.core.domain.consents import ConsentId, consent_id
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.look import Tx

_KEEP = "INSERT INTO consent (id, text) VALUES (:id, :text) ON CONFLICT (id) DO NOTHING"


def keep(tx: Tx, said: str) -> ConsentId:
    """The id under which a text is kept, now or since long; empty for none."""
    id_ = consent_id(said)
    if id_ and id_ not in texts(tx.connection):
        tx.connection.execute(_KEEP, {"id": id_, "text": said})
    return id_


def texts(connection: Connection) -> dict[ConsentId, str]:
    """All that anybody ever agreed to, a handful; what does not agree with its id is left out."""
    found = connection.execute("SELECT id, text FROM consent")
    return {ConsentId(id_): said for id_, said in found if consent_id(said) == id_}
