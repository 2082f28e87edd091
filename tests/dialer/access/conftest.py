from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from campaigns.store.opening import open_store
from dialer.access import passwords
from dialer.access.sql import AccessStore

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def store(request: pytest.FixtureRequest) -> Iterator[AccessStore]:
    opened = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    yield AccessStore(opened.database)
    opened.close()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with its lowest cost: what it costs in earnest is a matter of `test_passwords` alone."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
