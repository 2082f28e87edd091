"""Why agents skipped leads that they looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0225"
down_revision = "0200"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "skips",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("skipped_at", sa.Double(), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("looked_s", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "skipped_at", name="pk_skips"),
        sqlite_with_rowid=False,
    )
    op.create_index("skips_by_campaign", "skips", ["campaign_id", "skipped_at", "lead_id"])
    op.create_index("skips_by_time", "skips", ["skipped_at", "lead_id"])


def downgrade() -> None:
    op.drop_table("skips")
