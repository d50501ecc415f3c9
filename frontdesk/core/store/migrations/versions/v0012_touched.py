"""What changes touch, by kind and day, so that screens ask only for what they show.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "touched",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", long, nullable=False),
        sa.Column("turn", long, nullable=False),
        sa.PrimaryKeyConstraint("kind", "day"),
    )
    op.create_index("touched_turn", "touched", ["turn"])
