"""The tables of tenants, accounts, tokens and the audit log, beside the others; `dialer.access` uses them."""

import sqlalchemy as sa

from campaigns.store.schema import Id, metadata

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("tenant_id", Id, sa.Identity(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.UniqueConstraint("name"),
    sqlite_autoincrement=True,
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", Id, sa.Identity(), primary_key=True),
    sa.Column("tenant_id", Id, sa.ForeignKey("tenants.tenant_id"), nullable=False),
    sa.Column("login", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    # An Argon2 hash with its parameters; empty for an account that has tokens alone.
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.UniqueConstraint("tenant_id", "login"),
    sqlite_autoincrement=True,
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("token_id", Id, sa.Identity(), primary_key=True),
    sa.Column("account_id", Id, sa.ForeignKey("accounts.account_id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    # SHA-256 of the secret, which itself is nowhere.
    sa.Column("secret_hash", sa.Text, nullable=False),
    # JSON; null where the token may do all that its account may.
    sa.Column("scopes", sa.Text),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False),
    sa.Column("last_used_at", sa.Double),
    sa.Index("tokens_by_account", "account_id", "token_id"),
    sqlite_autoincrement=True,
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("entry_id", Id, sa.Identity(), primary_key=True),
    sa.Column("tenant_id", Id, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("audit_by_tenant", "tenant_id", "entry_id"),
    sqlite_autoincrement=True,
)
