"""Ranges of open leads alone; and no look-up of the campaign for each lead that PostgreSQL takes in."""

import sqlalchemy as sa
from alembic import op

revision = "0200"
down_revision = "0210"

OPEN = "status = 'open'"
GROUP = ["campaign_id", "list_id", "priority", "time_zone"]
GROUP_BEFORE = ["campaign_id", "status", "list_id", "time_zone", "priority"]
ENDS = {
    "leads_ready": (["not_before", "lead_id"], ""),
    "leads_tried": (["attempts_made", "not_before", "lead_id"], "attempts_made >= 0 AND not_before > 0.0"),
    "leads_ranked": (["rank", "lead_id"], "rank IS NOT NULL AND not_before = 0.0"),
}


def upgrade() -> None:
    for name, (end, condition) in ENDS.items():
        op.drop_index(name, "leads")
        where = sa.text(f"{condition} AND {OPEN}" if condition else OPEN)
        op.create_index(name, "leads", [*GROUP, *end], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("fk_leads_campaign_id", "leads", type_="foreignkey")


def downgrade() -> None:
    for name, (end, condition) in ENDS.items():
        op.drop_index(name, "leads")
        where = sa.text(condition) if condition else None
        op.create_index(name, "leads", [*GROUP_BEFORE, *end], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key("fk_leads_campaign_id", "leads", "campaigns", ["campaign_id"], ["campaign_id"])
