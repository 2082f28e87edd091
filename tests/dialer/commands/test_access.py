import io
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from campaigns.store.opening import open_store
from dialer.access import passwords
from dialer.access.accounts import caller_of
from dialer.access.model import Role, Scope
from dialer.access.sql import AccessStore
from tests.dialer.commands.conftest import Dialer


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("four plain words here\n"))


def test_the_first_account_says_what_changes(dialer: Dialer, typed: None) -> None:
    ended = dialer("account", "create", "ann", "--role", "admin", "--password-stdin")
    assert (ended.code, ended.out) == (0, "Created account ann (admin).\n")
    assert "export DIALER_TOKEN=$(dialer token create ann --name commands)" in ended.err
    second = dialer("account", "create", "bob", "--role", "agent", "--no-password")
    assert second.err == ""
    listed = dialer("account", "list").out
    assert "ann" in listed
    assert "agent" in listed


def test_a_token_is_printed_once_and_works(dialer: Dialer, tmp_path: Path) -> None:
    dialer("account", "create", "ann", "--role", "analyst", "--no-password")
    text = dialer("token", "create", "ann", "--name", "notebook", "--scope", "reports:read").out.strip()
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3")
    access = AccessStore(store.database)
    caller = caller_of(access, text, 0.0)
    actors = [one.actor for one in access.audit(1, actor=None, since=None, limit=10, cursor=None).items]
    store.close()
    assert caller is not None
    assert (caller.role, caller.scopes) == (Role.ANALYST, {Scope.REPORTS_READ})
    assert len(actors) == 2
    assert all(actor.endswith("at the command line") for actor in actors)
    assert "notebook" in dialer("token", "list", "ann").out
    assert dialer("token", "end", "ann", "1").out == "Ended token 1.\n"
    assert dialer("token", "end", "ann", "1").err == "dialer: there is no token 1\n"


def test_an_account_gets_another_role_and_password(dialer: Dialer, typed: None) -> None:
    dialer("account", "create", "ann", "--role", "admin", "--no-password")
    dialer("account", "create", "bob", "--role", "agent", "--no-password")
    assert dialer("account", "edit", "bob", "--role", "supervisor").code == 0
    assert dialer("account", "password", "bob", "--password-stdin").code == 0
    assert "supervisor" in dialer("account", "list").out
    assert dialer("account", "edit", "bob", "--off").code == 0
    assert "switched off" in dialer("account", "list").out
    assert "make another account an admin first" in dialer("account", "edit", "ann", "--off").err


def test_what_is_not_there_is_said_so(dialer: Dialer) -> None:
    assert dialer("account", "edit", "nobody", "--off").err == (
        "dialer: there is no account 'nobody'; `dialer account list` shows those there are\n"
    )
    ended = dialer("account", "create", "ann", "--role", "admin", "--no-password", "--tenant", "acme")
    assert ended.err == "dialer: there is no tenant 'acme'\n"


def test_a_tenant_is_added_and_has_accounts_of_its_own(dialer: Dialer) -> None:
    assert "--tenant acme" in dialer("account", "add-tenant", "acme").out
    assert dialer("account", "create", "ann", "--role", "admin", "--no-password", "--tenant", "acme").code == 0
    assert "ann" not in dialer("account", "list").out
    assert "ann" in dialer("account", "list", "--tenant", "acme").out


def test_a_weak_password_is_refused(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    ended = dialer("account", "create", "ann", "--role", "admin", "--password-stdin")
    assert ended.code == 2
    assert "12 to 1000 characters" in ended.err


def test_the_roles_are_explained(dialer: Dialer) -> None:
    assert "| `campaigns:run` | yes | yes | yes |" in dialer("account", "roles").out
