"""The table of the numbers that tenants have registered as their own."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

caller_ids = sa.Table(
    "caller_ids",
    metadata,
    sa.Column("tenant_id", Id, primary_key=True),
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("added_at", sa.Double, nullable=False),
    # A `CallerIdUse` as JSON: one row for a number, so that it is locked and written as one.
    sa.Column("use", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
