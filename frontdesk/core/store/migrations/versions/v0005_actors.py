"""Actors by kind and id, also those of what happened before, as far as their names tell.

Events stay as they were, and so does their chain. Whom a name meant lies in a table of its own: the staff member who
had just this name with just these roles at some time, or the desk, or the system. A name that fits two is nobody's.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"

Named = tuple[str, str]
"""A name, and the roles it acted with."""


def upgrade() -> None:
    long = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute("ALTER TABLE event ADD COLUMN actor_kind TEXT NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE event ADD COLUMN on_behalf_of {long}")
    off = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(f"ALTER TABLE event_thing ADD COLUMN is_about BOOLEAN NOT NULL DEFAULT {off}")
    op.execute("ALTER TABLE access_log ADD COLUMN actor_kind TEXT NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE request ADD COLUMN applicant_id TEXT NOT NULL DEFAULT ''")
    op.execute(
        "CREATE UNIQUE INDEX request_one_applicant ON request (applicant_id)"
        " WHERE state = 'pending' AND applicant_id <> ''"
    )
    op.create_table(
        "past_actor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "role"),
    )
    op.create_index("past_actor_of", "past_actor", ["actor_kind", "actor"])
    people = _people()
    _keep_past_actors(people)
    _rename_keys(people)
    _for_ever()


def _people() -> dict[Named, set[str]]:
    """Every name with every roles that a staff member ever had, and whose they were."""
    people: dict[Named, set[str]] = defaultdict(set)
    for id_, person in _versions():
        people[person.get("name", ""), ",".join(person.get("roles", []))].add(id_)
    return people


def _versions() -> Iterator[tuple[str, dict]]:  # type: ignore[type-arg]
    for id_, value in _rows("SELECT id, value FROM staff"):
        yield id_, json.loads(value)
    for (detail,) in _rows(
        "SELECT d.detail FROM event_detail d JOIN event_thing t ON t.event_id = d.event_id WHERE t.kind = 'staff'"
    ):
        for change in json.loads(detail)["changes"]:
            if change["kind"] == "staff":
                yield from ((it["id"], it) for it in (change["before"], change["after"]) if it is not None)


def _keep_past_actors(people: dict[Named, set[str]]) -> None:
    for name, role in _rows("SELECT DISTINCT actor, role FROM event"):
        whose = [("staff", id_) for id_ in sorted(people.get((name, role), ()))]
        whose += [("desk", "")] if (name, role) == ("desk", "admin") else []
        whose += [("system", "")] if (name, role) == ("system", "") else []
        if len(whose) == 1:
            _run(
                "INSERT INTO past_actor (name, role, actor_kind, actor) VALUES (:name, :role, :kind, :id)",
                name=name,
                role=role,
                kind=whose[0][0],
                id=whose[0][1],
            )


def _rename_keys(people: dict[Named, set[str]]) -> None:
    """What is kept by an actor's name, or by a person's bare id, gets their key; where it fits two it goes, or stays
    a mere name where that is only shown.
    """
    by_name: dict[str, set[str]] = defaultdict(set)
    for (name, _), ids in people.items():
        by_name[name] |= {f"staff:{id_}" for id_ in ids}
    by_name["desk"].add("desk")
    by_name["system"].add("system")
    for table, column in (("picked_up", "actor"), ("picker", "actor"), ("mail", "decided_by")):
        for (name,) in _rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''"):
            keys = by_name.get(name, set())
            if len(keys) == 1:
                if table == "picked_up":  # under two names of one person: once is enough
                    _run(
                        "DELETE FROM picked_up WHERE actor = :name AND appointment_id IN"
                        " (SELECT appointment_id FROM picked_up WHERE actor = :key)",
                        key=min(keys),
                        name=name,
                    )
                _run(f"UPDATE {table} SET {column} = :key WHERE {column} = :name", key=min(keys), name=name)
            elif table == "picked_up":
                gone = op.get_bind().execute(
                    sa.text("SELECT appointment_id FROM picked_up WHERE actor = :name"), {"name": name}
                )
                context.config.attributes["let_go"] |= set(gone.scalars())
                _run("DELETE FROM picked_up WHERE actor = :name", name=name)
    staff = {id_ for (id_,) in _rows("SELECT id FROM staff")}
    for (reader,) in _rows("SELECT DISTINCT reader FROM notice_read"):
        key = f"staff:{reader}" if reader in staff else "desk" if reader == "desk" else None
        if key is not None:
            _run("UPDATE notice_read SET reader = :key WHERE reader = :reader", key=key, reader=reader)


def _for_ever() -> None:
    """Whom a name meant is never changed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER past_actor_is_for_ever BEFORE UPDATE OR DELETE ON past_actor"
            " FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()"
        )
        op.execute(
            "CREATE TRIGGER past_actor_is_not_emptied BEFORE TRUNCATE ON past_actor"
            " FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_fixed()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER past_actor_no_{verb} BEFORE {verb} ON past_actor"
            " BEGIN SELECT RAISE(ABORT, 'past_actor_is_for_ever'); END"
        )
    op.execute(
        "CREATE TRIGGER past_actor_no_replace BEFORE INSERT ON past_actor WHEN EXISTS"
        " (SELECT 1 FROM past_actor WHERE name = NEW.name AND role = NEW.role)"
        " BEGIN SELECT RAISE(ABORT, 'past_actor_is_for_ever'); END"
    )


def _rows(sql: str) -> list[sa.Row]:  # type: ignore[type-arg]
    return list(op.get_bind().execute(sa.text(sql)).all())


def _run(sql: str, **values: str) -> None:
    op.get_bind().execute(sa.text(sql), values)
