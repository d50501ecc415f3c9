"""What the database itself refuses, whatever the program does: hung onto the tables, made with them."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    event,
)

from frontdesk.core.store.rows import Row

EXPIRING = "CREATE INDEX claim_expiring ON claim (resource_id, expires_at) WHERE expires_at IS NOT NULL"
"""Few claims expire: plain SQL on both engines, since naming one engine's option imports that engine everywhere."""


ONE_MOVE = (
    "CREATE UNIQUE INDEX request_one_move ON request (appointment_id) WHERE state = 'pending' AND kind = 'reschedule'"
)
"""An appointment has one pending request to move it, whatever the program does."""


ONE_APPLICANT = (
    "CREATE UNIQUE INDEX request_one_applicant ON request (applicant_id)"
    " WHERE state = 'pending' AND applicant_id <> ''"
)
"""Somebody without a record asks for one appointment at a time, whatever the program does."""


SAME_EMAIL = "CREATE INDEX client_same_email ON client (lower(email))"


FOR_EVER = ("event", "event_thing", "access_log", "mail_log", "past_actor", "consent")
"""Tables whose rows are never changed, and never go."""

SQLITE = (
    EXPIRING,
    ONE_MOVE,
    ONE_APPLICANT,
    SAME_EMAIL,
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
        for table in FOR_EVER
        for verb in ("update", "delete")
    ),
    *(  # INSERT OR REPLACE deletes without asking the delete triggers
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
        f" BEGIN SELECT RAISE(ABORT, '{table}_is_for_ever'); END"
        for table, same in (
            ("event", "id = NEW.id"),
            ("event_thing", "event_id = NEW.event_id AND kind = NEW.kind AND thing_id = NEW.thing_id"),
            ("access_log", "id = NEW.id"),
            ("mail_log", "id = NEW.id"),
            ("past_actor", "name = NEW.name AND role = NEW.role"),
            ("consent", "id = NEW.id"),
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
"""What SQLite alone needs, run once after the tables."""


POSTGRESQL_FIRST = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
)


POSTGRESQL = (
    EXPIRING,
    ONE_MOVE,
    ONE_APPLICANT,
    SAME_EMAIL,
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
        for table in FOR_EVER
    ),
    *(
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_fixed()"
        for table in FOR_EVER
    ),
    # spans go only with their claim: by the cascade, which is a trigger's doing
    "CREATE TRIGGER claim_span_is_fixed BEFORE UPDATE ON claim_span FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()",
    "CREATE TRIGGER claim_span_stays BEFORE DELETE ON claim_span"
    " FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION frontdesk_fixed()",
    "CREATE INDEX client_search ON client USING gin (search_key gin_trgm_ops)",
)
"""What PostgreSQL alone needs: the companion of `claim` whose constraint refuses overlaps."""


def _hang(statements: tuple[str, ...], dialect: str, moment: str) -> None:
    for statement in statements:
        ddl = DDL(statement.replace("%", "%%"))
        event.listen(Row.metadata, moment, ddl.execute_if(dialect=dialect))


_hang(SQLITE, "sqlite", "after_create")
_hang(POSTGRESQL_FIRST, "postgresql", "before_create")
_hang(POSTGRESQL, "postgresql", "after_create")

hung_on = Row.metadata
"""All tables, with what is hung onto them."""
