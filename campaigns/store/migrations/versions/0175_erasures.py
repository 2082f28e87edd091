"""Erasures: which there were, and who has carried them out."""

import sqlalchemy as sa
from alembic import op

revision = "0175"
down_revision = "0132"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("erasure_id", ID, sa.Identity(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("lead_ids", sa.Text(), nullable=False),
        sa.Column("erased", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id", name="pk_erasures"),
        sa.UniqueConstraint("uid", name="uq_erasures_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("erasures_by_tenant", "erasures", ["tenant_id", "erasure_id"])
    op.create_table(
        "erasure_work",
        sa.Column("erasure_id", ID, sa.ForeignKey("erasures.erasure_id"), nullable=False),
        sa.Column("engine_id", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Double(), nullable=False),
        sa.Column("erased", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id", "engine_id", name="pk_erasure_work"),
        sqlite_with_rowid=False,
    )
    op.add_column("blocked_numbers", sa.Column("erasure_id", ID))
    op.create_index(
        "blocked_numbers_erased",
        "blocked_numbers",
        ["erasure_id"],
        sqlite_where=sa.text("erasure_id IS NOT NULL"),
        postgresql_where=sa.text("erasure_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("blocked_numbers_erased", "blocked_numbers")
    op.drop_column("blocked_numbers", "erasure_id")
    op.drop_table("erasure_work")
    op.drop_table("erasures")
