"""The outbox, the state of its queue, links, and an appointment's own reminders.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    long = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute("ALTER TABLE appointment ADD COLUMN reminders TEXT")
    op.execute(f"ALTER TABLE appointment ADD COLUMN timed_at {long} NOT NULL DEFAULT 0")
    # what stands already was given its time before anybody mailed: it is reminded of from now on
    op.execute("UPDATE appointment SET timed_at = CAST(COALESCE((SELECT max(at) FROM event), 0) AS INTEGER)")
    op.create_index("appointment_holder", "appointment", ["holder"])
    _tables()
    op.execute("INSERT INTO mail_queue (id, fault, detail, tries, seal_print) VALUES (1, '', '', 0, '')")


def _tables() -> None:
    op.create_table(
        "mail",
        sa.Column("id", LONG, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("carrier", "reader", "kind", "subject_kind", "subject_id")
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("occasion", "recipient", "name")),
        sa.Column("client_id", LONG, nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "language",
                "subject",
                "body",
                "html",
                "calendar",
                "method",
                "message",
                "sealed",
                "message_id",
                "thread",
            )
        ),
        sa.Column("known", sa.Text(), nullable=True),
        sa.Column("tells", sa.Text(), nullable=True),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", LONG, nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("until", LONG, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("perhaps", sa.Boolean(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column("leased_until", LONG, nullable=True),
        sa.Column("sent_at", LONG, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "sequence",
            "kind",
            "occasion",
            "reader",
            "recipient",
            name="mail_is_written_once",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("mail_due", "mail", ["state", "due_at", "id"])
    op.create_index("mail_of_subject", "mail", ["subject_kind", "subject_id", "recipient", "id"])
    op.create_index("mail_of_client", "mail", ["client_id", "id"])
    op.create_index("mail_sent", "mail", ["sent_at"])
    op.create_index("mail_occasion", "mail", ["occasion"])
    op.create_index("mail_kind", "mail", ["kind", "due_at"])
    op.create_table(
        "mail_queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", LONG, nullable=True),
        sa.Column("retry_at", LONG, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("seal_print", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "link",
        sa.Column("id", LONG, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", LONG, nullable=False),
        sa.Column("appointment_id", LONG, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.String(), nullable=True),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("made_at", LONG, nullable=False),
        sa.Column("expires_at", LONG, nullable=False),
        sa.Column("closed_at", LONG, nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"]),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("link_appointment", "link", ["appointment_id"])
    op.create_index("link_client", "link", ["client_id"])
    op.create_index("ix_link_occasion", "link", ["occasion"])
