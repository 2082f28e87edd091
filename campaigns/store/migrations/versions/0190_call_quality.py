"""CDRs keep how the audio of their calls was."""

import sqlalchemy as sa
from alembic import op

revision = "0190"
down_revision = "0175"

FIGURES = ("jitter_s", "loss_rate", "far_loss_rate", "round_trip_s", "mos")


def upgrade() -> None:
    op.add_column("cdrs", sa.Column("audio", sa.Text(), nullable=False, server_default=""))
    for name in FIGURES:
        op.add_column("cdrs", sa.Column(name, sa.Double()))


def downgrade() -> None:
    for name in reversed(FIGURES):
        op.drop_column("cdrs", name)
    op.drop_column("cdrs", "audio")
