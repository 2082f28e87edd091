"""The tables of erasures, beside the others: which there were, and which engine has carried each out on its machine."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("erasure_id", Id, sa.Identity(), primary_key=True),
    # The same in backups and in the journal of erasures: what tells which of them a restored database lacks.
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("tenant_id", Id, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    # JSON. The numbers are on the do-not-call list and nowhere else.
    sa.Column("lead_ids", sa.Text, nullable=False),
    sa.Column("erased", sa.Text, nullable=False),
    sa.UniqueConstraint("uid"),
    sa.Index("erasures_by_tenant", "tenant_id", "erasure_id"),
    sqlite_autoincrement=True,
)

erasure_work = sa.Table(
    "erasure_work",
    metadata,
    # Files are looked through by each engine on its own machine.
    sa.Column("erasure_id", Id, sa.ForeignKey("erasures.erasure_id"), primary_key=True),
    sa.Column("engine_id", sa.Text, primary_key=True),
    sa.Column("done_at", sa.Double, nullable=False),
    sa.Column("erased", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
