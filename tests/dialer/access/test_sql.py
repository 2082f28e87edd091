import pytest

from campaigns.service.errors import InvalidListingError
from dialer.access.errors import (
    AccountNotFoundError,
    LastAdminError,
    NameTakenError,
    TenantNotFoundError,
    TokenNotFoundError,
)
from dialer.access.model import Account, AuditEntry, Role, Scope, Token
from dialer.access.sql import KEPT_S, AccessStore

NOW = 1_780_000_000.0


def add(store: AccessStore, login: str, role: Role = Role.ADMIN, tenant_id: int = 1) -> Account:
    account = Account(account_id=0, tenant_id=tenant_id, login=login, role=role, is_active=True, created_at=NOW)
    return store.create_account(account, "hash")


def add_token(store: AccessStore, account: Account, now: float = NOW, scopes: tuple[Scope, ...] | None = None) -> Token:
    token = Token(
        token_id=0,
        account_id=account.account_id,
        name="t",
        scopes=scopes,
        created_at=now,
        expires_at=now + 60,
        last_used_at=None,
    )
    return store.create_token(token, "secret hash")


def entry(index: int, actor: str = "ann") -> AuditEntry:
    return AuditEntry(entry_id=0, at=NOW + index, actor=actor, address="", action="a", target=str(index), detail="")


def test_there_is_one_tenant_and_no_account_from_the_start(store: AccessStore) -> None:
    (tenant,) = store.tenants()
    assert (tenant.tenant_id, tenant.name) == (1, "default")
    assert store.tenant_named("default") == tenant
    assert not store.has_accounts()
    add(store, "ann")
    assert store.has_accounts()


def test_the_second_tenant_is_number_two(store: AccessStore) -> None:
    assert store.create_tenant("acme", NOW).tenant_id == 2
    with pytest.raises(NameTakenError):
        store.create_tenant("acme", NOW)
    with pytest.raises(TenantNotFoundError):
        store.tenant_named("nobody")


def test_an_account_is_found_in_its_own_tenant_alone(store: AccessStore) -> None:
    acme = store.create_tenant("acme", NOW)
    account = add(store, "ann")
    assert store.account(1, account.account_id) == account
    assert store.accounts(1).items == (account,)
    assert store.accounts(acme.tenant_id).items == ()
    for use in (
        lambda: store.account(acme.tenant_id, account.account_id),
        lambda: store.change_account(acme.tenant_id, account.account_id, is_active=False),
    ):
        with pytest.raises(AccountNotFoundError):
            use()
    assert store.account_with_hash(acme.tenant_id, "ann") is None
    assert store.account_with_hash(1, "ann") == (account, "hash")


def test_accounts_come_page_by_page(store: AccessStore) -> None:
    added = [add(store, f"a{index}") for index in range(5)]
    page = store.accounts(1, limit=2)
    assert list(page.items) == added[:2]
    assert list(store.accounts(1, limit=2, cursor=page.cursor).items) == added[2:4]
    store.change_account(1, added[3].account_id, role=Role.AGENT, is_active=False)
    assert [one.account_id for one in store.accounts(1, role=Role.AGENT).items] == [added[3].account_id]
    assert [one.account_id for one in store.accounts(1, is_active=False).items] == [added[3].account_id]
    with pytest.raises(InvalidListingError):
        store.accounts(1, cursor="x")


def test_the_last_admin_stays(store: AccessStore) -> None:
    first, second = add(store, "ann"), add(store, "bob")
    store.change_account(1, second.account_id, role=Role.AGENT)
    for change in ({"role": Role.ANALYST}, {"is_active": False}):
        with pytest.raises(LastAdminError):
            store.change_account(1, first.account_id, **change)
    assert store.account(1, first.account_id) == first
    store.change_account(1, first.account_id, password_hash="another")


def test_tokens_belong_to_an_account_of_a_tenant(store: AccessStore) -> None:
    account, other = add(store, "ann"), add(store, "bob")
    acme = store.create_tenant("acme", NOW)
    token = add_token(store, account, scopes=(Scope.DESK, Scope.REPORTS_READ))
    assert store.tokens(1) == store.tokens(1, account.account_id) == (token,)
    assert store.tokens(1, other.account_id) == store.tokens(acme.tenant_id) == ()
    assert store.token_with_account(token.token_id) == (token, "secret hash", account)
    for wrong in ((acme.tenant_id, token.token_id), (1, token.token_id, other.account_id), (1, 99)):
        with pytest.raises(TokenNotFoundError):
            store.delete_token(*wrong)
    store.delete_token(1, token.token_id, account.account_id)
    assert store.token_with_account(token.token_id) is None


def test_the_last_use_is_kept_to_the_minute(store: AccessStore) -> None:
    token = add_token(store, add(store, "ann"))
    for now, kept in [(NOW, NOW), (NOW + 59, NOW), (NOW + 60, NOW + 60)]:
        store.token_used(token, now)
        (token,) = store.tokens(1)
        assert token.last_used_at == kept


def test_tokens_long_expired_are_forgotten(store: AccessStore) -> None:
    account = add(store, "ann")
    add_token(store, account)
    kept = add_token(store, account, NOW + KEPT_S + 61)
    assert store.tokens(1) == (kept,)


def test_the_audit_log_comes_newest_first_page_by_page(store: AccessStore) -> None:
    for index in range(5):
        store.write_audit(1, entry(index))
    store.write_audit(2, entry(9))
    seen, cursor = [], None
    while True:
        page = store.audit(1, actor=None, since=None, limit=2, cursor=cursor)
        seen += [one.target for one in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == ["4", "3", "2", "1", "0"]


def test_the_audit_log_is_filtered(store: AccessStore) -> None:
    for index, actor in enumerate(["ann", "bob", "ann"]):
        store.write_audit(1, entry(index, actor))
    found = store.audit(1, actor="ann", since=NOW + 1, limit=10, cursor=None)
    assert [one.target for one in found.items] == ["2"]
    for cursor in ("x", "-1", "9" * 30):
        with pytest.raises(InvalidListingError):
            store.audit(1, actor=None, since=None, limit=10, cursor=cursor)
