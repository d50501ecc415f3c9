"""Clients as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId, ClientKind
from frontdesk.core.store import search, sight
from frontdesk.core.store.connection import Later, Row, Values, batched
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text
from frontdesk.core.store.statements import LOCKED, Part, either, filled, judged, shown

_ONE = judged("SELECT * FROM client WHERE id = :id")
_MERGED = judged("SELECT id FROM client WHERE merged_into = :id")
_NUMBERS = judged("SELECT id FROM client ORDER BY id")
_SEVERAL = judged("SELECT * FROM client WHERE id IN :these")
_LOCK = f"{_SEVERAL} ORDER BY id{LOCKED}"
_ALL = judged("SELECT * FROM client ORDER BY id")
_ANY = judged("SELECT id FROM client LIMIT 1")
_OF_SOURCE = judged("SELECT * FROM client WHERE source = :source AND life <> 'undone'")
_ALIKE = judged("SELECT * FROM client WHERE {where} AND life = 'active' LIMIT :limit")
_CONTACTS = judged("SELECT contacts FROM client WHERE id = :id")
_BORN = shown(
    sight.of_clients,
    "SELECT * FROM client WHERE client.born = :born AND client.life = 'active' AND {where} AND {seen}"
    " ORDER BY client.search_key, client.id LIMIT :limit",
)
_BY_NAME = shown(
    sight.of_clients,
    "SELECT * FROM client WHERE client.life = 'active' AND {seen}"
    " ORDER BY client.search_key, client.id LIMIT :limit OFFSET :first",
)


def find(look: Look, id_: ClientId) -> Client | None:
    if isinstance(look, Tx) and id_ in look.clients:
        return look.clients[id_]
    row = look.connection.execute(_ONE, {"id": id_}).first()
    return None if row is None else from_row(row)


def living(look: Look, id_: ClientId) -> Client | None:
    """The record itself, or the one into which it was merged."""
    found = find(look, id_)
    while found is not None and found.life is Life.MERGED and found.merged_into is not None:
        found = find(look, found.merged_into)
    return found


def merged_into(look: Look, id_: ClientId) -> list[ClientId]:
    """The records that became part of one, at once or by way of another."""
    found = [ClientId(it) for it in look.connection.execute(_MERGED, {"id": id_}).scalars()]
    return [it for one in found for it in (one, *merged_into(look, one))]


def lock(tx: Tx, id_: ClientId) -> Client | None:
    """The same, but nobody else changes it until this transaction ends; limits per client hold so."""
    return lock_several(tx, [id_])().get(id_)


def lock_several(tx: Tx, ids: Iterable[ClientId]) -> Later[dict[ClientId, Client]]:
    """The same for some, in id order, as everybody locks them."""
    asked = [tx.connection.execute(_LOCK, {"these": some}) for some in batched(sorted(ids))]

    def read() -> dict[ClientId, Client]:
        found = {it.id: it for answer in asked for it in map(from_row, answer)}
        tx.clients.update(found)
        return found

    return read


def lock_all(tx: Tx) -> None:
    """Nobody else changes any client until this transaction ends; in id order, as everybody locks them."""
    if not tx.is_sqlite:
        tx.connection.execute(_NUMBERS + LOCKED).all()


def several(look: Look, ids: Iterable[ClientId]) -> dict[ClientId, Client]:
    these = list(ids)
    found = map(from_row, look.connection.execute(_SEVERAL, {"these": these}) if these else ())
    return {client.id: client for client in found}


def everyone(look: Look) -> list[Client]:
    """Every client there ever was."""
    return [from_row(row) for row in look.connection.execute(_ALL)]


def is_empty(look: Look) -> bool:
    return look.connection.execute(_ANY).first() is None


def all_from_source(look: Look, source: str) -> dict[str, Client]:
    """Every client of one import source by their id there."""
    known = look.connection.execute(_OF_SOURCE, {"source": source})
    return {client.source_id: client for client in map(from_row, known)}


def like(look: Look, phone: str, email: str, limit: int) -> list[Client]:
    """Clients with this phone (its last nine digits) or this e-mail."""
    last = search.digits(phone)[-9:]
    wanted = _with_email(email)
    if len(last) >= 5:
        wanted.append(Part("phone_digits LIKE :ending", {"ending": f"%{last}"}))
    return _alike(look, either(*wanted), limit) if wanted else []


def reached_by(look: Look, phone: str, email: str, limit: int) -> list[Client]:
    """Clients with exactly this phone or this e-mail, however it is written."""
    digits = search.digits(phone)
    wanted = [*([Part("phone_digits = :digits", {"digits": digits})] if digits else []), *_with_email(email)]
    found = (client for one in wanted for client in _alike(look, one, limit))
    return list({client.id: client for client in found}.values())[:limit]


def _with_email(email: str) -> list[Part]:
    return [Part("lower(email) = :email", {"email": email.lower()})] if email else []


def _alike(look: Look, which: Part, limit: int) -> list[Client]:
    found = look.connection.execute(*filled(_ALIKE, where=[which], values={"limit": limit}))
    return [from_row(row) for row in found]


def born_on(look: Look, born: date, typed: str, limit: int) -> list[Client]:
    """Clients with a birth date, and the words, that the actor may see."""
    page = look.ask(_BORN, {"born": born.isoformat(), "limit": limit}, search.matches(look, typed))
    return [from_row(row) for row in page]


def by_name(look: Look, first: int, limit: int) -> list[Client]:
    """A page of the active clients the actor may see, in the order of their folded names."""
    return [from_row(row) for row in look.ask(_BY_NAME, {"first": first, "limit": limit})]


def add(tx: Tx, client: Client) -> Client:
    """A new client, with the number the database gives, or one that was kept from another database."""
    values = {"id": client.id, **to_row(client)} if client.id else to_row(client)
    search.learn(tx, values["search_key"])
    return replace(client, id=ClientId(tx.connection.insert("client", values)))


def insert_all(tx: Tx, rows: Sequence[Values]) -> None:
    """Many at once, as `to_row` says them, with numbers."""
    search.learn(tx, *(it["search_key"] for it in rows))
    tx.connection.insert_all("client", rows)


def save(tx: Tx, client: Client) -> None:
    row = to_row(client)
    if client.contacts:
        before = tx.connection.execute(_CONTACTS, {"id": client.id}).scalar() or "[]"
        row["contacts"] = to_text("contacts", client.contacts, "" if before == "[]" else before)
    search.learn(tx, row["search_key"])
    tx.connection.update("client", client.id, row)
    tx.clients.pop(client.id, None)


def from_row(row: Row) -> Client:
    return Client(
        id=ClientId(row.id),
        name=row.name,
        kind=ClientKind(row.kind),
        phone=row.phone,
        email=row.email,
        born=date.fromisoformat(row.born) if row.born else None,
        contacts=from_text("contacts", row.contacts) if row.contacts != "[]" else (),
        locale=row.locale,
        note=row.note,
        preferences=row.preferences,
        source=row.source,
        source_id=row.source_id,
        extra=from_text("columns", row.extra) if row.extra != "{}" else {},
        life=Life(row.life),
        merged_into=None if row.merged_into is None else ClientId(row.merged_into),
        created_at=row.created_at,
        revision=row.revision,
    )


def to_row(client: Client) -> dict[str, Any]:
    return {
        "name": client.name,
        "kind": client.kind.value,
        "phone": client.phone,
        "phone_digits": search.digits(client.phone),
        "email": client.email,
        "born": client.born.isoformat() if client.born else None,
        "contacts": to_text("contacts", client.contacts) if client.contacts else "[]",
        "locale": client.locale,
        "note": client.note,
        "preferences": client.preferences,
        "source": client.source,
        "source_id": client.source_id,
        "extra": to_text("columns", client.extra) if client.extra else "{}",
        "life": client.life.value,
        "merged_into": client.merged_into,
        "created_at": client.created_at,
        "revision": client.revision,
        "search_key": search.key_of(client),
    }
