"""Clients as rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy import Row as ResultRow
from sqlmodel import col

from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId, ClientKind
from frontdesk.core.store import rows, search, sight
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text

_c = rows.Client
_COLUMNS = rows.Client.__table__.columns  # type: ignore[attr-defined]
_ONE = select(*_COLUMNS)
_INSERT = insert(rows.Client)
_UPDATE = update(rows.Client).where(col(_c.id) == bindparam("key"))


def find(look: Look, id_: ClientId) -> Client | None:
    row = look.connection.execute(_ONE.where(col(_c.id) == id_)).first()
    return None if row is None else from_row(row)


def living(look: Look, id_: ClientId) -> Client | None:
    """The record itself, or the one into which it was merged."""
    found = find(look, id_)
    while found is not None and found.life is Life.MERGED and found.merged_into is not None:
        found = find(look, found.merged_into)
    return found


def merged_into(look: Look, id_: ClientId) -> list[ClientId]:
    """The records that became part of one, at once or by way of another."""
    direct = select(col(_c.id)).where(col(_c.merged_into) == id_)
    found = [ClientId(it) for it in look.connection.execute(direct).scalars()]
    return [it for one in found for it in (one, *merged_into(look, one))]


def lock(tx: Tx, id_: ClientId) -> Client | None:
    """The same, but nobody else changes it until this transaction ends; limits per client hold so."""
    row = tx.connection.execute(_ONE.where(col(_c.id) == id_).with_for_update(key_share=True)).first()
    return None if row is None else from_row(row)


def lock_all(tx: Tx) -> None:
    """Nobody else changes any client until this transaction ends; in id order, as everybody locks them."""
    if not tx.is_sqlite:
        tx.connection.execute(select(col(_c.id)).order_by(col(_c.id)).with_for_update(key_share=True)).all()


def several(look: Look, ids: Iterable[ClientId]) -> dict[ClientId, Client]:
    found = map(from_row, look.connection.execute(_ONE.where(col(_c.id).in_(list(ids)))))
    return {client.id: client for client in found}


def everyone(look: Look) -> list[Client]:
    """Every client there ever was."""
    return [from_row(row) for row in look.connection.execute(_ONE.order_by(col(_c.id)))]


def is_empty(look: Look) -> bool:
    return look.connection.execute(select(col(_c.id)).limit(1)).first() is None


def all_from_source(look: Look, source: str) -> dict[str, Client]:
    """Every client of one import source by their id there."""
    known = _ONE.where(col(_c.source) == source, col(_c.life) != Life.UNDONE.value)
    return {client.source_id: client for client in map(from_row, look.connection.execute(known))}


def like(look: Look, phone: str, email: str, limit: int) -> list[Client]:
    """Clients with this phone (its last nine digits) or this e-mail."""
    wanted: list[ColumnElement[bool]] = []
    last = search.digits(phone)[-9:]
    if len(last) >= 5:
        wanted.append(col(_c.phone_digits).like(f"%{last}"))
    if email:
        wanted.append(func.lower(col(_c.email)) == email.lower())
    if not wanted:
        return []
    found = _ONE.where(or_(*wanted), col(_c.life) == Life.ACTIVE.value).limit(limit)
    return [from_row(row) for row in look.connection.execute(found)]


def reached_by(look: Look, phone: str, email: str, limit: int) -> list[Client]:
    """Clients with exactly this phone or this e-mail, however it is written."""
    wanted: list[ColumnElement[bool]] = []
    if search.digits(phone):
        wanted.append(col(_c.phone_digits) == search.digits(phone))
    if email:
        wanted.append(func.lower(col(_c.email)) == email.lower())
    found = [_ONE.where(one, col(_c.life) == Life.ACTIVE.value).limit(limit) for one in wanted]
    answer = (row for statement in found for row in look.connection.execute(statement))
    return list({row.id: from_row(row) for row in answer}.values())[:limit]


def born_on(look: Look, born: date, typed: str, limit: int) -> list[Client]:
    """Clients with a birth date, and the words, that the actor may see."""
    page = _ONE.where(
        col(_c.born) == born.isoformat(),
        col(_c.life) == Life.ACTIVE.value,
        *search.matches(look, typed),
        *sight.of_clients(look),
    )
    page = page.order_by(col(_c.search_key), col(_c.id)).limit(limit)
    return [from_row(row) for row in look.connection.execute(page)]


def by_name(look: Look, first: int, limit: int) -> list[Client]:
    """A page of the active clients the actor may see, in the order of their folded names."""
    page = _ONE.where(col(_c.life) == Life.ACTIVE.value, *sight.of_clients(look)).order_by(
        col(_c.search_key), col(_c.id)
    )
    return [from_row(row) for row in look.connection.execute(page.offset(first).limit(limit))]


def add(tx: Tx, client: Client) -> Client:
    """A new client, with the number the database gives, or one that was kept from another database."""
    values = {"id": client.id, **to_row(client)} if client.id else to_row(client)
    made = tx.connection.execute(_INSERT, values).inserted_primary_key
    assert made is not None
    return replace(client, id=ClientId(made[0]))


def save(tx: Tx, client: Client) -> None:
    row = to_row(client)
    if client.contacts:
        before = tx.connection.execute(select(col(_c.contacts)).where(col(_c.id) == client.id)).scalar() or "[]"
        row["contacts"] = to_text("contacts", client.contacts, "" if before == "[]" else before)
    tx.connection.execute(_UPDATE, {**row, "key": client.id})


def from_row(row: ResultRow[Any]) -> Client:
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
