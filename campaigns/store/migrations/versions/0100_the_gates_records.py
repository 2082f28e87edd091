"""What the gate asks of the store: attempts by number, further do-not-call lists, and the evidence of each call."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0111"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index("attempts_by_number", "attempts", ["number"])
    op.create_table(
        "do_not_call_lists",
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Double(), nullable=False),
        sa.Column("numbers", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list", name="pk_do_not_call_lists"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listed_numbers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "list", name="pk_listed_numbers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("attempt_number", sa.Integer(), nullable=False),
        sa.Column("verdicts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "attempt_number", name="pk_evidence"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answer_hours",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.Column("machines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="fk_answer_hours_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "hour", name="pk_answer_hours"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO answer_hours (campaign_id, hour, answered, abandoned, machines) "
        "SELECT campaign_id, CAST(answered_at AS INTEGER) / 3600, "
        "sum(CASE WHEN outcome <> 'machine' THEN 1 ELSE 0 END), "
        "sum(CASE WHEN outcome = 'abandoned' THEN 1 ELSE 0 END), "
        "sum(CASE WHEN outcome = 'machine' THEN 1 ELSE 0 END) FROM attempts WHERE answered_at IS NOT NULL "
        "AND outcome IN ('connected', 'abandoned', 'lost', 'message_played', 'machine') "
        "GROUP BY campaign_id, CAST(answered_at AS INTEGER) / 3600"
    )


def downgrade() -> None:
    op.drop_table("answer_hours")
    op.drop_table("evidence")
    op.drop_table("listed_numbers")
    op.drop_table("do_not_call_lists")
    op.drop_index("attempts_by_number", "attempts")
