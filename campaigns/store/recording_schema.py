"""The table of recordings, beside the others."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

recordings = sa.Table(
    "recordings",
    metadata,
    sa.Column("recording_id", Id, sa.Identity(), primary_key=True),
    sa.Column("call_id", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text, nullable=False),
    # Those of the call's attempt, so that a search needs no other table.
    sa.Column("campaign_id", Id, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.UniqueConstraint("path"),
    sa.Index("recordings_by_campaign", "campaign_id", "recording_id"),
    sa.Index("recordings_by_agent", "agent_id", "recording_id"),
    sa.Index("recordings_by_number", "number", "recording_id"),
    sa.Index("recordings_by_call", "call_id"),
    sqlite_autoincrement=True,
)
