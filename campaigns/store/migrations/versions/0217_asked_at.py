"""Attempts keep when the person asked for an agent by a menu's key."""

import sqlalchemy as sa
from alembic import op

revision = "0217"
down_revision = "0225"


def upgrade() -> None:
    op.add_column("attempts", sa.Column("asked_at", sa.Double()))


def downgrade() -> None:
    op.drop_column("attempts", "asked_at")
