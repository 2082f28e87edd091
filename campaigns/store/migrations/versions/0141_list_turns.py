"""Whose turn it is among the lists of a campaign that mixes them."""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0131"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "list_turns",
        sa.Column("campaign_id", ID, sa.ForeignKey("campaigns.campaign_id"), nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("turn", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "list_id", name="pk_list_turns"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("list_turns")
