"""How Alembic runs a migration: on the connection that the program hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from collector.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by rebuilding it
    transactional_ddl=True,  # the program begins transactions itself, so SQLite's hold for tables too
)
with context.begin_transaction():
    context.run_migrations()
