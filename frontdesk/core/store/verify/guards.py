"""What the database itself refuses: every trigger, index, constraint and function there, and as it was made."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Inspector, create_engine, inspect, text

from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.store import guarantees, rows
from frontdesk.core.store.alchemy import over
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.connection import Connection

_NAME = re.compile(r"CREATE\s+(?:UNIQUE\s+)?(TRIGGER|INDEX|FUNCTION)\s+(\w+)", re.IGNORECASE)
_PG_TRIGGERS = (
    "SELECT tgname, tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT tgisinternal AND n.nspname = current_schema()"
)
_PG_INDEXES = (
    "SELECT c.relname, i.indisvalid AND i.indisready FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
)
_PG_CONSTRAINTS = (
    "SELECT conname, convalidated FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace"
    " WHERE n.nspname = current_schema()"
)
_PG_FUNCTIONS = (
    "SELECT proname, prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = current_schema() AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')"
)


def damage(connection: Connection) -> Iterator[Damage]:
    if connection.is_sqlite:
        yield from _of_sqlite(connection)
    else:
        yield from _of_postgresql(connection)
    yield from _constraints(connection)


def _of_sqlite(connection: Connection) -> Iterator[Damage]:
    """Against what a new database has, word by word."""
    there = {row.name: _plain(row.sql) for row in connection.execute(_SQLITE)}
    for name, sql in _made_new().items():
        if name not in there:
            yield Damage(name, "", Wrong.GUARD_MISSING)
        elif there[name] != sql:
            yield Damage(name, "", Wrong.GUARD_CHANGED)


_SQLITE = "SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"


def _made_new() -> dict[str, str]:
    engine = create_engine("sqlite://", module=driver())
    with engine.begin() as new:
        guarantees.hung_on.create_all(new)
        made = {row.name: _plain(row.sql) for row in new.execute(text(_SQLITE))}
    engine.dispose()
    return made


def _of_postgresql(connection: Connection) -> Iterator[Damage]:
    found: dict[str, dict[str, Any]] = {
        kind: {row[0]: row[1] for row in connection.execute(query)}
        for kind, query in (("TRIGGER", _PG_TRIGGERS), ("INDEX", _PG_INDEXES), ("FUNCTION", _PG_FUNCTIONS))
    }
    for statement in guarantees.POSTGRESQL:
        made = _NAME.search(statement)
        if made is None:
            continue
        kind, name = made[1].upper(), made[2]
        state = found[kind].get(name)
        if state is None:
            yield Damage(name, "", Wrong.GUARD_MISSING)
        elif (kind == "TRIGGER" and state not in ("O", "A")) or state is False:
            yield Damage(name, "", Wrong.GUARD_CHANGED, "it is switched off")
        elif kind == "FUNCTION" and _plain(state) not in _plain(statement):
            yield Damage(name, "", Wrong.GUARD_CHANGED)
    for table in rows.Row.metadata.sorted_tables:
        for index in table.indexes:
            if index.name is not None and index.name not in found["INDEX"]:
                yield Damage(str(index.name), "", Wrong.GUARD_MISSING)
    constraints = {row[0]: row[1] for row in connection.execute(_PG_CONSTRAINTS)}
    if not constraints.get("claim_no_overlap"):
        yield Damage("claim_no_overlap", "", Wrong.GUARD_MISSING)


def _constraints(connection: Connection) -> Iterator[Damage]:
    """Keys, checks and references of every table, by what they are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an index on an expression, which is not asked about
        yield from _of_tables(inspect(over(connection)))


def _of_tables(found: Inspector) -> Iterator[Damage]:
    there = set(found.get_table_names())
    for table in rows.Row.metadata.sorted_tables:
        if table.name not in there:
            yield Damage(table.name, "", Wrong.MISSING, "the whole table")
            continue
        wanted = {
            ("references", *sorted(it.column_keys), it.referred_table.name) for it in table.foreign_key_constraints
        }
        kept = {
            ("references", *sorted(it["constrained_columns"]), it["referred_table"])
            for it in found.get_foreign_keys(table.name)
        }
        checks = {str(it.name) for it in table.constraints if it.__visit_name__ == "check_constraint" and it.name}
        kept_checks = {it["name"] for it in found.get_check_constraints(table.name)}
        uniques = {str(it.name) for it in table.constraints if it.__visit_name__ == "unique_constraint" and it.name}
        kept_uniques = {it["name"] for it in found.get_unique_constraints(table.name)}
        for lost in [*(wanted - kept), *(checks - kept_checks), *(uniques - kept_uniques)]:
            name = lost if isinstance(lost, str) else " ".join(lost)
            yield Damage(table.name, name, Wrong.GUARD_MISSING)


def _plain(sql: str) -> str:
    """Without what a migration writes otherwise: spaces, quotes, case."""
    return re.sub(r'[\s"`]+', "", sql).casefold()
