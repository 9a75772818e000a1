"""Alembic's entry: runs on the connection that it is handed."""

from __future__ import annotations

from alembic import context

from customerai.core.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    # On PostgreSQL each migration commits by itself, so that one may leave its transaction to
    # build an index while others write; on SQLite all of them are one transaction.
    transaction_per_migration=connection.dialect.name == "postgresql",
)
with context.begin_transaction():
    context.run_migrations()
