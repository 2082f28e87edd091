"""The tables of webhooks: who is told of what, and the outbox, which is the log of deliveries too."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("webhook_id", Id, sa.Identity(), primary_key=True),
    sa.Column("tenant_id", Id, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    # JSON; an empty list stands for all.
    sa.Column("events", sa.Text, nullable=False),
    # Signing needs the secret itself.
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("disabled_reason", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Index("webhooks_by_tenant", "tenant_id", "webhook_id"),
    sqlite_autoincrement=True,
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("delivery_id", Id, sa.Identity(), primary_key=True),
    sa.Column("webhook_id", Id, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("answered_status", sa.Integer),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Index("webhook_deliveries_by_webhook", "webhook_id", "delivery_id"),
    sa.Index(
        "webhook_deliveries_due",
        "next_at",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    ),
    sa.Index(
        "webhook_deliveries_ended",
        "ended_at",
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
