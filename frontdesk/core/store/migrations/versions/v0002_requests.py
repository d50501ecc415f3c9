"""Terms, requests, charges, the work list, pickers and notices.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPOINTMENT = (
    "ADD COLUMN terms VARCHAR REFERENCES terms (id)",
    "ADD COLUMN missed_cancel {long}",
    "ADD COLUMN missed_reschedule {long}",
    "ADD COLUMN cancel_by TEXT NOT NULL DEFAULT ''",
    "ADD COLUMN cancelled_at {long}",
)


INDEXES = (
    "CREATE UNIQUE INDEX request_one_move ON request (appointment_id)"
    " WHERE state = 'pending' AND kind = 'reschedule'",
    "CREATE INDEX client_same_email ON client (lower(email))",
)


def upgrade() -> None:
    _tables()
    long = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for change in APPOINTMENT:
        op.execute(f"ALTER TABLE appointment {change.format(long=long)}")
    for index in INDEXES:
        op.execute(index)


def _tables() -> None:
    op.create_table(
        "notice_read",
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("notice_id", LONG, nullable=False),
        sa.Column("at", LONG, nullable=False),
        sa.PrimaryKeyConstraint("reader", "notice_id"),
    )
    op.create_table(
        "picker",
        sa.Column("id", LONG, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("expires_at", LONG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "notice",
        sa.Column("id", LONG, nullable=False),
        sa.Column("event_id", LONG, nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("client_id", LONG, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notice_client", "notice", ["client_id", "id"], unique=False)
    op.create_index("notice_event", "notice", ["event_id"], unique=False)
    op.create_index("notice_staff", "notice", ["audience", "staff_id", "id"], unique=False)
    op.create_table(
        "charge",
        sa.Column("id", LONG, nullable=False),
        sa.Column("client_id", LONG, nullable=False),
        sa.Column("appointment_id", LONG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", LONG, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("made_at", LONG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name="charge_amount"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"]),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("charge_appointment", "charge", ["appointment_id"], unique=False)
    op.create_index("charge_client", "charge", ["client_id", "state"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", LONG, nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", LONG, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("asked_for", sa.String(), nullable=True),
        sa.Column("practitioner_id", sa.String(), nullable=False),
        sa.Column("location_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("start", LONG, nullable=False),
        sa.Column("end", LONG, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("asked_at", LONG, nullable=False),
        sa.Column("expires_at", LONG, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("internal_note", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("appointment_id", LONG, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("hold_lost", sa.Boolean(), nullable=False),
        sa.Column("offers", sa.Text(), nullable=False),
        sa.Column("answer_by", LONG, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" < "end"', name="request_span"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"]),
        sa.ForeignKeyConstraint(["asked_for"], ["staff.id"]),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["practitioner_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("request_appointment", "request", ["appointment_id"], unique=False)
    op.create_index("request_asked", "request", ["state", "asked_at"], unique=False)
    op.create_index("request_client", "request", ["client_id"], unique=False)
    op.create_index("request_newest", "request", ["asked_at"], unique=False)
    op.create_index("request_start", "request", ["start"], unique=False)
    op.create_index("request_state", "request", ["state", "start"], unique=False)
    op.create_table(
        "work",
        sa.Column("id", LONG, nullable=False),
        sa.Column("appointment_id", LONG, nullable=False),
        sa.Column("practitioner_id", sa.String(), nullable=False),
        sa.Column("start", LONG, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Text(), nullable=False),
        sa.Column("since", LONG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"]),
        sa.ForeignKeyConstraint(["practitioner_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("work_appointment", "work", ["appointment_id"], unique=False)
    op.create_index("work_cause", "work", ["cause", "cause_id"], unique=False)
    op.create_index("work_state", "work", ["state", "start"], unique=False)
