"""`dialer account` and `dialer token`: who may use the service. They work on the database, so nobody is locked out."""

import getpass
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dialer.access.model import DEFAULT_TENANT, Account, AuditEntry, Role, Scope
from dialer.commands.options import ConfigFile, DatabaseUrl, settings_from

account_app = typer.Typer(
    no_args_is_help=True,
    help="Who may use the service. While there is no account, programs on this machine may do everything; from the "
    "first account on, everyone shows a token (`dialer token create`).",
)
token_app = typer.Typer(no_args_is_help=True, help="Keys to the API, each made for one account.")

DAY_S = 86400.0

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The account; an agent's is called as the agent.")]
TenantName = Annotated[str, typer.Option("--tenant", help="Whose account it is, where there are several companies.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@account_app.command("create")
def create(
    login: Login,
    role: Annotated[Role, typer.Option(help="What it may do; `dialer account roles` explains.")],
    tenant: TenantName = DEFAULT_TENANT,
    password_stdin: FromStdin = False,
    without_password: Annotated[bool, typer.Option("--no-password", help="For a program that uses tokens.")] = False,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Add an account. The first one ends the time in which programs on this machine may do everything."""
    from dialer.access.accounts import create_account

    with _Desk.opened(config, database) as desk:
        password = None if without_password else _password(password_stdin)
        tenant_id = desk.store.tenant_named(tenant).tenant_id
        is_first = not desk.store.has_accounts()
        account = create_account(desk.store, tenant_id, login, role, password, desk.now)
        desk.write_audit(account, "account create", {"role": role})
    typer.echo(f"Created account {login} ({role}).")
    if is_first:
        typer.echo(
            "From now on the service lets nobody in without a token, this machine's commands included. Make one with\n"
            f"  export DIALER_TOKEN=$(dialer token create {login} --name commands)",
            err=True,
        )


@account_app.command("list")
def list_accounts(tenant: TenantName = DEFAULT_TENANT, config: ConfigFile = None, database: DatabaseUrl = None) -> None:
    """List the accounts of a tenant."""
    with _Desk.opened(config, database) as desk:
        table = Table("account", "login", "role", "")
        for one in desk.accounts(tenant):
            table.add_row(str(one.account_id), one.login, one.role, "" if one.is_active else "switched off")
    Console().print(table)


@account_app.command("edit")
def edit(
    login: Login,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off; off ends its tokens.")] = None,
    tenant: TenantName = DEFAULT_TENANT,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Give an account another role, or switch it off."""
    with _Desk.opened(config, database) as desk:
        account = desk.account(tenant, login)
        desk.store.change_account(account.tenant_id, account.account_id, role=role, is_active=active)
        desk.write_audit(account, "account edit", {"role": role, "is_active": active})
    typer.echo(f"Changed account {login}.")


@account_app.command("password")
def set_password(
    login: Login,
    tenant: TenantName = DEFAULT_TENANT,
    password_stdin: FromStdin = False,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Give an account a new password; its tokens end."""
    from dialer.access.accounts import change_password

    with _Desk.opened(config, database) as desk:
        account = desk.account(tenant, login)
        change_password(desk.store, account, _password(password_stdin))
        desk.write_audit(account, "account password", None)
    typer.echo(f"Changed the password of {login}; its tokens have ended.")


@account_app.command("roles")
def roles() -> None:
    """Print what each role may do, as Markdown."""
    from dialer.rest.permissions import roles_page

    typer.echo(roles_page(), nl=False)


@account_app.command("add-tenant")
def add_tenant(
    name: Annotated[str, typer.Argument(metavar="TENANT", help="Small letters, digits and hyphens.")],
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Add a company that shares this installation and sees nothing of the others."""
    from dialer.access.accounts import create_tenant

    with _Desk.opened(config, database) as desk:
        create_tenant(desk.store, name, desk.now)
    typer.echo(f"Added tenant {name}. Next: dialer account create LOGIN --role admin --tenant {name}")


@token_app.command("create")
def create_token(
    login: Login,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="Only this; repeat it. All that the role may if left out.")
    ] = None,
    days: Annotated[float, typer.Option(help="Days until it expires, at most 366.")] = 90.0,
    tenant: TenantName = DEFAULT_TENANT,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Make a token and print it, this once. Commands take it from DIALER_TOKEN."""
    from dialer.access.accounts import issue_token

    with _Desk.opened(config, database) as desk:
        account = desk.account(tenant, login)
        scopes = tuple(scope) if scope else None
        issued = issue_token(desk.store, account, name, scopes, days * DAY_S, desk.now)
        desk.write_audit(account, "token create", {"name": name, "scopes": scopes})
    typer.echo(issued.text)


@token_app.command("list")
def list_tokens(
    login: Login, tenant: TenantName = DEFAULT_TENANT, config: ConfigFile = None, database: DatabaseUrl = None
) -> None:
    """List an account's tokens; the tokens themselves are kept nowhere."""
    with _Desk.opened(config, database) as desk:
        account = desk.account(tenant, login)
        table = Table("token", "name", "scopes", "expires", "last used")
        for one in desk.store.tokens(account.tenant_id, account.account_id):
            scopes = "all" if one.scopes is None else ", ".join(one.scopes)
            used = "never" if one.last_used_at is None else _day(one.last_used_at)
            table.add_row(str(one.token_id), one.name, scopes, _day(one.expires_at), used)
    Console().print(table)


@token_app.command("end")
def end_token(
    login: Login,
    token: Annotated[int, typer.Argument(metavar="TOKEN", help="Its number; see `dialer token list`.")],
    tenant: TenantName = DEFAULT_TENANT,
    config: ConfigFile = None,
    database: DatabaseUrl = None,
) -> None:
    """End a token, at once."""
    with _Desk.opened(config, database) as desk:
        account = desk.account(tenant, login)
        desk.store.delete_token(account.tenant_id, token, account.account_id)
        desk.write_audit(account, "token end", {"token_id": token})
    typer.echo(f"Ended token {token}.")


class _Desk:
    """The accounts in the database that the settings name."""

    def __init__(self, store: Any) -> None:
        from dialer.access.sql import AccessStore

        self.store = AccessStore(store.database)
        self.now = time.time()

    @staticmethod
    @contextmanager
    def opened(config: Any, database: str | None) -> "Iterator[_Desk]":
        from campaigns.store.opening import open_store

        url = settings_from(config, {"DIALER_DATABASE_URL": database}).database.url
        store = open_store(url, upgrade=url.startswith("sqlite"))
        try:
            yield _Desk(store)
        finally:
            store.close()

    def accounts(self, tenant: str) -> Iterator[Account]:
        tenant_id = self.store.tenant_named(tenant).tenant_id
        page = self.store.accounts(tenant_id, limit=1000)
        yield from page.items
        while page.cursor is not None:
            page = self.store.accounts(tenant_id, limit=1000, cursor=page.cursor)
            yield from page.items

    def account(self, tenant: str, login: str) -> Account:
        from dialer.access.errors import AccountNotFoundError

        account = next((one for one in self.accounts(tenant) if one.login == login), None)
        if account is None:
            raise AccountNotFoundError(f"there is no account {login!r}; `dialer account list` shows those there are")
        return account

    def write_audit(self, account: Account, action: str, detail: Any) -> None:
        import msgspec

        entry = AuditEntry(
            entry_id=0,
            at=self.now,
            actor=f"{getpass.getuser()} at the command line",
            address="",
            action=action,
            target=f"/accounts/{account.account_id}",
            detail="" if detail is None else msgspec.json.encode(detail).decode(),
        )
        self.store.write_audit(account.tenant_id, entry)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return typed


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
