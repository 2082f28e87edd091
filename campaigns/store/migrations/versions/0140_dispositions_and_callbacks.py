"""What dispositions mean, and callbacks."""

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0112"

MEANINGS = ("human", "sale", "refusal", "do_not_call", "callback", "wrong_number", "machine")
IS_CALLBACK = sa.text("status = 'callback'")


def upgrade() -> None:
    op.add_column("attempts", sa.Column("meaning", sa.Text()))
    attempts = sa.table("attempts", sa.column("disposition"), sa.column("meaning"))
    # Words were free before; those that are the names of meanings were most likely meant so.
    op.execute(attempts.update().where(attempts.c.disposition.in_(MEANINGS)).values(meaning=attempts.c.disposition))
    op.add_column("leads", sa.Column("callback", sa.Text(), nullable=False, server_default=""))
    op.add_column("leads", sa.Column("callback_agent", sa.Text()))
    op.add_column("leads", sa.Column("callback_ends_at", sa.Double()))
    op.create_index(
        "leads_called_back",
        "leads",
        ["campaign_id", "not_before", "callback_agent", "callback_ends_at"],
        sqlite_where=IS_CALLBACK,
        postgresql_where=IS_CALLBACK,
    )


def downgrade() -> None:
    raise NotImplementedError("callbacks would be lost; restore a backup")
