"""Alembic's entry: works on the connection that `store.database.migrate` hands in."""

from alembic import context
from sqlmodel import SQLModel

import store.tables
import store.tables_digest
import store.tables_mistakes
import store.tables_staff  # noqa: F401 - all fill the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
