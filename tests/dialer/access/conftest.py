import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from campaigns.store.opening import open_store, upgrade_database
from dialer.access import passwords
from dialer.access.sql import AccessStore

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "dialer.sqlite3"
    upgrade_database(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", on_postgres])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AccessStore]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_database"), tmp_path / "dialer.sqlite3")
        opened = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3")
    else:
        opened = open_store(request.getfixturevalue("empty_postgres_url"))
    yield AccessStore(opened.database)
    opened.close()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with its lowest cost: what it costs in earnest is a matter of `test_passwords` alone."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
