"""What no event records, and what has to add up: outbox, charges, terms, texts, resources, references."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import text

from frontdesk.core.domain.consents import consent_id
from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.store import mail_log, mail_rows, seals
from frontdesk.core.store.look import Look


def damage(look: Look) -> Iterator[Damage]:
    yield from _mails(look)
    yield from _charges(look)
    for table, column, id_of in (("terms", "value", terms_id), ("consent", "text", consent_id)):
        for id_, value in look.connection.execute(text(f"SELECT id, {column} FROM {table}")):
            if id_of(value) != id_:
                yield Damage(table, id_, Wrong.CHANGED)
    for table in ("staff", "room"):
        lost = (
            f"SELECT t.id FROM {table} t LEFT JOIN resource r ON r.id = t.resource_id"
            " WHERE r.kind IS NULL OR r.kind <> :kind"
        )
        for (id_,) in look.connection.execute(text(lost), {"kind": table}):
            yield Damage(table, id_, Wrong.SUM, "its resource is another's")


def terms_id(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def _mails(look: Look) -> Iterator[Damage]:
    """Each says what it said when it was written, of itself what fits, and is about what is there."""
    told = mail_log.everything(look.connection)
    for row in look.connection.execute(text("SELECT * FROM mail ORDER BY id")):
        said = told.pop(row.id, None)
        if said is None:
            yield Damage("mail", str(row.id), Wrong.INSERTED)
            continue
        if not said.is_still(mail_log.said(row._mapping)):
            yield Damage("mail", str(row.id), Wrong.CHANGED, "it says something else")
            continue
        why = _misfit(row)
        if why:
            yield Damage("mail", str(row.id), Wrong.SUM, why)
            continue
        try:
            mail_rows.value(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            yield Damage("mail", str(row.id), Wrong.CHANGED, f"it cannot be read: {error}")
    for id_ in told:
        yield Damage("mail", str(id_), Wrong.MISSING)
    lost = text(
        "SELECT m.id FROM mail m LEFT JOIN mail lead ON lead.id = m.goes_with"
        " WHERE m.goes_with IS NOT NULL AND lead.id IS NULL"
    )
    for (id_,) in look.connection.execute(lost):
        yield Damage("mail", str(id_), Wrong.REFERENCE, "the one it goes with")
    for kind in ("appointment", "request"):
        gone = text(
            f"SELECT m.id FROM mail m LEFT JOIN {kind} t ON CAST(t.id AS TEXT) = m.subject_id"
            " WHERE m.subject_kind = :kind AND t.id IS NULL"
        )
        for (id_,) in look.connection.execute(gone, {"kind": kind}):
            yield Damage("mail", str(id_), Wrong.REFERENCE, f"the {kind} it is about")
    acts = text("SELECT m.id FROM mail m LEFT JOIN event e ON e.id = m.act WHERE m.act IS NOT NULL AND e.id IS NULL")
    for (id_,) in look.connection.execute(acts):
        yield Damage("mail", str(id_), Wrong.REFERENCE, "the act it tells of")
    twice = text("SELECT min(id) FROM mail WHERE message_id <> '' GROUP BY message_id HAVING count(*) > 1")
    for (id_,) in look.connection.execute(twice):
        yield Damage("mail", str(id_), Wrong.SUM, "two have its Message-ID")
    if (
        seals.seal_print(look) == ""
        and look.connection.execute(text("SELECT 1 FROM mail WHERE sealed <> ''")).first()
    ):
        yield Damage("mail_queue", "1", Wrong.CHANGED, "links are sealed, and the key's mark is gone")


def _misfit(row: object) -> str:
    """What of a mail does not go with its state."""
    state, sent, leased = row.state, row.sent_at, row.leased_until  # type: ignore[attr-defined]
    if state == "sent" and sent is None:
        return "it was sent, and nobody knows when"
    if state in ("queued", "paused", "sending") and sent is not None:
        return "it waits, and was sent"
    if state == "sending" and (leased is None or not row.lease):  # type: ignore[attr-defined]
        return "it is being sent by nobody"
    if sent is not None and sent < row.made_at:  # type: ignore[attr-defined]
        return "it was sent before it was written"
    if row.attempts < 0:  # type: ignore[attr-defined]
        return "fewer attempts than none"
    return ""


def _charges(look: Look) -> Iterator[Damage]:
    """Each is of its appointment's client, and of one kind once."""
    others = text(
        "SELECT c.id FROM charge c JOIN appointment a ON a.id = c.appointment_id WHERE a.client_id <> c.client_id"
    )
    for (id_,) in look.connection.execute(others):
        yield Damage("charge", str(id_), Wrong.SUM, "its appointment is another client's")
