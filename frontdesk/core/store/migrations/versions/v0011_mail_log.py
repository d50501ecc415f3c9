"""What each mail says, in a chain of its own; and that clients can be forgotten.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

COLUMNS = ("id", "at", "act", "mail_id", "content", "goes_to", "secrets", "previous", "digest")
NUMBERS = ("id", "at", "act", "mail_id")
CONTENT = (
    "reader", "kind", "subject_kind", "subject_id", "sequence", "occasion", "name", "client_id", "staff_id",
    "language", "subject", "body", "html", "calendar", "method", "message", "message_id", "thread", "known", "tells",
    "act",
)  # fmt: skip


def upgrade() -> None:
    bind = op.get_bind()
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "mail_log",
        *(sa.Column(name, long if name in NUMBERS else sa.Text(), nullable=False) for name in COLUMNS),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mail_log_mail_id", "mail_log", ["mail_id"])
    op.add_column("event_chain", sa.Column("mail_head", sa.Text(), nullable=False, server_default=""))
    op.add_column("mail", sa.Column("salt", sa.Text(), nullable=False, server_default=""))
    _write_down(bind)
    bind.execute(sa.text("UPDATE database SET reads_from = '0011'"))
    for statement in SQLITE if bind.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _write_down(bind: sa.Connection) -> None:
    """What the mails that are there say now."""
    head, entries, salts = "", [], []
    for number, row in enumerate(bind.execute(sa.text("SELECT * FROM mail ORDER BY id")).mappings(), 1):
        salt = secrets.token_hex(16)
        content = json.dumps([row[name] for name in CONTENT] + [bool(row["unsure"])])
        goes_to = json.dumps([row["carrier"], row["recipient"]])
        said = [_digest(salt, it) if it else "" for it in (content, goes_to, row["sealed"])]
        told: list[Any] = [number, row["made_at"], row["act"] or 0, row["id"], *said]
        digest = _digest(head, json.dumps(told))
        entries.append(dict(zip(COLUMNS, [*told, head, digest], strict=True)))
        salts.append({"id": row["id"], "salt": salt})
        head = digest
    if entries:
        places = ", ".join(f":{name}" for name in COLUMNS)
        bind.execute(sa.text(f"INSERT INTO mail_log ({', '.join(COLUMNS)}) VALUES ({places})"), entries)
        bind.execute(sa.text("UPDATE mail SET salt = :salt WHERE id = :id"), salts)
    bind.execute(sa.text("UPDATE event_chain SET mail_head = :head"), {"head": head})


def _digest(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\0{text}".encode()).hexdigest()


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
