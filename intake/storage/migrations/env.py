"""How Alembic runs the migrations: inside the transaction that ``database.migrate`` began."""

from alembic import context

from intake.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite too: a migration that stops half-way leaves nothing behind.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
