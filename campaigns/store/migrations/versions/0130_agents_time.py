"""What agents did with their time, and leads to be listed by campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0140"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agent_stays",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_entry", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "agent_id", "started_at", name="pk_agent_stays"),
        sqlite_with_rowid=False,
    )
    op.create_index("agent_stays_by_time", "agent_stays", ["tenant_id", "started_at"])
    op.create_index("leads_by_campaign", "leads", ["campaign_id", "lead_id"])


def downgrade() -> None:
    op.drop_index("leads_by_campaign", "leads")
    op.drop_table("agent_stays")
