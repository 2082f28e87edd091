"""Tenants, accounts, tokens and the audit log; there is one tenant from the start."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_tenants()
    _create_accounts()
    _create_tokens()
    _create_audit()


def downgrade() -> None:
    for table in ("audit", "tokens", "accounts", "tenants"):
        op.drop_table(table)


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenants"),
        sa.UniqueConstraint("name", name="uq_tenants_name"),
        sqlite_autoincrement=True,
    )
    # Takes id 1 from the column's own counter, so that the next tenant's is 2 in either database.
    op.execute("INSERT INTO tenants (name, created_at) VALUES ('default', 0)")


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_accounts_tenant_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("tenant_id", "login", name="uq_accounts_tenant_id"),
        sqlite_autoincrement=True,
    )


def _create_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("token_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text()),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("last_used_at", sa.Double()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_tokens_account_id"),
        sa.PrimaryKeyConstraint("token_id", name="pk_tokens"),
        sqlite_autoincrement=True,
    )
    op.create_index("tokens_by_account", "tokens", ["account_id", "token_id"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry_id", ID, sa.Identity(always=False), nullable=False),
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_by_tenant", "audit", ["tenant_id", "entry_id"])
