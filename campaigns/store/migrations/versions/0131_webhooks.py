"""Webhooks and their outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0131"
down_revision = "0150"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", ID, sa.Identity(), nullable=False),
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhooks"),
        sqlite_autoincrement=True,
    )
    op.create_index("webhooks_by_tenant", "webhooks", ["tenant_id", "webhook_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", ID, sa.Identity(), nullable=False),
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double()),
        sa.Column("ended_at", sa.Double()),
        sa.Column("answered_status", sa.Integer()),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_webhook_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index("webhook_deliveries_by_webhook", "webhook_deliveries", ["webhook_id", "delivery_id"])
    for name, column in (("webhook_deliveries_due", "next_at"), ("webhook_deliveries_ended", "ended_at")):
        is_there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "webhook_deliveries", [column], sqlite_where=is_there, postgresql_where=is_there)


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
