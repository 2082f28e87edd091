"""Use cases: make accounts and tokens, sign in, and find out who a token speaks for. Each takes the store first."""

import re

from campaigns.service.errors import CallerError
from dialer.access.bearer import hash_secret, is_secret, new_secret, read_token_text, token_text
from dialer.access.errors import SignInError, TenantNotFoundError, TooManyTriesError
from dialer.access.model import DEFAULT_TENANT, Account, Caller, IssuedToken, Role, Scope, Tenant, Token
from dialer.access.passwords import hash_password, is_password, refuse_weak
from dialer.access.roles import scopes_of
from dialer.access.sql import AccessStore
from dialer.access.throttle import Throttle

LOGIN = re.compile(r"[\w.@+-]{1,64}")
"""As an agent's id, which an agent's login is."""
TENANT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
SESSION = "session"
SESSION_S = 12 * 3600.0
TOKEN_S_MAX = 366 * 86400.0


def create_tenant(store: AccessStore, name: str, now: float) -> Tenant:
    """Add a tenant.

    Raises:
        CallerError: the name is not usable or taken.
    """
    if not TENANT_NAME.fullmatch(name):
        raise CallerError(
            f"{name!r} cannot be a tenant's name: small letters, digits and hyphens, such as acme-uk", "name"
        )
    return store.create_tenant(name, now)


def create_tenant_with_admin(store: AccessStore, name: str, login: str, password: str, now: float) -> Tenant:
    """Add a tenant and the account of its first admin.

    Raises:
        CallerError: a name is not usable or taken, or the password weak; nothing is added.
    """
    _refuse_login(login)
    refuse_weak(password, login)
    tenant = create_tenant(store, name, now)
    create_account(store, tenant.tenant_id, login, Role.ADMIN, password, now)
    return tenant


def create_account(
    store: AccessStore, tenant_id: int, login: str, role: Role, password: str | None, now: float
) -> Account:
    """Add an account; without a password it can be used by tokens alone.

    Raises:
        CallerError: the login is not usable or taken, or the password weak.
    """
    _refuse_login(login)
    if password is not None:
        refuse_weak(password, login)
    account = Account(account_id=0, tenant_id=tenant_id, login=login, role=role, is_active=True, created_at=now)
    return store.create_account(account, "" if password is None else hash_password(password))


def has_password(store: AccessStore, account: Account, password: str) -> bool:
    """Whether this is an account's password."""
    found = store.account_with_hash(account.tenant_id, account.login)
    return found is not None and is_password(found[1], password)


def change_password(store: AccessStore, account: Account, password: str) -> Account:
    """Give an account a new password; its tokens end.

    Raises:
        WeakPasswordError: the password is too easy to guess.
    """
    refuse_weak(password, account.login)
    return store.change_account(account.tenant_id, account.account_id, password_hash=hash_password(password))


def issue_token(
    store: AccessStore, account: Account, name: str, scopes: tuple[Scope, ...] | None, lifetime_s: float, now: float
) -> IssuedToken:
    """Make a token for an account.

    Raises:
        CallerError: it would be able to do what the account is not, or live too long.
    """
    missing = [scope for scope in scopes or () if scope not in scopes_of(account.role)]
    if missing:
        raise CallerError(f"a token of the role {account.role} cannot have the scope {missing[0]}", "scopes")
    if not 0 < lifetime_s <= TOKEN_S_MAX:
        raise CallerError(
            f"a token lives at most {TOKEN_S_MAX / 86400:.0f} days; make a new one before it expires", "expires_in_days"
        )
    secret = new_secret()
    token = Token(
        token_id=0,
        account_id=account.account_id,
        name=name,
        scopes=scopes,
        created_at=now,
        expires_at=now + lifetime_s,
        last_used_at=None,
    )
    token = store.create_token(token, hash_secret(secret))
    return IssuedToken(token=token, text=token_text(token.token_id, secret))


def sign_in(
    store: AccessStore, throttle: Throttle, tenant: str, login: str, password: str, address: str, now: float
) -> tuple[Account, IssuedToken]:
    """Turn a password into a token for the day.

    Raises:
        SignInError: tenant, login and password do not belong together; which of them is wrong is not said.
        TooManyTriesError: too many failures for the account or from the address.
    """
    names = (f"account {tenant} {login}", f"address {address}")
    wait_s = max(throttle.wait_s(name, now) for name in names)
    if wait_s > 0:
        raise TooManyTriesError(wait_s)
    try:
        found = store.account_with_hash(store.tenant_named(tenant or DEFAULT_TENANT).tenant_id, login)
    except TenantNotFoundError:
        found = None
    # A login that does not exist takes as long to refuse as a wrong password.
    is_right = is_password("" if found is None else found[1], password)
    if found is None or not is_right:
        for name in names:
            throttle.failed(name, now)
        raise SignInError
    throttle.succeeded(names[0])
    return found[0], issue_token(store, found[0], SESSION, None, SESSION_S, now)


def caller_of(store: AccessStore, text: str, now: float) -> Caller | None:
    """Whom a token speaks for; None for one that is no token, has expired or was ended."""
    parts = read_token_text(text)
    found = None if parts is None else store.token_with_account(parts[0])
    if parts is None or found is None:
        return None
    token, secret_hash, account = found
    if not is_secret(secret_hash, parts[1]) or token.expires_at <= now:
        return None
    store.token_used(token, now)
    return Caller(
        tenant_id=account.tenant_id,
        login=account.login,
        role=account.role,
        scopes=None if token.scopes is None else frozenset(token.scopes),
        account_id=account.account_id,
        token_id=token.token_id,
    )


def _refuse_login(login: str) -> None:
    if not LOGIN.fullmatch(login):
        raise CallerError(f"{login!r} cannot be a login: 1 to 64 letters, digits, '.', '_', '-', '@' or '+'", "login")
