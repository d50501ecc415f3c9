"""The first schema.

A migration is what happened once: it repeats what `rows.py` said then, and never changes. A test holds that
all migrations together make what `rows.py` says now.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    """
    CREATE TRIGGER claim_no_overlap BEFORE INSERT ON claim WHEN EXISTS (
      SELECT 1 FROM claim c WHERE c.resource_id = NEW.resource_id AND c.lane = NEW.lane
      AND c.holder <> NEW.holder
      AND c.padded_start > NEW.padded_start - 86400 AND c.padded_start < NEW.padded_end
      AND (c."start" < NEW.padded_end AND NEW.padded_start < c."end"
        OR NEW."start" < c.padded_end AND c.padded_start < NEW."end"))
    BEGIN SELECT RAISE(ABORT, 'claim_no_overlap'); END
    """,
    "CREATE TRIGGER claim_is_fixed BEFORE UPDATE ON claim BEGIN SELECT RAISE(ABORT, 'claim_is_fixed'); END",
    *(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table}_is_for_ever'); END"
        for table in ("event", "event_thing", "access_log")
        for verb in ("update", "delete")
    ),
    *(  # INSERT OR REPLACE deletes without asking the delete triggers
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
        f" BEGIN SELECT RAISE(ABORT, '{table}_is_for_ever'); END"
        for table, same in (
            ("event", "id = NEW.id"),
            ("event_thing", "event_id = NEW.event_id AND kind = NEW.kind AND thing_id = NEW.thing_id"),
            ("access_log", "id = NEW.id"),
        )
    ),
    "CREATE VIRTUAL TABLE client_search USING fts5(search_key, content='client', content_rowid='id',"
    " tokenize='trigram')",
    "CREATE TRIGGER client_search_insert AFTER INSERT ON client BEGIN"
    " INSERT INTO client_search(rowid, search_key) VALUES (new.id, new.search_key); END",
    "CREATE TRIGGER client_search_delete AFTER DELETE ON client BEGIN"
    " INSERT INTO client_search(client_search, rowid, search_key)"
    " VALUES ('delete', old.id, old.search_key); END",
    "CREATE TRIGGER client_search_update AFTER UPDATE OF search_key ON client BEGIN"
    " INSERT INTO client_search(client_search, rowid, search_key)"
    " VALUES ('delete', old.id, old.search_key);"
    " INSERT INTO client_search(rowid, search_key) VALUES (new.id, new.search_key); END",
)
POSTGRESQL_FIRST = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
)

POSTGRESQL = (
    """
    CREATE TABLE claim_span (claim_id bigint NOT NULL REFERENCES claim ON DELETE CASCADE,
      resource_id bigint NOT NULL, lane int NOT NULL, holder uuid NOT NULL, kind int8range NOT NULL,
      "start" bigint NOT NULL, "end" bigint NOT NULL, CHECK ("start" < "end"), PRIMARY KEY (claim_id, kind),
      CONSTRAINT claim_no_overlap EXCLUDE USING gist (resource_id WITH =, lane WITH =, holder WITH <>,
        kind WITH &&, int8range("start", "end") WITH &&))
    """,
    """
    CREATE FUNCTION claim_spans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO claim_span VALUES
      (NEW.id, NEW.resource_id, NEW.lane, NEW.holder, int8range(NULL, NULL), NEW."start", NEW."end"),
      (NEW.id, NEW.resource_id, NEW.lane, NEW.holder, int8range(NEW.id, NEW.id, '[]'),
       NEW.padded_start, NEW.padded_end);
      RETURN NULL; END $$
    """,
    "CREATE TRIGGER claim_spans AFTER INSERT ON claim FOR EACH ROW EXECUTE FUNCTION claim_spans()",
    "CREATE FUNCTION frontdesk_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION '%_is_fixed', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER claim_is_fixed BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()",
    *(
        f"CREATE TRIGGER {table}_is_for_ever BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()"
        for table in ("event", "event_thing", "access_log")
    ),
    *(
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_fixed()"
        for table in ("event", "event_thing", "access_log")
    ),
    # spans go only with their claim: by the cascade, which is a trigger's doing
    "CREATE TRIGGER claim_span_is_fixed BEFORE UPDATE ON claim_span FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()",
    "CREATE TRIGGER claim_span_stays BEFORE DELETE ON claim_span"
    " FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION frontdesk_fixed()",
    "CREATE INDEX client_search ON client USING gin (search_key gin_trgm_ops)",
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        _run(POSTGRESQL_FIRST)
    _tables()
    _run(POSTGRESQL if dialect == "postgresql" else SQLITE)
    op.execute("INSERT INTO event_chain (id, head) VALUES (1, '')")


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def _tables() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", LONG, nullable=False),
        sa.Column("at", LONG, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("client_id", LONG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_log_client_id", "access_log", ["client_id"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", LONG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("phone_digits", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("born", sa.Text(), nullable=True),
        sa.Column("contacts", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("merged_into", LONG, nullable=True),
        sa.Column("created_at", LONG, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("client_born", "client", ["born"], unique=False)
    op.create_index("client_by_name", "client", ["life", "search_key", "id"], unique=False)
    op.create_index("client_email", "client", ["email"], unique=False)
    op.create_index("client_phone", "client", ["phone_digits"], unique=False)
    op.create_index("client_source", "client", ["source", "source_id"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", LONG, nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event",
        sa.Column("id", LONG, nullable=False),
        sa.Column("at", LONG, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("batch", LONG, nullable=False),
        sa.Column("undoes", LONG, nullable=True),
        sa.Column("detail_digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_actor", "event", ["actor", "id"], unique=False)
    op.create_index("event_at", "event", ["at"], unique=False)
    op.create_index("event_batch", "event", ["batch"], unique=False)
    op.create_table(
        "event_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event_detail",
        sa.Column("event_id", LONG, nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "event_thing",
        sa.Column("event_id", LONG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thing_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "kind", "thing_id"),
    )
    op.create_index("event_thing_of", "event_thing", ["kind", "thing_id", "event_id"], unique=False)
    op.create_table(
        "location",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "picked_up",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("appointment_id", LONG, nullable=False),
        sa.Column("at", LONG, nullable=False),
        sa.PrimaryKeyConstraint("actor", "appointment_id"),
    )
    op.create_table(
        "practice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "reason",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "resource",
        sa.Column("id", LONG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "claim",
        sa.Column("id", LONG, nullable=False),
        sa.Column("resource_id", LONG, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", LONG, nullable=False),
        sa.Column("start", LONG, nullable=False),
        sa.Column("end", LONG, nullable=False),
        sa.Column("padded_start", LONG, nullable=False),
        sa.Column("padded_end", LONG, nullable=False),
        sa.Column("expires_at", LONG, nullable=True),
        sa.CheckConstraint(
            'padded_start <= "start" AND "start" < "end" AND "end" <= padded_end AND padded_end - padded_start <= 86400',
            name="claim_span_in_order",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "claim_by_time",
        "claim",
        ["resource_id", "padded_start", "padded_end", "start", "end", "lane", "expires_at", "holder"],
        unique=False,
    )
    op.create_index(
        "claim_expiring",
        "claim",
        ["resource_id", "expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("claim_holder", "claim", ["holder"], unique=False)
    op.create_index("claim_source", "claim", ["source_kind", "source_id"], unique=False)
    op.create_table(
        "room",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("resource_id", LONG, nullable=False),
        sa.Column("location_id", sa.String(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("resource_id", LONG, nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "appointment",
        sa.Column("id", LONG, nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("client_id", LONG, nullable=False),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("practitioner_id", sa.String(), nullable=False),
        sa.Column("location_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("start", LONG, nullable=False),
        sa.Column("end", LONG, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("price", LONG, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("cancel_text", sa.Text(), nullable=False),
        sa.Column("cancel_link", sa.Boolean(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("room_lane", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("internal_note", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" < "end"', name="appointment_span"),
        sa.ForeignKeyConstraint(
            ["cancel_reason"],
            ["reason.id"],
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appointment_client", "appointment", ["client_id", "start"], unique=False)
    op.create_index("appointment_practitioner", "appointment", ["practitioner_id", "start"], unique=False)
    op.create_index("appointment_source", "appointment", ["source", "source_id"], unique=False)
    op.create_index("appointment_start", "appointment", ["start"], unique=False)
    op.create_table(
        "time_off",
        sa.Column("id", LONG, nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_time_off_staff_id", "time_off", ["staff_id"], unique=False)
