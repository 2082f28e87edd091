"""CDRs keep what answering-machine detection made of the answer."""

import sqlalchemy as sa
from alembic import op

revision = "0210"
down_revision = "0180"


def upgrade() -> None:
    op.add_column("cdrs", sa.Column("amd", sa.Text(), nullable=False, server_default=""))
    op.add_column("cdrs", sa.Column("amd_confidence", sa.Double()))
    op.add_column("cdrs", sa.Column("amd_reason", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("amd_reason", "amd_confidence", "amd"):
        op.drop_column("cdrs", name)
