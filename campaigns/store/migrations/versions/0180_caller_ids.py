"""The numbers that tenants have registered as their own."""

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0176"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "caller_ids",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_caller_ids"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("caller_ids")
