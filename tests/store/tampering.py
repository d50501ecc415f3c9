"""What somebody does who may change the database itself, and what it has to be called."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.store import mail_log
from frontdesk.core.store.connection import Connection, by_name
from frontdesk.core.store.engine import Store

Tampering = Callable[[Connection, random.Random], list[Damage]]


@contextmanager
def unguarded(store: Store) -> Iterator[Connection]:
    """A transaction past what the database refuses; `guarded` makes it refuse again."""
    with store._writing.lent() as connection:
        if connection.is_sqlite:
            connection.execute("PRAGMA foreign_keys=OFF")
        connection.begin()
        if connection.is_sqlite:
            guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
            for name, _sql in guards:
                connection.execute(f'DROP TRIGGER "{name}"')
            _guards[id(connection)] = [sql for _name, sql in guards]
        else:
            connection.execute("SET LOCAL session_replication_role = replica")
        yield connection
        connection.commit()


_guards: dict[int, list[str]] = {}
"""What a connection refuses no more."""


def guarded(connection: Connection) -> None:
    for sql in _guards.pop(id(connection), []):
        connection.execute(sql)


def one(connection: Connection, dice: random.Random, query: str) -> int:
    found: list[int] = list(connection.execute(query).scalars())
    return dice.choice(found)


def _name(connection: Connection, table: str, id_: int) -> str:
    """What people call the row."""
    column = "path" if table == "setting" else "id"
    return str(connection.execute(f"SELECT {column} FROM {table} WHERE id = {id_}").scalar_one())


def _changed(table: str, column: str, value: str, where: str = "") -> Tampering:
    def tamper(connection: Connection, dice: random.Random) -> list[Damage]:
        id_ = one(connection, dice, f"SELECT id FROM {table} {where}")
        named = _name(connection, table, id_)
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE id = {id_}")
        guarded(connection)
        return [Damage(table, named, Wrong.CHANGED)]

    tamper.__name__ = f"changed_{table}_{column}"
    return tamper


def _gone(table: str, where: str = "") -> Tampering:
    def tamper(connection: Connection, dice: random.Random) -> list[Damage]:
        id_ = one(connection, dice, f"SELECT id FROM {table} {where}")
        named = _name(connection, table, id_)
        connection.execute(f"DELETE FROM {table} WHERE id = {id_}")
        guarded(connection)
        return [Damage(table, named, Wrong.MISSING)]

    tamper.__name__ = f"gone_{table}"
    return tamper


def _twice(table: str, **other: str) -> Tampering:
    """The newest row once more, with `other` values where two may not have the same."""

    def tamper(connection: Connection, dice: random.Random) -> list[Damage]:
        columns = by_name(connection.execute(f"SELECT * FROM {table} LIMIT 1").one())
        id_ = connection.execute(f"SELECT max(id) + 1 FROM {table}").scalar_one()
        values = {it: f'"{it}"' for it in columns} | {"id": str(id_)} | other
        names, new = ", ".join(f'"{it}"' for it in values), ", ".join(values.values())
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {new} FROM {table} WHERE id = {id_} - 1")
        guarded(connection)
        return [Damage(table, str(id_), Wrong.INSERTED)]

    tamper.__name__ = f"inserted_{table}"
    return tamper


def detail_gone(connection: Connection, dice: random.Random) -> list[Damage]:
    id_ = one(connection, dice, "SELECT event_id FROM event_detail")
    connection.execute(f"DELETE FROM event_detail WHERE event_id = {id_}")
    guarded(connection)
    return [Damage("event_detail", str(id_), Wrong.MISSING)]


def details_swapped(connection: Connection, dice: random.Random) -> list[Damage]:
    first, second = dice.sample(list(connection.execute("SELECT event_id FROM event_detail").scalars()), 2)
    kept = {row.event_id: row for row in connection.execute("SELECT * FROM event_detail")}
    change = "UPDATE event_detail SET salt = :salt, detail = :detail WHERE event_id = :id"
    for to, of in ((first, second), (second, first)):
        connection.execute(change, {"id": to, "salt": kept[of].salt, "detail": kept[of].detail})
    guarded(connection)
    return [Damage("event_detail", str(it), Wrong.CHANGED) for it in (first, second)]


def tail_cut(connection: Connection, dice: random.Random) -> list[Damage]:
    """With the end of the chain set right, as by who knows how."""
    last = connection.execute("SELECT max(id) FROM event").scalar_one()
    _cut(connection, last - 1)
    guarded(connection)
    return [Damage("event", f"{last} to {last}", Wrong.CUT_SHORT)]


def tail_cut_clumsily(connection: Connection, dice: random.Random) -> list[Damage]:
    last = connection.execute("SELECT max(id) FROM event").scalar_one()
    for table in ("notice", "event_detail", "event_thing"):
        connection.execute(f"DELETE FROM {table} WHERE event_id = {last}")
    connection.execute(f"DELETE FROM event WHERE id = {last}")
    guarded(connection)
    return [Damage("event", f"{last} to {last}", Wrong.CUT_SHORT)]


def _cut(connection: Connection, to: int) -> None:
    for table in ("notice", "event_detail", "event_thing"):
        connection.execute(f"DELETE FROM {table} WHERE event_id > {to}")
    connection.execute(f"DELETE FROM event WHERE id > {to}")
    connection.execute(f"UPDATE event_chain SET head = (SELECT digest FROM event WHERE id = {to})")


def chain_stamped_anew(connection: Connection, dice: random.Random) -> list[Damage]:
    """An actor is changed, and every digest from there on made right."""
    at = one(connection, dice, "SELECT id FROM event")
    connection.execute(f"UPDATE event SET actor = 'somebody' WHERE id = {at}")
    _stamp(connection, at)
    guarded(connection)
    last = connection.execute("SELECT max(id) FROM event").scalar_one()
    return [Damage("event", f"up to {last}", Wrong.STAMPED_ANEW)]


def _stamp(connection: Connection, since: int) -> None:
    columns = (
        "id", "at", "actor", "role", "terminal", "operation", "subject_kind", "subject_id", "batch", "undoes",
        "detail_digest", "actor_kind", "on_behalf_of",
    )  # fmt: skip
    previous = connection.execute(f"SELECT digest FROM event WHERE id = {since} - 1").scalar() or ""
    for row in list(connection.execute(f"SELECT * FROM event WHERE id >= {since} ORDER BY id").mappings()):
        things = connection.execute(
            f"SELECT kind, thing_id, is_about FROM event_thing WHERE event_id = {row['id']}"
        ).all()
        named = [(kind, id_, "about") if about else (kind, id_) for kind, id_, about in sorted(map(tuple, things))]
        told = json.dumps([row[name] for name in columns])
        digest = hashlib.sha256("\0".join((previous, told, json.dumps(named))).encode()).hexdigest()
        change = "UPDATE event SET previous = :previous, digest = :digest WHERE id = :id"
        connection.execute(change, {"previous": previous, "digest": digest, "id": row["id"]})
        previous = digest
    connection.execute("UPDATE event_chain SET head = :head", {"head": previous})


def opening_gone(connection: Connection, dice: random.Random) -> list[Damage]:
    id_ = one(connection, dice, "SELECT id FROM access_log WHERE id < (SELECT max(id) FROM access_log)")
    connection.execute(f"DELETE FROM access_log WHERE id = {id_}")
    guarded(connection)
    return [Damage("access_log", str(id_), Wrong.MISSING)]


def openings_cut(connection: Connection, dice: random.Random) -> list[Damage]:
    last = connection.execute("SELECT max(id) FROM access_log").scalar_one()
    connection.execute(f"DELETE FROM access_log WHERE id = {last}")
    head = f"(SELECT digest FROM access_log WHERE id = {last} - 1)"
    connection.execute(f"UPDATE event_chain SET access_head = {head}")
    guarded(connection)
    return [Damage("access_log", f"{last} to {last}", Wrong.CUT_SHORT)]


def mail_reworded(connection: Connection, dice: random.Random) -> list[Damage]:
    """Another text, and a log that says it was always so."""
    at = one(connection, dice, "SELECT id FROM mail_log")
    connection.execute(f"UPDATE mail_log SET content = '{'0' * 64}' WHERE id = {at}")
    previous = connection.execute(f"SELECT digest FROM mail_log WHERE id = {at} - 1").scalar() or ""
    for row in connection.execute(f"SELECT * FROM mail_log WHERE id >= {at} ORDER BY id").all():
        told = json.dumps([row.id, row.at, row.act, row.mail_id, row.content, row.goes_to, row.secrets])
        digest = hashlib.sha256(f"{previous}\0{told}".encode()).hexdigest()
        change = "UPDATE mail_log SET previous = :previous, digest = :digest WHERE id = :id"
        connection.execute(change, {"previous": previous, "digest": digest, "id": row.id})
        previous = digest
    connection.execute("UPDATE event_chain SET mail_head = :head", {"head": previous})
    guarded(connection)
    last = connection.execute("SELECT max(id) FROM mail_log").scalar_one()
    return [Damage("mail_log", f"up to {last}", Wrong.STAMPED_ANEW)]


def mail_reworded_and_logged(connection: Connection, dice: random.Random) -> list[Damage]:
    """A mail that left says something else, and the log is gone on with as it should be."""
    mail = by_name(connection.execute("SELECT * FROM mail ORDER BY id LIMIT 1").one())
    reworded = {**mail, "body": "Come tomorrow.", "state": "sent", "sent_at": mail["made_at"] + 60}
    change = "UPDATE mail SET body = :body, state = :state, sent_at = :sent_at WHERE id = :id"
    connection.execute(change, reworded)
    said = mail_log.said(reworded, mail["salt"])
    last = connection.execute("SELECT id, digest FROM mail_log ORDER BY id DESC LIMIT 1").one()
    act = dice.choice([mail["act"], 0, connection.execute("SELECT max(batch) FROM event").scalar_one()])
    entry: list[Any] = [
        last.id + 1,
        mail["made_at"] + 3600,
        act,
        mail["id"],
        said.content,
        said.goes_to,
        said.secrets,
    ]
    digest = hashlib.sha256(f"{last.digest}\0{json.dumps(entry)}".encode()).hexdigest()
    names = ("id", "at", "act", "mail", "content", "goes_to", "secrets", "previous", "digest")
    values = dict(zip(names, [*entry, last.digest, digest], strict=True))
    places = ", ".join(f":{name}" for name in names)
    connection.execute(f"INSERT INTO mail_log VALUES ({places})", values)
    connection.execute("UPDATE event_chain SET mail_head = :head", {"head": digest})
    guarded(connection)
    return [Damage("mail", str(mail["id"]), Wrong.CHANGED)]


def mails_swapped(connection: Connection, dice: random.Random) -> list[Damage]:
    """One client's letter goes to another."""
    first, second = dice.sample(list(connection.execute("SELECT id FROM mail").scalars()), 2)
    kept = {row.id: row.body for row in connection.execute("SELECT id, body FROM mail")}
    for to, of in ((first, second), (second, first)):
        connection.execute("UPDATE mail SET body = :body WHERE id = :id", {"id": to, "body": kept[of]})
    guarded(connection)
    return [Damage("mail", str(it), Wrong.CHANGED) for it in (first, second)]


def mail_log_cut(connection: Connection, dice: random.Random) -> list[Damage]:
    last = connection.execute("SELECT max(id) FROM mail_log").scalar_one()
    connection.execute(f"DELETE FROM mail_log WHERE id = {last}")
    head = f"(SELECT digest FROM mail_log WHERE id = {last} - 1)"
    connection.execute(f"UPDATE event_chain SET mail_head = {head}")
    guarded(connection)
    return [Damage("mail_log", f"{last} to {last}", Wrong.CUT_SHORT)]


def event_gone(connection: Connection, dice: random.Random) -> list[Damage]:
    id_ = one(connection, dice, "SELECT id FROM event WHERE id < (SELECT max(id) FROM event)")
    for table in ("notice", "event_detail", "event_thing"):
        connection.execute(f"DELETE FROM {table} WHERE event_id = {id_}")
    connection.execute(f"DELETE FROM event WHERE id = {id_}")
    guarded(connection)
    return [Damage("event", str(id_), Wrong.MISSING)]


def claim_gone(connection: Connection, dice: random.Random) -> list[Damage]:
    id_ = one(connection, dice, "SELECT id FROM claim")
    row = connection.execute(f"SELECT source_kind, source_id FROM claim WHERE id = {id_}").one()
    connection.execute(f"DELETE FROM claim WHERE id = {id_}")
    guarded(connection)
    return [Damage(row.source_kind, str(row.source_id), Wrong.CLAIM_MISSING)]


def claim_for_nothing(connection: Connection, dice: random.Random) -> list[Damage]:
    id_ = connection.execute("SELECT max(id) + 1 FROM claim").scalar_one()
    connection.execute(
        'INSERT INTO claim (id, resource_id, lane, holder, source_kind, source_id, start, "end", padded_start,'
        f' padded_end) SELECT {id_}, resource_id, 7, holder, source_kind, source_id, start, "end", padded_start,'
        f" padded_end FROM claim WHERE id = {id_} - 1"
    )
    guarded(connection)
    return [Damage("claim", str(id_), Wrong.CLAIM_STRAY)]


def claims_overlap(connection: Connection, dice: random.Random) -> list[Damage]:
    """The guard is away for a moment, and one time is taken twice."""
    row = by_name(connection.execute("SELECT * FROM claim ORDER BY id DESC LIMIT 1").one())
    other = connection.execute("SELECT holder FROM claim WHERE holder <> :h LIMIT 1", {"h": row["holder"]})
    values = {**row, "id": row["id"] + 1, "holder": other.scalar_one()}
    names = ", ".join(f'"{name}"' for name in values)
    connection.execute(f"INSERT INTO claim ({names}) VALUES ({', '.join(f':{it}' for it in values)})", values)
    guarded(connection)
    return [Damage("claim", f"{row['id']} and {row['id'] + 1}", Wrong.OVERLAP)]


def guard_dropped(connection: Connection, dice: random.Random) -> list[Damage]:
    guarded(connection)
    if connection.is_sqlite:
        query = "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
        name = dice.choice(list(connection.execute(query).scalars()))
        connection.execute(f'DROP TRIGGER "{name}"')
        return [Damage(name, "", Wrong.GUARD_MISSING)]
    connection.execute("DROP TRIGGER claim_is_fixed ON claim")
    return [Damage("claim_is_fixed", "", Wrong.GUARD_MISSING)]


def guard_switched_off(connection: Connection, dice: random.Random) -> list[Damage]:
    guarded(connection)
    if connection.is_sqlite:
        connection.execute("DROP TRIGGER claim_no_overlap")
        connection.execute("CREATE TRIGGER claim_no_overlap BEFORE INSERT ON claim WHEN 0 BEGIN SELECT 1; END")
        return [Damage("claim_no_overlap", "", Wrong.GUARD_CHANGED)]
    connection.execute("ALTER TABLE event DISABLE TRIGGER event_is_for_ever")
    return [Damage("event_is_for_ever", "", Wrong.GUARD_CHANGED)]


def index_dropped(connection: Connection, dice: random.Random) -> list[Damage]:
    guarded(connection)
    connection.execute("DROP INDEX claim_by_time")
    return [Damage("claim_by_time", "", Wrong.GUARD_MISSING)]


TAMPERINGS: tuple[Tampering, ...] = (
    _changed("event", "at", "at + 1"),
    _changed("event", "actor", "'nobody'"),
    _changed("event", "operation", "'cancel'", "WHERE operation <> 'cancel'"),
    _changed("access_log", "actor", "'nobody'"),
    _changed("access_log", "client_id", "client_id + 1"),
    _changed("appointment", "price", "1"),
    _changed("appointment", "status", "'arrived'"),
    _changed("appointment", "note", "'x'"),
    _changed("client", "name", "'Somebody'"),
    _changed("client", "email", "'x@example.org'"),
    _changed("client", "search_key", "'x'"),
    _changed("request", "description", "'x'"),
    _changed("request", "state", "'approved'", "WHERE state = 'pending'"),
    _changed("charge", "amount", "amount + 1"),
    _changed("charge", "state", "'waived'"),
    _changed("setting", "value", "replace(value, 'Test Street', 'Elsewhere')", "WHERE path = 'practice.name'"),
    _changed("mail", "body", "'Come tomorrow.'"),
    _changed("mail", "recipient", "'x@example.org'"),
    _changed("mail", "sealed", "'x'"),
    _changed("mail", "sealed", "''", "WHERE sealed <> ''"),
    _gone("appointment"),
    _gone("mail"),
    _gone("client"),
    _gone("request"),
    _gone("charge"),
    _gone("setting", "WHERE path = 'practice.name'"),
    _twice("client", source_id="''"),
    _twice("charge"),
    _twice("mail", occasion="'resend:9'", message_id="'<x@example.org>'"),
    detail_gone,
    details_swapped,
    event_gone,
    tail_cut,
    tail_cut_clumsily,
    chain_stamped_anew,
    opening_gone,
    openings_cut,
    mail_reworded,
    mail_reworded_and_logged,
    mails_swapped,
    mail_log_cut,
    claim_gone,
    claim_for_nothing,
    claims_overlap,
    guard_dropped,
    guard_switched_off,
    index_dropped,
)
