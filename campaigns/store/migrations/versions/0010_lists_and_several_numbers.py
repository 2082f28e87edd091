"""Lists, and leads with several numbers, postal code, language and consent."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _widen_leads()
    _group_by_list()
    op.create_table(
        "lead_numbers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name="fk_lead_numbers_lead_id"),
        sa.PrimaryKeyConstraint("number", "lead_id", name="pk_lead_numbers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lead_lists",
        sa.Column("list_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_lead_lists_campaign_id"),
        sa.PrimaryKeyConstraint("list_id", name="pk_lead_lists"),
        sa.UniqueConstraint("campaign_id", "name", name="uq_lead_lists_campaign_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("leads would lose their numbers; restore the backup made before the upgrade")


def _widen_leads() -> None:
    op.drop_index("leads_ready", "leads")
    op.drop_index("leads_leased", "leads")
    with op.batch_alter_table("leads", table_kwargs={"sqlite_autoincrement": True}) as leads:
        leads.drop_constraint("uq_leads_number", type_="unique")
        leads.add_column(sa.Column("phone_kind", sa.Text(), nullable=False, server_default="unknown"))
        for name in ("numbers", "postal_code", "language", "consent"):
            leads.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        for name in ("list_id", "import_id"):
            leads.add_column(sa.Column(name, ID, nullable=False, server_default="0"))
    op.create_index("leads_by_number", "leads", ["number", "campaign_id"])
    op.create_index(
        "leads_leased",
        "leads",
        ["campaign_id", "lease_until"],
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    ready = ["campaign_id", "status", "list_id", "time_zone", "priority", "not_before", "lead_id"]
    op.create_index("leads_ready", "leads", ready)


def _group_by_list() -> None:
    op.drop_table("lead_groups")
    op.create_table(
        "lead_groups",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("leads_open", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_lead_groups_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "list_id", "time_zone", "priority", name="pk_lead_groups"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO lead_groups (campaign_id, list_id, time_zone, priority, leads_open) "
        "SELECT campaign_id, list_id, time_zone, priority, count(*) FROM leads WHERE status <> 'closed' "
        "GROUP BY campaign_id, list_id, time_zone, priority"
    )
