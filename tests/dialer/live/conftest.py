"""A database with all its tables, made once and copied by whoever writes to it."""

from pathlib import Path

import pytest

from campaigns.store.opening import upgrade_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "dialer.sqlite3"
    upgrade_database(f"sqlite:///{path}")
    return path
