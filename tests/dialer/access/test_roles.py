import pytest

from dialer.access.model import Caller, Role, Scope
from dialer.access.roles import RULES, may, may_use_desk, roles_table, scopes_of


def caller(role: Role, *, tenant_id: int = 1, scopes: frozenset[Scope] | None = None) -> Caller:
    return Caller(tenant_id=tenant_id, login="ann", role=role, scopes=scopes, account_id=1)


def test_every_scope_has_its_rule_and_an_admin() -> None:
    assert set(RULES) == set(Scope)
    assert scopes_of(Role.ADMIN) == tuple(RULES)


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_write_may_read(role: Role) -> None:
    held = set(scopes_of(role))
    for scope in held:
        reading = scope.replace(":write", ":read")
        if reading in set(Scope):
            assert reading in held


def test_a_service_that_reads_writes_nothing() -> None:
    assert not [scope for scope in scopes_of(Role.READ_ONLY) if "write" in scope or "run" in scope]


def test_a_token_narrows_its_role_and_widens_nothing() -> None:
    narrow = caller(Role.ANALYST, scopes=frozenset({Scope.REPORTS_READ, Scope.ACCOUNTS}))
    assert may(narrow, Scope.REPORTS_READ)
    assert not may(narrow, Scope.RESULTS_READ)
    assert not may(narrow, Scope.ACCOUNTS)


def test_tenants_are_the_business_of_the_default_tenants_admins() -> None:
    assert may(caller(Role.ADMIN), Scope.TENANTS)
    assert not may(caller(Role.ADMIN, tenant_id=2), Scope.TENANTS)


def test_an_agent_has_one_desk() -> None:
    assert may_use_desk(caller(Role.AGENT), "ann")
    assert not may_use_desk(caller(Role.AGENT), "bob")
    assert may_use_desk(caller(Role.SUPERVISOR), "bob")


def test_the_table_has_a_line_for_each_scope() -> None:
    lines = roles_table().splitlines()
    assert len(lines) == 2 + len(Scope)
    assert "| `campaigns:run` | yes | yes | yes | – | – | – | start, pause and stop campaigns |" in lines
