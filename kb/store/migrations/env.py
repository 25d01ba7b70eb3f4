"""Alembic's entry: runs the migrations on the engine that the program hands over."""

from __future__ import annotations

from alembic import context

from kb.store.schema import metadata

engine = context.config.attributes["engine"]
with engine.connect() as plain:
    connection = plain.execution_options(writing=True)
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
