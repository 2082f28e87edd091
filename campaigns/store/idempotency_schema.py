"""The table of answers already given, by the key that a client gave its request."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("tenant_id", Id, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    # SHA-256 of method, path and body.
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    # Null while the request is being carried out.
    sa.Column("status", sa.Integer),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("idempotency_keys_by_time", "created_at"),
    sqlite_with_rowid=False,
)
