"""Texts that clients agreed to, kept by content.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER consent_is_for_ever BEFORE UPDATE OR DELETE ON consent"
            " FOR EACH ROW EXECUTE FUNCTION frontdesk_fixed()"
        )
        op.execute(
            "CREATE TRIGGER consent_is_not_emptied BEFORE TRUNCATE ON consent"
            " FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_fixed()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER consent_no_{verb} BEFORE {verb} ON consent"
            " BEGIN SELECT RAISE(ABORT, 'consent_is_for_ever'); END"
        )
    op.execute(
        "CREATE TRIGGER consent_no_replace BEFORE INSERT ON consent WHEN EXISTS"
        " (SELECT 1 FROM consent WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'consent_is_for_ever'); END"
    )
