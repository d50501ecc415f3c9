"""Codes with which clients sign in; who was merged into whom is found by an index.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index("client_merged", "client", ["merged_into"])
    op.create_table(
        "access_code",
        sa.Column("id", LONG, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", LONG, nullable=False),
        sa.Column("expires_at", LONG, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("access_code_address", "access_code", ["address", "browser", "made_at"])
    op.create_index("access_code_expires", "access_code", ["expires_at"])
