"""All migrations together make what the tables say, on both engines."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text

from frontdesk.core.domain.machine import Limits
from frontdesk.core.store import connection
from frontdesk.core.store.connecting import driver, sqlite_connection
from frontdesk.core.store.engine import Store
from frontdesk.core.store.migrate import migrate
from frontdesk.core.store.server import OpenServer
from tests.postgres import Server


def shape(connection: Connection) -> dict[str, object]:
    """Tables, columns, indexes, constraints and triggers, comparable between two databases."""
    found = inspect(connection)
    tables = sorted(name for name in found.get_table_names() if not name.startswith("client_search_"))
    described: dict[str, object] = {
        table: (
            [(it["name"], str(it["type"]), it["nullable"]) for it in found.get_columns(table)],
            sorted((it["name"] or "", tuple(it["column_names"])) for it in found.get_indexes(table)),
            sorted(str(sorted(it.items(), key=str)) for it in found.get_foreign_keys(table)),
        )
        for table in tables
    }
    if connection.dialect.name == "sqlite":
        triggers = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        )
    else:
        triggers = connection.execute(
            text("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname")
        )
    described["triggers"] = [tuple(row) for row in triggers]
    return described


def migrated_anew(on: connection.Connection) -> None:
    on.begin()
    migrate(on)
    on.commit()
    on.driven.close()


def test_the_migrations_make_the_sqlite_schema(tmp_path: Path) -> None:
    Store(str(tmp_path / "made.db"), create=True).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}", module=driver())
    made = create_engine(f"sqlite:///{tmp_path / 'made.db'}", module=driver())
    migrated_anew(sqlite_connection(tmp_path / "migrated.db", is_writing=True))
    with engine.connect() as migrated, made.connect() as new:
        assert shape(migrated) == shape(new)


def test_the_migrations_make_the_postgresql_schema(server: Server) -> None:
    url, other = server.database(), server.database()
    Store(url, create=True).close()
    engine = create_engine(other.replace("postgresql://", "postgresql+psycopg://"))
    made = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    migrated_anew(OpenServer(other, other, Limits()).connection(is_writing=True))
    with engine.connect() as migrated, made.connect() as new:
        assert shape(migrated) == shape(new)
    engine.dispose()
    made.dispose()
