"""A long outbox is counted and paged by indexes.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("mail_counted", "mail", ["state", "carrier", "due_at", "perhaps"])
    over = sa.text("state NOT IN ('paused', 'queued', 'sending')")
    op.create_index("mail_over", "mail", ["id"], sqlite_where=over, postgresql_where=over)
    tried = sa.text("attempts > 0 OR trouble <> ''")
    op.create_index("mail_tried", "mail", ["state", "made_at"], sqlite_where=tried, postgresql_where=tried)
