import asyncio
from pathlib import Path

import pytest

from campaigns.store.database import Database, read_url
from campaigns.store.opening import open_store
from campaigns.store.pruning import Pruned
from dialer.live import pruning
from dialer.live.pruning import LivePruning


@pytest.fixture
def database(tmp_path: Path) -> Database:
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    store.close()
    return Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))


def test_it_deletes_once_a_day_and_ends_when_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, int]] = []
    done = asyncio.Event()

    def pruned(database: Database, now: float, days: int) -> Pruned:
        asked.append((now, days))
        loop.call_soon_threadsafe(done.set)
        return Pruned(cdrs=1)

    async def run() -> None:
        pruner = LivePruning(database, 400, lambda: 7.0)
        pruner.start()
        await done.wait()
        await pruner.stop()

    monkeypatch.setattr(pruning, "prune", pruned)
    monkeypatch.setattr(pruning, "FIRST_S", 0.0)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(run())
    loop.close()
    assert asked == [(7.0, 400)]
    database.close()


def test_where_all_is_kept_nothing_begins(database: Database) -> None:
    async def run() -> None:
        pruner = LivePruning(database, 0, lambda: 7.0)
        pruner.start()
        await pruner.stop()
        assert await LivePruning(database, 1, lambda: 7.0).prune_once() == Pruned()

    asyncio.run(run())
    database.close()


def test_a_database_that_is_away_is_no_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = Database(read_url(f"sqlite:///{tmp_path}/none/dialer.sqlite3"))
    assert asyncio.run(LivePruning(away, 1, lambda: 7.0).prune_once()) == Pruned()
    assert "could not be deleted" in caplog.text
    away.close()
