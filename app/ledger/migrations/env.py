"""Alembic runs here on the connection that the ledger gives it."""

from alembic import context
from sqlmodel import SQLModel

import app.ledger  # noqa: F401  (declares the tables)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
