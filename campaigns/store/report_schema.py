"""The table of what agents did, beside the others: reports are all that reads it."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

agent_stays = sa.Table(
    "agent_stays",
    metadata,
    sa.Column("tenant_id", Id, primary_key=True),
    sa.Column("agent_id", sa.Text, primary_key=True),
    sa.Column("started_at", sa.Double, primary_key=True),
    sa.Column("ended_at", sa.Double, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # Stays end with a quarter of an hour, so that no report has to cut one; only the first of a state is an entry.
    sa.Column("is_entry", sa.Boolean, nullable=False),
    sa.Index("agent_stays_by_time", "tenant_id", "started_at"),
    sqlite_with_rowid=False,
)
