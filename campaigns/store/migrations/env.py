"""Run by Alembic; the connection, in a transaction, comes from `campaigns.store.migration`."""

from alembic import context

from campaigns.store import access_schema  # noqa: F401 - its tables join the metadata
from campaigns.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
