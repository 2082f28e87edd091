"""The words of access: tenant, account, role, scope, token, caller, audit entry."""

from enum import StrEnum

import msgspec

DEFAULT_TENANT_ID = 1
DEFAULT_TENANT = "default"
"""There from the start; an installation of one company needs no other."""


class Role(StrEnum):
    """What kind of user an account is for."""

    ADMIN = "admin"
    CAMPAIGN_MANAGER = "campaign_manager"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    ANALYST = "analyst"
    READ_ONLY = "read_only"
    """A service that reads: a wallboard, a data warehouse."""


class Scope(StrEnum):
    """One kind of thing that can be done; each route of the API needs one."""

    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CAMPAIGNS_RUN = "campaigns:run"
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    CALLER_IDS_WRITE = "caller-ids:write"
    DO_NOT_CALL_WRITE = "do-not-call:write"
    RESULTS_READ = "results:read"
    REPORTS_READ = "reports:read"
    STATISTICS_READ = "statistics:read"
    AGENTS_READ = "agents:read"
    RECORDINGS_READ = "recordings:read"
    DESK = "desk"
    MONITOR = "monitor"
    WEBHOOKS = "webhooks"
    ACCOUNTS = "accounts"
    AUDIT_READ = "audit:read"
    TENANTS = "tenants"
    OWN_ACCOUNT = "own-account"


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """One company on this installation; none sees anything of another."""

    tenant_id: int
    name: str
    created_at: float


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One user of one tenant; the password's hash stays in the store."""

    account_id: int
    tenant_id: int
    login: str
    """Unique within the tenant. An agent's account has the agent's id."""
    role: Role
    is_active: bool
    created_at: float


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A key to the API, made for one account; its secret is shown once and kept nowhere."""

    token_id: int
    account_id: int
    name: str
    scopes: tuple[Scope, ...] | None
    """None: all that the account may."""
    created_at: float
    expires_at: float
    last_used_at: float | None
    """To the minute; None before the first use."""


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token with its secret."""

    token: Token
    text: str
    """Send it as `Authorization: Bearer <text>`. It cannot be shown again."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a request."""

    tenant_id: int
    login: str
    role: Role
    scopes: frozenset[Scope] | None
    """None: all that the role may."""
    account_id: int | None
    """None for whoever comes without an account: this machine's own programs, or the service's one token."""
    token_id: int | None = None


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed what."""

    entry_id: int
    at: float
    actor: str
    """The account's login, or who else it was."""
    address: str
    """IP address the request came from; empty for a command on the machine itself."""
    action: str
    """For a request its method and route."""
    target: str
    """What was changed."""
    detail: str
    """JSON: what it was changed to, without secrets."""
