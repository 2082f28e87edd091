"""Leads by their attempts, and by a rank; the indexes hold only those leads that are looked for so."""

import sqlalchemy as sa
from alembic import op

revision = "0176"
down_revision = "0190"

GROUP = ["campaign_id", "status", "list_id", "time_zone", "priority"]
TRIED = sa.text("attempts_made >= 0 AND not_before > 0.0")
RANKED = sa.text("rank IS NOT NULL AND not_before = 0.0")


def upgrade() -> None:
    op.add_column("leads", sa.Column("rank", sa.Integer()))
    op.create_index(
        "leads_tried",
        "leads",
        [*GROUP, "attempts_made", "not_before", "lead_id"],
        sqlite_where=TRIED,
        postgresql_where=TRIED,
    )
    op.create_index("leads_ranked", "leads", [*GROUP, "rank", "lead_id"], sqlite_where=RANKED, postgresql_where=RANKED)


def downgrade() -> None:
    op.drop_index("leads_ranked", "leads")
    op.drop_index("leads_tried", "leads")
    op.drop_column("leads", "rank")
