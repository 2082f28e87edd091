"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_campaigns()
    _create_leads()
    _create_lead_groups()
    _create_attempts()
    _create_outcome_counts()
    _create_cdrs()
    _create_blocked_numbers()


def downgrade() -> None:
    for table in ("blocked_numbers", "cdrs", "outcome_counts", "attempts", "lead_groups", "leads", "campaigns"):
        op.drop_table(table)


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_campaigns"),
        sqlite_autoincrement=True,
    )


def _create_leads() -> None:
    op.create_table(
        "leads",
        sa.Column("lead_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts_made", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.Column("engine_id", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.Double()),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_leads_campaign_id"),
        sa.PrimaryKeyConstraint("lead_id", name="pk_leads"),
        sa.UniqueConstraint("number", "campaign_id", name="uq_leads_number"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "leads_leased",
        "leads",
        ["campaign_id", "lease_until"],
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index("leads_ready", "leads", ["campaign_id", "status", "time_zone", "priority", "not_before", "lead_id"])


def _create_lead_groups() -> None:
    op.create_table(
        "lead_groups",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("leads_open", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_lead_groups_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "time_zone", "priority", name="pk_lead_groups"),
        sqlite_with_rowid=False,
    )


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("attempt_number", sa.Integer(), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("caller_id", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.Double(), nullable=False),
        sa.Column("ringing_at", sa.Double()),
        sa.Column("answered_at", sa.Double()),
        sa.Column("bridged_at", sa.Double()),
        sa.Column("ended_at", sa.Double()),
        sa.Column("outcome", sa.Text()),
        sa.Column("sip_status", sa.Integer()),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("disposition_at", sa.Double()),
        sa.Column("engine_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name="fk_attempts_lead_id"),
        sa.PrimaryKeyConstraint("lead_id", "attempt_number", name="pk_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_index("attempts_by_campaign", "attempts", ["campaign_id", "placed_at", "lead_id", "attempt_number"])
    op.create_index("attempts_by_time", "attempts", ["placed_at", "lead_id", "attempt_number"])
    op.create_index(
        "attempts_open",
        "attempts",
        ["engine_id", "campaign_id"],
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )


def _create_outcome_counts() -> None:
    op.create_table(
        "outcome_counts",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_outcome_counts_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "day", "outcome", name="pk_outcome_counts"),
        sqlite_with_rowid=False,
    )


def _create_cdrs() -> None:
    op.create_table(
        "cdrs",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("calling_number", sa.Text(), nullable=False),
        sa.Column("called_number", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double()),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("talk_s", sa.Double(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("sip_status", sa.Integer()),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_cdrs"),
        sqlite_with_rowid=False,
    )
    op.create_index("cdrs_by_campaign", "cdrs", ["campaign_id", "started_at", "call_id"])
    op.create_index("cdrs_by_time", "cdrs", ["started_at", "call_id"])


def _create_blocked_numbers() -> None:
    op.create_table(
        "blocked_numbers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_blocked_numbers"),
        sqlite_with_rowid=False,
    )
