import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from campaigns.model import NewLead
from campaigns.rules.shuffling import shuffled_rank
from campaigns.service.errors import StoreUnavailableError
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from campaigns.terms import LeadOrder
from dialer.live.ranking import LiveRanking
from tests.contracts.test_campaign_store import NOON, SPRING, number

SHUFFLED = sorted(range(1, 21), key=shuffled_rank)


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(empty_sqlite_url)
    campaign = opened.create_campaign(SPRING)
    opened.add_leads(campaign.campaign_id, [NewLead(number=number(index)) for index in range(20)])
    yield opened
    opened.close()


def order_of(store: SqlStore) -> list[int]:
    leads = [one.lead_id for one in store.reserve_leads(1, 99, NOON, 600.0, "engine-1")]
    store.release_leads(leads)
    return leads


def test_leads_that_were_there_get_their_place_after_a_change_of_order(store: SqlStore) -> None:
    ranking = LiveRanking(store)
    ranking.rank_once()
    assert order_of(store) == list(range(1, 21))
    store.update_campaign(replace(store.campaign(1), lead_order=LeadOrder.RANDOM))
    # Nobody is lost meanwhile.
    assert sorted(order_of(store)) == list(range(1, 21))
    ranking.rank_once()
    assert order_of(store) == SHUFFLED
    store.add_leads(1, [NewLead(number=number(50))])
    assert order_of(store) == sorted(range(1, 22), key=shuffled_rank)
    # And back, at once; those added since have no place, and get it when the order returns.
    store.update_campaign(replace(store.campaign(1), lead_order=LeadOrder.LONGEST_WAITING))
    ranking.rank_once()
    store.add_leads(1, [NewLead(number=number(51))])
    assert order_of(store) == list(range(1, 23))
    store.update_campaign(replace(store.campaign(1), lead_order=LeadOrder.RANDOM))
    ranking.rank_once()
    assert order_of(store) == sorted(range(1, 23), key=shuffled_rank)


def test_it_goes_on_after_trouble(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store.update_campaign(replace(store.campaign(1), lead_order=LeadOrder.RANDOM))
    ranking = LiveRanking(store)

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patched:
        patched.setattr("dialer.live.ranking.rank_leads", fail)
        ranking.rank_once()
    assert "not be put in random order yet: away" in caplog.text

    async def live() -> None:
        ranking.start()
        async with asyncio.timeout(120):
            while order_of(store) != SHUFFLED:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await ranking.stop()

    asyncio.run(live())


@pytest.mark.parametrize("where", ["campaigns.store.sql.SqlStore.campaigns", "dialer.live.ranking.rank_leads"])
def test_an_error_nobody_foresaw_does_not_end_it(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    store.update_campaign(replace(store.campaign(1), lead_order=LeadOrder.RANDOM))
    monkeypatch.setattr("dialer.live.ranking.EVERY_S", 0.01)
    ranking = LiveRanking(store)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    async def live() -> None:
        async with asyncio.timeout(120):
            with monkeypatch.context() as patched:
                patched.setattr(where, broken)
                ranking.start()
                while "it is tried again" not in caplog.text:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            while order_of(store) != SHUFFLED:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await ranking.stop()

    asyncio.run(live())


def test_leads_are_scored_now_and_then_and_a_process_that_fails_is_told_of(
    store: SqlStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hour = [0.0]
    ranking = LiveRanking(store, f"sqlite:///{tmp_path}/elsewhere.sqlite3", lambda: hour[0])
    asyncio.run(ranking.score_once())
    store.update_campaign(replace(store.campaign(1), lead_order=LeadOrder.SCORE))
    for _ in range(2):
        asyncio.run(ranking.score_once())
    # The database is not there; that is said once, and tried again when it is time.
    assert caplog.text.count("scores the leads of campaign 1 ended with") == 1
    hour[0] += 3600.0
    ranking = LiveRanking(store, f"sqlite:///{tmp_path}/dialer.sqlite3", lambda: hour[0])
    caplog.clear()
    asyncio.run(ranking.score_once())
    assert caplog.text == ""
