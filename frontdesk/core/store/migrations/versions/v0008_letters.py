"""Which act a mail tells of, and in which letter it leaves: what one act did to several appointments is one letter.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    long = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column in ("act", "goes_with"):
        op.execute(f"ALTER TABLE mail ADD COLUMN {column} {long}")
        op.execute(f"CREATE INDEX mail_{column} ON mail ({column})")
