"""Imports, and how far each has come."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lead_imports",
        sa.Column("import_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_lead_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_lead_imports_campaign_id"),
        sa.PrimaryKeyConstraint("import_id", name="pk_lead_imports"),
        sqlite_autoincrement=True,
    )
    op.create_index("lead_imports_by_campaign", "lead_imports", ["campaign_id", "import_id"])


def downgrade() -> None:
    op.drop_table("lead_imports")
