"""Which database this is, who looks after it, a chain for the access log, and what calendars answered last.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    bind = op.get_bind()
    is_sqlite = bind.dialect.name == "sqlite"
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "database",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", long, nullable=False),
        sa.Column("replaces", long, nullable=True),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("reads_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    number = secrets.randbelow(2**31 - 1) + 1
    make = sa.text("INSERT INTO database VALUES (1, :number, NULL, :drill, '0010')")
    bind.execute(make, {"number": number, "drill": False})
    op.create_table(
        "duty",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("leased_until", long, nullable=True),
        sa.Column("seen_at", long, nullable=True),
        sa.Column("done_at", long, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "reply",
        sa.Column("appointment_id", long, sa.ForeignKey("appointment.id"), nullable=False),
        sa.Column("attendee", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamped_at", long, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appointment_id", "attendee"),
    )
    op.add_column("event_chain", sa.Column("access_head", sa.Text(), nullable=False, server_default=""))
    for column in ("previous", "digest"):
        op.add_column("access_log", sa.Column(column, sa.Text(), nullable=False, server_default=""))
    _chain_the_access_log(bind, is_sqlite)
    if is_sqlite:
        op.execute(f"PRAGMA application_id={number}")
        op.execute("PRAGMA user_version=1")


def _chain_the_access_log(bind: sa.Connection, is_sqlite: bool) -> None:
    """Each entry is tied to the one before it, as events are."""
    if is_sqlite:
        made = bind.execute(sa.text("SELECT sql FROM sqlite_schema WHERE name = 'access_log_no_update'")).scalar_one()
        op.execute("DROP TRIGGER access_log_no_update")
    else:
        op.execute("ALTER TABLE access_log DISABLE TRIGGER access_log_is_for_ever")
    head = ""
    entries = bind.execute(
        sa.text("SELECT id, at, actor, terminal, client_id, actor_kind FROM access_log ORDER BY id")
    ).all()
    for entry in entries:
        digest = hashlib.sha256("\0".join((head, json.dumps(list(entry)))).encode()).hexdigest()
        tied = sa.text("UPDATE access_log SET previous = :previous, digest = :digest WHERE id = :id")
        bind.execute(tied, {"previous": head, "digest": digest, "id": entry.id})
        head = digest
    bind.execute(sa.text("UPDATE event_chain SET access_head = :head"), {"head": head})
    if is_sqlite:
        bind.exec_driver_sql(made)
    else:
        op.execute("ALTER TABLE access_log ENABLE TRIGGER access_log_is_for_ever")
