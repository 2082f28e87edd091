"""Recordings of conversations are found again."""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0130"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("recording_id", ID, sa.Identity(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recordings"),
        sa.UniqueConstraint("path", name="uq_recordings_path"),
        sqlite_autoincrement=True,
    )
    op.create_index("recordings_by_campaign", "recordings", ["campaign_id", "recording_id"])
    op.create_index("recordings_by_agent", "recordings", ["agent_id", "recording_id"])
    op.create_index("recordings_by_number", "recordings", ["number", "recording_id"])
    op.create_index("recordings_by_call", "recordings", ["call_id"])


def downgrade() -> None:
    op.drop_table("recordings")
