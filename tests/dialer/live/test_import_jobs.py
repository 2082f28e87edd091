"""The queue of imports; a whole one over REST is in tests/dialer/rest/test_imports.py."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.importing.batches import ImportOptions
from campaigns.importing.job import new_import
from campaigns.imports import ImportStatus
from campaigns.model import Campaign
from campaigns.ports import CampaignStore
from campaigns.store.opening import open_store
from dialer.live import import_jobs
from dialer.live.import_jobs import LiveImportJobs

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[CampaignStore]:
    opened = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    opened.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    yield opened
    opened.close()


def jobs_of(store: CampaignStore, tmp_path: Path, told: asyncio.Queue[int]) -> LiveImportJobs:
    return LiveImportJobs(store, f"sqlite:///{tmp_path}/dialer.sqlite3", tmp_path / "imports", told.put)


def begin(store: CampaignStore, jobs: LiveImportJobs) -> int:
    path = jobs.place()
    path.write_text("phone\n+12025550101\n")
    state = new_import(store, 1, path, ImportOptions(), 0.0, "people.csv")
    jobs.queue(state.import_id, path)
    assert not path.exists()
    return state.import_id


async def test_what_was_waiting_at_the_end_goes_on_at_the_next_start(store: CampaignStore, tmp_path: Path) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()
    import_id = begin(store, jobs_of(store, tmp_path, told))
    jobs = jobs_of(store, tmp_path, told)
    await jobs.start()
    assert await asyncio.wait_for(told.get(), 120) == 1
    await jobs.stop()
    assert store.lead_import(import_id).status is ImportStatus.FINISHED
    assert list((tmp_path / "imports").iterdir()) == []


async def test_an_import_whose_process_dies_is_left_for_the_next_start(
    store: CampaignStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = iter([1, 2, 3])

    async def die(self: LiveImportJobs, import_id: int) -> int:
        return next(statuses)

    monkeypatch.setattr(import_jobs, "RETRY_S", 0.0)
    monkeypatch.setattr(LiveImportJobs, "_run_process", die)
    jobs = jobs_of(store, tmp_path, asyncio.Queue())
    import_id = begin(store, jobs)
    await jobs._carry_out(import_id)
    assert next(statuses, None) is None
    assert store.lead_import(import_id).status is ImportStatus.QUEUED
    assert jobs._file(import_id).exists()


async def test_stopping_before_starting_does_nothing(store: CampaignStore, tmp_path: Path) -> None:
    await jobs_of(store, tmp_path, asyncio.Queue()).stop()
