"""What has to add up: charges, terms, texts, resources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from frontdesk.core.domain.consents import consent_id
from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.store.look import Look


def damage(look: Look) -> Iterator[Damage]:
    yield from _charges(look)
    yield from _signs(look)
    for table, column, id_of in (("terms", "value", terms_id), ("consent", "text", consent_id)):
        for id_, value in look.connection.execute(f"SELECT id, {column} FROM {table}"):
            if id_of(value) != id_:
                yield Damage(table, id_, Wrong.CHANGED)
    for table in ("staff", "room"):
        lost = (
            f"SELECT t.id FROM {table} t LEFT JOIN resource r ON r.id = t.resource_id"
            " WHERE r.kind IS NULL OR r.kind <> :kind"
        )
        for (id_,) in look.connection.execute(lost, {"kind": table}):
            yield Damage(table, id_, Wrong.SUM, "its resource is another's")


def _signs(look: Look) -> Iterator[Damage]:
    """Whom two letters would not find."""
    known = set(look.connection.execute("SELECT sign FROM search_sign").scalars())
    for id_, key in look.connection.execute("SELECT id, search_key FROM client"):
        if not known.issuperset(key):
            yield Damage("search_sign", str(id_), Wrong.MISSING)


def terms_id(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def _charges(look: Look) -> Iterator[Damage]:
    """Each is of its appointment's client, and of one kind once."""
    others = (
        "SELECT c.id FROM charge c JOIN appointment a ON a.id = c.appointment_id WHERE a.client_id <> c.client_id"
    )
    for (id_,) in look.connection.execute(others):
        yield Damage("charge", str(id_), Wrong.SUM, "its appointment is another client's")
