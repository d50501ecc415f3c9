"""What each mail says, in a chain of its own; which database was the first, and that clients can be forgotten.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

CONTENT = (
    "carrier", "reader", "kind", "subject_kind", "subject_id", "sequence", "occasion", "recipient", "name",
    "client_id", "staff_id", "language", "subject", "body", "html", "calendar", "method", "message", "message_id",
    "thread", "known", "tells", "made_at", "until", "act",
)  # fmt: skip


def upgrade() -> None:
    bind = op.get_bind()
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "mail_log",
        sa.Column("id", long, nullable=False),
        *(sa.Column(name, long if name == "mail_id" else sa.Text(), nullable=False) for name in COLUMNS[1:]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mail_log_mail_id", "mail_log", ["mail_id"])
    op.add_column("event_chain", sa.Column("mail_head", sa.Text(), nullable=False, server_default=""))
    _write_down(bind)
    op.add_column("database", sa.Column("origin", long, nullable=False, server_default="0"))
    bind.execute(sa.text("UPDATE database SET origin = coalesce(replaces, number), reads_from = '0011'"))
    for statement in SQLITE if bind.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _write_down(bind: sa.Connection) -> None:
    """What the mails that are there say now."""
    head, entries = "", []
    for number, row in enumerate(bind.execute(sa.text("SELECT * FROM mail ORDER BY id")).mappings(), 1):
        content = _digest(json.dumps([row[name] for name in CONTENT] + [bool(row["unsure"])]))
        told: list[Any] = [number, row["id"], content, _digest(row["sealed"]) if row["sealed"] else ""]
        digest = _digest("\0".join((head, json.dumps(told))))
        entries.append(dict(zip(COLUMNS, [*told, head, digest], strict=True)))
        head = digest
    if entries:
        places = ", ".join(f":{name}" for name in COLUMNS)
        bind.execute(sa.text(f"INSERT INTO mail_log ({', '.join(COLUMNS)}) VALUES ({places})"), entries)
    bind.execute(sa.text("UPDATE event_chain SET mail_head = :head"), {"head": head})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


COLUMNS = ("id", "mail_id", "content", "secrets", "previous", "digest")
SQLITE = (
    *(
        f"CREATE TRIGGER mail_log_no_{verb} BEFORE {verb} ON mail_log"
        " BEGIN SELECT RAISE(ABORT, 'mail_log_is_for_ever'); END"
        for verb in ("update", "delete")
    ),
    "CREATE TRIGGER mail_log_no_replace BEFORE INSERT ON mail_log"
    " WHEN EXISTS (SELECT 1 FROM mail_log WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'mail_log_is_for_ever'); END",
)
POSTGRESQL = (
    "CREATE TRIGGER mail_log_is_for_ever BEFORE UPDATE OR DELETE ON mail_log"
    " FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()",
    "CREATE TRIGGER mail_log_is_not_emptied BEFORE TRUNCATE ON mail_log"
    " FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_fixed()",
)
