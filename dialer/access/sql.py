"""Tenants, accounts, tokens and the audit log in the database; every method is one transaction.

Whatever belongs to a tenant is asked for with the tenant's id, so that another's is never found.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from campaigns.ports import Page
from campaigns.store.access_schema import accounts, audit, tenants, tokens
from campaigns.store.database import Database, insert
from campaigns.store.listing import ID_MAX, cut, read_id_cursor
from dialer.access.errors import (
    AccountNotFoundError,
    LastAdminError,
    NameTakenError,
    TenantNotFoundError,
    TokenNotFoundError,
)
from dialer.access.model import Account, AuditEntry, Role, Scope, Tenant, Token

S = TypeVar("S", Tenant, Account, AuditEntry)

USED_S = 60.0
"""How exactly the last use of a token is kept: a write for each request would be one too many."""
KEPT_S = 30 * 86400.0
"""How long an expired token is still listed."""

_ACCOUNT = tuple(accounts.c[field] for field in Account.__struct_fields__)
_TOKEN = tuple(tokens.c[field] for field in Token.__struct_fields__)
_AUDIT = tuple(audit.c[field] for field in AuditEntry.__struct_fields__)


class AccessStore:
    """Safe to use from several threads and processes; the database's tables are up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_accounts = False

    # Tenants

    def create_tenant(self, name: str, now: float) -> Tenant:
        """Add a tenant.

        Raises:
            NameTakenError: there is one of that name.
        """
        with self._database.writing() as connection:
            statement = insert(connection, tenants).on_conflict_do_nothing().returning(tenants.c.tenant_id)
            tenant_id = connection.execute(statement, [{"name": name, "created_at": now}]).scalar_one_or_none()
            if tenant_id is None:
                raise NameTakenError(f"there is a tenant {name!r} already", "name")
        return Tenant(tenant_id=tenant_id, name=name, created_at=now)

    def tenants(self) -> Sequence[Tenant]:
        """All tenants, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(tenants).order_by(tenants.c.tenant_id)).all()
        return tuple(_to(Tenant, row) for row in rows)

    def tenant_named(self, name: str) -> Tenant:
        """One tenant.

        Raises:
            TenantNotFoundError: there is none of that name.
        """
        found = next((tenant for tenant in self.tenants() if tenant.name == name), None)
        if found is None:
            raise TenantNotFoundError(f"there is no tenant {name!r}")
        return found

    # Accounts

    def has_accounts(self) -> bool:
        """Whether there is any account: from then on everyone has to say who they are."""
        if not self._has_accounts:
            with self._database.reading() as connection:
                self._has_accounts = connection.scalar(sa.select(accounts.c.account_id).limit(1)) is not None
        return self._has_accounts

    def create_account(self, account: Account, password_hash: str) -> Account:
        """Add an account; its `account_id` is ignored and the stored one returned.

        Raises:
            NameTakenError: the tenant has one with that login.
        """
        row = msgspec.structs.asdict(account) | {"password_hash": password_hash}
        del row["account_id"]
        with self._database.writing() as connection:
            statement = insert(connection, accounts).on_conflict_do_nothing().returning(accounts.c.account_id)
            account_id = connection.execute(statement, [row]).scalar_one_or_none()
            if account_id is None:
                raise NameTakenError(f"there is an account {account.login!r} already", "login")
        return msgspec.structs.replace(account, account_id=account_id)

    def accounts(
        self,
        tenant_id: int,
        *,
        role: Role | None = None,
        is_active: bool | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Account]:
        """A page of a tenant's accounts, oldest first.

        Raises:
            InvalidListingError: the cursor is not one of this listing.
        """
        after = read_id_cursor(cursor)
        wanted = sa.select(*_ACCOUNT).where(accounts.c.tenant_id == tenant_id, accounts.c.account_id > after)
        if role is not None:
            wanted = wanted.where(accounts.c.role == role)
        if is_active is not None:
            wanted = wanted.where(accounts.c.is_active == is_active)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(accounts.c.account_id).limit(limit + 1)).all()
        return cut([(row.account_id, _to(Account, row)) for row in rows], limit, str)

    def account(self, tenant_id: int, account_id: int) -> Account:
        """One account of a tenant.

        Raises:
            AccountNotFoundError: the tenant has no such account.
        """
        with self._database.reading() as connection:
            return _account(connection, tenant_id, account_id)

    def account_with_hash(self, tenant_id: int, login: str) -> tuple[Account, str] | None:
        """An active account by its login, and the hash of its password."""
        of_login = (accounts.c.tenant_id == tenant_id, accounts.c.login == login, accounts.c.is_active)
        with self._database.reading() as connection:
            row = connection.execute(sa.select(*_ACCOUNT, accounts.c.password_hash).where(*of_login)).one_or_none()
        return None if row is None else (_to(Account, row[:-1]), row.password_hash)

    def change_account(
        self,
        tenant_id: int,
        account_id: int,
        *,
        role: Role | None = None,
        is_active: bool | None = None,
        password_hash: str | None = None,
    ) -> Account:
        """Change what is given of an account; a new password and switching off end all its tokens.

        Raises:
            AccountNotFoundError: the tenant has no such account.
            LastAdminError: nobody could look after the tenant's accounts any more.
        """
        given = {"role": role, "is_active": is_active, "password_hash": password_hash}
        changes = {key: value for key, value in given.items() if value is not None}
        with self._database.writing() as connection:
            before = _account(connection, tenant_id, account_id, for_update=True)
            if changes:
                connection.execute(accounts.update().where(accounts.c.account_id == account_id).values(changes))
            after = _account(connection, tenant_id, account_id)
            was_admin = before.role is Role.ADMIN and before.is_active
            if (
                was_admin
                and not (after.role is Role.ADMIN and after.is_active)
                and not _has_admin(connection, tenant_id)
            ):
                raise LastAdminError
            if is_active is False or password_hash is not None:
                connection.execute(tokens.delete().where(tokens.c.account_id == account_id))
        return after

    # Tokens

    def create_token(self, token: Token, secret_hash: str) -> Token:
        """Add a token; its `token_id` is ignored and the stored one returned. Long expired ones are forgotten."""
        row = msgspec.structs.asdict(token) | {"secret_hash": secret_hash}
        row["scopes"] = None if token.scopes is None else msgspec.json.encode(token.scopes).decode()
        del row["token_id"]
        with self._database.writing() as connection:
            connection.execute(tokens.delete().where(tokens.c.expires_at < token.created_at - KEPT_S))
            created = connection.execute(tokens.insert().values(row).returning(tokens.c.token_id))
            return msgspec.structs.replace(token, token_id=created.scalar_one())

    def tokens(self, tenant_id: int, account_id: int | None = None) -> Sequence[Token]:
        """A tenant's tokens, or those of one of its accounts, oldest first."""
        wanted = sa.select(*_TOKEN).join_from(tokens, accounts).where(accounts.c.tenant_id == tenant_id)
        if account_id is not None:
            wanted = wanted.where(tokens.c.account_id == account_id)
        with self._database.reading() as connection:
            return tuple(_to_token(row) for row in connection.execute(wanted.order_by(tokens.c.token_id)))

    def token_with_account(self, token_id: int) -> tuple[Token, str, Account] | None:
        """A token of an active account, the hash of its secret, and the account."""
        wanted = sa.select(*_TOKEN, tokens.c.secret_hash, *_ACCOUNT).join_from(tokens, accounts)
        with self._database.reading() as connection:
            row = connection.execute(wanted.where(tokens.c.token_id == token_id, accounts.c.is_active)).one_or_none()
        if row is None:
            return None
        return _to_token(row[: len(_TOKEN)]), row.secret_hash, _to(Account, row[len(_TOKEN) + 1 :])

    def token_used(self, token: Token, now: float) -> None:
        """Remember that a token was used, to the minute."""
        if token.last_used_at is None or now - token.last_used_at >= USED_S:
            with self._database.writing() as connection:
                connection.execute(tokens.update().where(tokens.c.token_id == token.token_id).values(last_used_at=now))

    def delete_token(self, tenant_id: int, token_id: int, account_id: int | None = None) -> None:
        """End a token of a tenant, at once; with an account only one of that account's.

        Raises:
            TokenNotFoundError: there is none such.
        """
        owners = sa.select(accounts.c.account_id).where(accounts.c.tenant_id == tenant_id)
        gone = tokens.delete().where(tokens.c.token_id == token_id, tokens.c.account_id.in_(owners))
        if account_id is not None:
            gone = gone.where(tokens.c.account_id == account_id)
        with self._database.writing() as connection:
            if connection.execute(gone).rowcount == 0:
                raise TokenNotFoundError(f"there is no token {token_id}")

    # Audit

    def write_audit(self, tenant_id: int, entry: AuditEntry) -> None:
        """Add an entry; its `entry_id` is ignored. Entries are never changed."""
        row = msgspec.structs.asdict(entry) | {"tenant_id": tenant_id}
        del row["entry_id"]
        with self._database.writing() as connection:
            connection.execute(audit.insert(), [row])

    def audit(
        self, tenant_id: int, *, actor: str | None, since: float | None, limit: int, cursor: str | None
    ) -> Page[AuditEntry]:
        """A page of a tenant's entries, newest first.

        Raises:
            InvalidListingError: the cursor is not one of this listing.
        """
        wanted = sa.select(*_AUDIT).where(audit.c.tenant_id == tenant_id)
        if actor is not None:
            wanted = wanted.where(audit.c.actor == actor)
        if since is not None:
            wanted = wanted.where(audit.c.at >= since)
        wanted = wanted.where(audit.c.entry_id < read_id_cursor(cursor, ID_MAX))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(audit.c.entry_id.desc()).limit(limit + 1)).all()
        return cut([(row.entry_id, _to(AuditEntry, row)) for row in rows], limit, str)


def _account(connection: sa.Connection, tenant_id: int, account_id: int, *, for_update: bool = False) -> Account:
    wanted = sa.select(*_ACCOUNT).where(accounts.c.tenant_id == tenant_id, accounts.c.account_id == account_id)
    row = connection.execute(wanted.with_for_update() if for_update else wanted).one_or_none()
    if row is None:
        raise AccountNotFoundError(f"there is no account {account_id}")
    return _to(Account, row)


def _has_admin(connection: sa.Connection, tenant_id: int) -> bool:
    admins = (accounts.c.tenant_id == tenant_id, accounts.c.role == Role.ADMIN, accounts.c.is_active)
    return connection.scalar(sa.select(accounts.c.account_id).where(*admins).with_for_update().limit(1)) is not None


def _to(kind: type[S], row: Sequence[Any]) -> S:
    return msgspec.convert(dict(zip(kind.__struct_fields__, row, strict=True)), kind)


def _to_token(row: Sequence[Any]) -> Token:
    fields = dict(zip(Token.__struct_fields__, row, strict=True))
    if fields["scopes"] is not None:
        # A scope that a later version has dropped gives nothing any more.
        known = set(Scope)
        fields["scopes"] = tuple(Scope(one) for one in msgspec.json.decode(fields["scopes"]) if one in known)
    return Token(**fields)
