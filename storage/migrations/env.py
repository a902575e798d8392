"""Alembic's environment: runs in the connection that `schema.upgrade` hands over, in its transaction."""

from alembic import context

from klimapartner.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    # SQLite rolls back DDL too, as long as the transaction is begun by hand, as engine.py does.
    transactional_ddl=True,
)
context.run_migrations()
