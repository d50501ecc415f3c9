"""Alembic's entry: the connection comes from `store.migrate`, never from a file of its own."""

from __future__ import annotations

from alembic import context

from frontdesk.core.store.rows import Row

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
