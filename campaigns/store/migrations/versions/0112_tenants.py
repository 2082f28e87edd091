"""Campaigns and do-not-call lists belong to tenants; what there is belongs to the first."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0100"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("tenant_id", ID, nullable=False, server_default="1"))
    op.create_index("campaigns_by_tenant", "campaigns", ["tenant_id", "campaign_id"])
    op.rename_table("blocked_numbers", "blocked_before")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("pk_blocked_numbers", "blocked_before", type_="primary")
    op.create_table(
        "blocked_numbers",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_blocked_numbers"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO blocked_numbers SELECT 1, number, reason, blocked_at FROM blocked_before")
    op.drop_table("blocked_before")


def downgrade() -> None:
    raise NotImplementedError("a list of several tenants cannot become one list again; restore a backup")
