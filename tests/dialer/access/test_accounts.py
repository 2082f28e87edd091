import pytest

from campaigns.service.errors import CallerError
from dialer.access.accounts import (
    SESSION_S,
    caller_of,
    change_password,
    create_account,
    create_tenant,
    create_tenant_with_admin,
    has_password,
    issue_token,
    sign_in,
)
from dialer.access.errors import NameTakenError, SignInError, TooManyTriesError, WeakPasswordError
from dialer.access.model import DEFAULT_TENANT, DEFAULT_TENANT_ID, Account, Role, Scope
from dialer.access.sql import AccessStore
from dialer.access.throttle import FREE_FAILURES, Throttle

NOW = 1_780_000_000.0
PASSWORD = "four plain words here"


def ann(store: AccessStore, role: Role = Role.CAMPAIGN_MANAGER, password: str | None = None) -> Account:
    return create_account(store, DEFAULT_TENANT_ID, "ann", role, password, NOW)


def test_signing_in_gives_a_token_for_the_day(store: AccessStore) -> None:
    account = ann(store, password=PASSWORD)
    signed_in, issued = sign_in(store, Throttle(), DEFAULT_TENANT, "ann", PASSWORD, "192.0.2.1", NOW)
    assert signed_in == account
    caller = caller_of(store, issued.text, NOW + SESSION_S - 1)
    assert caller is not None
    assert (caller.login, caller.role, caller.tenant_id, caller.scopes) == ("ann", Role.CAMPAIGN_MANAGER, 1, None)
    assert caller_of(store, issued.text, NOW + SESSION_S) is None


@pytest.mark.parametrize(
    ("tenant", "login", "password"),
    [(DEFAULT_TENANT, "ann", "wrong"), (DEFAULT_TENANT, "bob", PASSWORD), ("acme", "ann", PASSWORD), ("", "bob", "")],
)
def test_what_is_wrong_with_a_sign_in_is_not_said(store: AccessStore, tenant: str, login: str, password: str) -> None:
    ann(store, password=PASSWORD)
    with pytest.raises(SignInError) as failed:
        sign_in(store, Throttle(), tenant, login, password, "192.0.2.1", NOW)
    assert str(failed.value) == "Tenant, login and password do not belong together."


def test_guessing_is_slowed_down_even_for_the_right_password(store: AccessStore) -> None:
    ann(store, password=PASSWORD)
    throttle = Throttle()
    for _ in range(FREE_FAILURES):
        with pytest.raises(SignInError):
            sign_in(store, throttle, DEFAULT_TENANT, "ann", "wrong", "192.0.2.1", NOW)
    with pytest.raises(TooManyTriesError, match="try again in 1 s"):
        sign_in(store, throttle, DEFAULT_TENANT, "ann", PASSWORD, "192.0.2.2", NOW)
    sign_in(store, throttle, DEFAULT_TENANT, "ann", PASSWORD, "192.0.2.2", NOW + 1)


def test_an_account_without_a_password_cannot_sign_in(store: AccessStore) -> None:
    ann(store)
    with pytest.raises(SignInError):
        sign_in(store, Throttle(), DEFAULT_TENANT, "ann", "", "192.0.2.1", NOW)


def test_a_token_is_kept_as_a_hash_alone(store: AccessStore) -> None:
    issued = issue_token(store, ann(store), "import", None, 60.0, NOW)
    secret = issued.text.split("_", 2)[2]
    found = store.token_with_account(issued.token.token_id)
    assert found is not None
    assert secret not in str(found)


def test_a_token_has_no_more_scopes_than_its_account(store: AccessStore) -> None:
    account = ann(store, Role.ANALYST)
    issued = issue_token(store, account, "r", (Scope.REPORTS_READ,), 60.0, NOW)
    caller = caller_of(store, issued.text, NOW)
    assert caller is not None
    assert caller.scopes == {Scope.REPORTS_READ}
    with pytest.raises(CallerError, match="campaigns:write"):
        issue_token(store, account, "w", (Scope.CAMPAIGNS_WRITE,), 60.0, NOW)


@pytest.mark.parametrize("lifetime_s", [0.0, -1.0, 367 * 86400.0])
def test_a_token_does_not_live_for_ever(store: AccessStore, lifetime_s: float) -> None:
    with pytest.raises(CallerError, match="366 days"):
        issue_token(store, ann(store), "x", None, lifetime_s, NOW)


@pytest.mark.parametrize("text", ["", "dialer_1_", "dialer_1_" + "x" * 43, "hush", "dialer_99_" + "y" * 43])
def test_what_is_no_token_speaks_for_nobody(store: AccessStore, text: str) -> None:
    issue_token(store, ann(store), "import", None, 60.0, NOW)
    assert caller_of(store, text, NOW) is None


def test_switching_an_account_off_ends_its_tokens(store: AccessStore) -> None:
    account = ann(store)
    issued = issue_token(store, account, "x", None, 60.0, NOW)
    store.change_account(1, account.account_id, is_active=False)
    assert caller_of(store, issued.text, NOW) is None
    store.change_account(1, account.account_id, is_active=True)
    assert caller_of(store, issued.text, NOW) is None


def test_a_new_password_replaces_the_old_one_and_ends_tokens(store: AccessStore) -> None:
    account = ann(store, password=PASSWORD)
    issued = issue_token(store, account, "x", None, 60.0, NOW)
    change_password(store, account, "some other words")
    assert has_password(store, account, "some other words")
    assert not has_password(store, account, PASSWORD)
    assert caller_of(store, issued.text, NOW) is None


@pytest.mark.parametrize("login", ["", "a b", "x" * 65, "ann/bob", "1~ann"])
def test_a_login_is_also_an_agents_id(store: AccessStore, login: str) -> None:
    with pytest.raises(CallerError, match="cannot be a login"):
        create_account(store, 1, login, Role.AGENT, None, NOW)


def test_tenants_have_their_own_logins(store: AccessStore) -> None:
    ann(store)
    with pytest.raises(NameTakenError):
        ann(store)
    tenant = create_tenant_with_admin(store, "acme", "ann", PASSWORD, NOW)
    account, _ = sign_in(store, Throttle(), "acme", "ann", PASSWORD, "", NOW)
    assert (account.tenant_id, account.role) == (tenant.tenant_id, Role.ADMIN)
    with pytest.raises(NameTakenError):
        create_tenant(store, "acme", NOW)


def test_a_tenant_is_not_added_without_its_admin(store: AccessStore) -> None:
    with pytest.raises(WeakPasswordError):
        create_tenant_with_admin(store, "acme", "ann", "short", NOW)
    with pytest.raises(CallerError, match="small letters"):
        create_tenant_with_admin(store, "Acme Ltd", "ann", PASSWORD, NOW)
    assert [tenant.name for tenant in store.tenants()] == [DEFAULT_TENANT]
