"""Which signs stand in what a search looks into: two of them are then found by the index of three.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table("search_sign", sa.Column("sign", sa.String(), nullable=False), sa.PrimaryKeyConstraint("sign"))
    bind = op.get_bind()
    signs: set[str] = set()
    for (key,) in bind.execute(sa.text("SELECT search_key FROM client")):
        signs.update(key)
    if signs:
        bind.execute(sa.text("INSERT INTO search_sign (sign) VALUES (:sign)"), [{"sign": it} for it in sorted(signs)])
