"""Which scope each route needs; `dialer.access.roles` says who has it. A route that is not here is open to nobody.

`tests/architecture` fails for a route without a line here, and `docs/reference/roles.md` is drawn from both tables.
"""

from dialer.access.model import Scope
from dialer.access.roles import RULES, roles_table

PUBLIC = None
"""For everyone who can reach the service."""

NEEDS: dict[tuple[str, str], Scope | None] = {
    ("GET", "/health"): PUBLIC,
    ("POST", "/sessions"): PUBLIC,
    ("DELETE", "/sessions/current"): Scope.OWN_ACCOUNT,
    ("GET", "/me"): Scope.OWN_ACCOUNT,
    ("PUT", "/me/password"): Scope.OWN_ACCOUNT,
    ("GET", "/me/tokens"): Scope.OWN_ACCOUNT,
    ("POST", "/me/tokens"): Scope.OWN_ACCOUNT,
    ("DELETE", "/me/tokens/{token_id}"): Scope.OWN_ACCOUNT,
    ("GET", "/accounts"): Scope.ACCOUNTS,
    ("POST", "/accounts"): Scope.ACCOUNTS,
    ("GET", "/accounts/{account_id}"): Scope.ACCOUNTS,
    ("PATCH", "/accounts/{account_id}"): Scope.ACCOUNTS,
    ("GET", "/accounts/{account_id}/tokens"): Scope.ACCOUNTS,
    ("POST", "/accounts/{account_id}/tokens"): Scope.ACCOUNTS,
    ("DELETE", "/accounts/{account_id}/tokens/{token_id}"): Scope.ACCOUNTS,
    ("GET", "/tenants"): Scope.TENANTS,
    ("POST", "/tenants"): Scope.TENANTS,
    ("GET", "/tenants/usage"): Scope.TENANTS,
    ("GET", "/audit"): Scope.AUDIT_READ,
    ("POST", "/campaigns"): Scope.CAMPAIGNS_WRITE,
    ("GET", "/campaigns"): Scope.CAMPAIGNS_READ,
    ("GET", "/campaigns/{campaign_id}"): Scope.CAMPAIGNS_READ,
    ("PATCH", "/campaigns/{campaign_id}"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/campaigns/{campaign_id}/start"): Scope.CAMPAIGNS_RUN,
    ("POST", "/campaigns/{campaign_id}/pause"): Scope.CAMPAIGNS_RUN,
    ("POST", "/campaigns/{campaign_id}/stop"): Scope.CAMPAIGNS_RUN,
    ("GET", "/campaigns/{campaign_id}/statistics"): Scope.CAMPAIGNS_READ,
    ("GET", "/campaigns/{campaign_id}/leads"): Scope.LEADS_READ,
    ("POST", "/campaigns/{campaign_id}/leads"): Scope.LEADS_WRITE,
    ("POST", "/campaigns/{campaign_id}/leads/batch"): Scope.LEADS_WRITE,
    ("POST", "/campaigns/{campaign_id}/leads/search"): Scope.LEADS_READ,
    ("GET", "/campaigns/{campaign_id}/lists"): Scope.LEADS_READ,
    ("POST", "/imports"): Scope.LEADS_WRITE,
    ("GET", "/imports"): Scope.LEADS_READ,
    ("GET", "/imports/{import_id}"): Scope.LEADS_READ,
    ("GET", "/imports/{import_id}/rejects"): Scope.LEADS_READ,
    ("POST", "/imports/{import_id}/roll-back"): Scope.LEADS_WRITE,
    ("POST", "/caller-ids"): Scope.CALLER_IDS_WRITE,
    ("GET", "/caller-ids"): Scope.CAMPAIGNS_READ,
    ("GET", "/caller-ids/{caller_id}"): Scope.CAMPAIGNS_READ,
    ("PATCH", "/caller-ids/{caller_id}"): Scope.CALLER_IDS_WRITE,
    ("DELETE", "/caller-ids/{caller_id}"): Scope.CALLER_IDS_WRITE,
    ("POST", "/do-not-call"): Scope.DO_NOT_CALL_WRITE,
    ("GET", "/do-not-call/lists"): Scope.CAMPAIGNS_READ,
    ("POST", "/do-not-call/lists/{name}"): Scope.DO_NOT_CALL_WRITE,
    ("POST", "/campaigns/{campaign_id}/do-not-call"): Scope.DO_NOT_CALL_WRITE,
    ("GET", "/attempts/{attempt_id}/evidence"): Scope.RESULTS_READ,
    ("GET", "/campaigns/{campaign_id}/evidence"): Scope.RESULTS_READ,
    ("POST", "/erasures"): Scope.ACCOUNTS,
    ("GET", "/erasures"): Scope.ACCOUNTS,
    ("GET", "/attempts"): Scope.RESULTS_READ,
    ("GET", "/cdrs"): Scope.RESULTS_READ,
    ("GET", "/skips"): Scope.RESULTS_READ,
    ("GET", "/reports/campaigns"): Scope.REPORTS_READ,
    ("GET", "/reports/outcomes"): Scope.REPORTS_READ,
    ("GET", "/reports/agents"): Scope.REPORTS_READ,
    ("GET", "/reports/dispositions"): Scope.REPORTS_READ,
    ("GET", "/reports/compliance"): Scope.REPORTS_READ,
    ("GET", "/reports/caller-ids"): Scope.REPORTS_READ,
    ("GET", "/reports/lists"): Scope.REPORTS_READ,
    ("GET", "/reports/digits"): Scope.REPORTS_READ,
    ("GET", "/reports/usage"): Scope.REPORTS_READ,
    ("GET", "/reports/skips"): Scope.REPORTS_READ,
    ("GET", "/reports/attempts"): Scope.RESULTS_READ,
    ("GET", "/reports/cdrs"): Scope.RESULTS_READ,
    ("POST", "/webhooks"): Scope.WEBHOOKS,
    ("GET", "/webhooks"): Scope.WEBHOOKS,
    ("GET", "/webhooks/{webhook_id}"): Scope.WEBHOOKS,
    ("PATCH", "/webhooks/{webhook_id}"): Scope.WEBHOOKS,
    ("DELETE", "/webhooks/{webhook_id}"): Scope.WEBHOOKS,
    ("POST", "/webhooks/{webhook_id}/test"): Scope.WEBHOOKS,
    ("GET", "/webhooks/{webhook_id}/deliveries"): Scope.WEBHOOKS,
    ("GET", "/agents"): Scope.AGENTS_READ,
    ("GET", "/agents/{agent_id}"): Scope.AGENTS_READ,
    ("POST", "/agents/{agent_id}/login"): Scope.DESK,
    ("POST", "/agents/{agent_id}/ready"): Scope.DESK,
    ("POST", "/agents/{agent_id}/pause"): Scope.DESK,
    ("POST", "/agents/{agent_id}/hint"): Scope.DESK,
    ("POST", "/agents/{agent_id}/logout"): Scope.DESK,
    ("POST", "/agents/{agent_id}/hang-up"): Scope.DESK,
    ("POST", "/agents/{agent_id}/transfer"): Scope.DESK,
    ("DELETE", "/agents/{agent_id}/transfer"): Scope.DESK,
    ("POST", "/agents/{agent_id}/preview"): Scope.DESK,
    ("POST", "/agents/{agent_id}/preview/dial"): Scope.DESK,
    ("POST", "/agents/{agent_id}/preview/skip"): Scope.DESK,
    ("POST", "/agents/{agent_id}/disposition"): Scope.DESK,
    ("POST", "/agents/{agent_id}/recording"): Scope.DESK,
    ("POST", "/agents/{agent_id}/digits"): Scope.DESK,
    ("POST", "/agents/{agent_id}/hold"): Scope.DESK,
    ("POST", "/agents/{agent_id}/resume"): Scope.DESK,
    ("POST", "/agents/{agent_id}/third-party"): Scope.DESK,
    ("DELETE", "/agents/{agent_id}/third-party"): Scope.DESK,
    ("PUT", "/agents/{agent_id}/monitor"): Scope.MONITOR,
    ("DELETE", "/agents/{agent_id}/monitor"): Scope.MONITOR,
    ("GET", "/recordings"): Scope.RECORDINGS_READ,
    ("GET", "/recordings/{recording_id}"): Scope.RECORDINGS_READ,
    ("GET", "/recordings/{recording_id}/audio"): Scope.RECORDINGS_READ,
    ("GET", "/statistics"): Scope.STATISTICS_READ,
    ("GET", "/statistics/stream"): Scope.STATISTICS_READ,
}

PAGE = """# Roles and scopes

Every account has one role. Every route of the API needs one scope, and a role is a set of scopes. A token may be made
with fewer scopes than its account's role has, never with more. Agents see and use their own desk alone: an agent's
account has the agent's id as its login.

This page is drawn from the tables that requests are checked against; `dialer account roles` prints it.

{roles}
## Routes

All under `/api/v1`.

| route | needs |
|---|---|
{routes}
"""


def roles_page() -> str:
    """What stands in `docs/reference/roles.md`."""
    routes = [
        f"| `{method} {path}` | {'–' if scope is PUBLIC else f'`{scope}`'} |" for (method, path), scope in NEEDS.items()
    ]
    assert set(RULES) == set(Scope)
    return PAGE.format(roles=roles_table(), routes="\n".join(routes)).rstrip() + "\n"
