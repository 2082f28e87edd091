"""The table of skips: leads that agents looked at and did not call."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

skips = sa.Table(
    "skips",
    metadata,
    # A lead is in one agent's hands at a time: the moment tells its skips apart, and one written again is known.
    sa.Column("lead_id", Id, primary_key=True),
    sa.Column("skipped_at", sa.Double, primary_key=True),
    sa.Column("campaign_id", Id, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text, nullable=False),
    sa.Column("looked_s", sa.Double, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Index("skips_by_campaign", "campaign_id", "skipped_at", "lead_id"),
    sa.Index("skips_by_time", "skipped_at", "lead_id"),
    sqlite_with_rowid=False,
)
