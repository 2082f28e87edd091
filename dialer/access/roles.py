"""The one table of what each role may do: requests are checked against it, `docs/reference/roles.md` shows it."""

import msgspec

from dialer.access.model import DEFAULT_TENANT_ID, Caller, Role, Scope

A, M, S, G, Y, R = (
    Role.ADMIN,
    Role.CAMPAIGN_MANAGER,
    Role.SUPERVISOR,
    Role.AGENT,
    Role.ANALYST,
    Role.READ_ONLY,
)


class Rule(msgspec.Struct, frozen=True):
    """Who has a scope, and what it is for."""

    roles: frozenset[Role]
    meaning: str


def _rule(*roles: Role, meaning: str) -> Rule:
    return Rule(frozenset(roles), meaning)


RULES: dict[Scope, Rule] = {
    Scope.CAMPAIGNS_READ: _rule(A, M, S, Y, R, meaning="see campaigns and their settings"),
    Scope.CAMPAIGNS_WRITE: _rule(A, M, meaning="create campaigns, change their settings"),
    Scope.CAMPAIGNS_RUN: _rule(A, M, S, meaning="start, pause and stop campaigns"),
    Scope.LEADS_READ: _rule(A, M, S, Y, meaning="see leads and what became of imports"),
    Scope.LEADS_WRITE: _rule(A, M, meaning="import, change and delete leads"),
    Scope.CALLER_IDS_WRITE: _rule(A, meaning="say which numbers are the tenant's own and may be shown"),
    Scope.DO_NOT_CALL_WRITE: _rule(A, M, S, meaning="put numbers on the do-not-call list"),
    Scope.RESULTS_READ: _rule(A, M, S, Y, R, meaning="see attempts and CDRs, with numbers"),
    Scope.REPORTS_READ: _rule(A, M, S, Y, R, meaning="see reports"),
    Scope.STATISTICS_READ: _rule(A, M, S, Y, R, meaning="watch the floor live"),
    Scope.AGENTS_READ: _rule(A, M, S, G, Y, R, meaning="see agents' states (an agent: their own)"),
    Scope.RECORDINGS_READ: _rule(A, M, S, meaning="find and hear recordings of conversations"),
    Scope.DESK: _rule(
        A, S, G, meaning="log in, go ready, pause, hang up, say what came of a call (an agent: their own)"
    ),
    Scope.MONITOR: _rule(A, S, meaning="listen to agents' conversations, whisper to the agent, barge in"),
    Scope.WEBHOOKS: _rule(A, M, meaning="set up webhooks and see what was delivered"),
    Scope.ACCOUNTS: _rule(A, meaning="look after the tenant's accounts and all their tokens"),
    Scope.AUDIT_READ: _rule(A, meaning="see who changed what"),
    Scope.TENANTS: _rule(A, meaning="look after tenants (admins of the tenant `default` alone)"),
    Scope.OWN_ACCOUNT: _rule(A, M, S, G, Y, R, meaning="see one's own account, change one's password, make own tokens"),
}


def may(caller: Caller, scope: Scope) -> bool:
    """Whether a caller has a scope: their role gives it and their token does not leave it out."""
    if scope is Scope.TENANTS and caller.tenant_id != DEFAULT_TENANT_ID:
        return False
    return caller.role in RULES[scope].roles and (caller.scopes is None or scope in caller.scopes)


def may_use_desk(caller: Caller, agent_id: str) -> bool:
    """Whether an agent's desk is open to a caller: agents sit at their own alone."""
    return caller.role is not Role.AGENT or caller.login == agent_id


def scopes_of(role: Role) -> tuple[Scope, ...]:
    """All that a role may do, in the table's order."""
    return tuple(scope for scope, rule in RULES.items() if role in rule.roles)


def roles_table() -> str:
    """The table as Markdown."""
    lines = [
        "| scope | " + " | ".join(f"`{role}`" for role in Role) + " | may |",
        "|---|" + ":-:|" * len(Role) + "---|",
    ]
    for scope, rule in RULES.items():
        marks = " | ".join("yes" if role in rule.roles else "–" for role in Role)
        lines.append(f"| `{scope}` | {marks} | {rule.meaning} |")
    return "\n".join(lines) + "\n"
