"""Every campaign store there is, one after the other: what the contract suites run against."""

from collections.abc import Iterator

import pytest

from campaigns.ports import CampaignStore
from campaigns.store.memory import MemoryStore
from campaigns.store.opening import open_store

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["memory", "sqlite", on_postgres])
def store(request: pytest.FixtureRequest) -> Iterator[CampaignStore]:
    opened: CampaignStore
    match request.param:
        case "memory":
            opened = MemoryStore()
        case "sqlite":
            opened = open_store(request.getfixturevalue("empty_sqlite_url"))
        case _:
            opened = open_store(request.getfixturevalue("empty_postgres_url"))
    yield opened
    opened.close()
