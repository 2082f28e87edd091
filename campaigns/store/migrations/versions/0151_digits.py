"""CDRs keep the keys that were pressed."""

import sqlalchemy as sa
from alembic import op

revision = "0151"
down_revision = "0141"


def upgrade() -> None:
    op.add_column("cdrs", sa.Column("digits", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("cdrs", "digits")
