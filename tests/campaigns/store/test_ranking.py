from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from campaigns.model import Lead, NewLead, Outcome
from campaigns.store import ranking
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from tests.contracts.test_campaign_store import NOON, SPRING, dial, ended, number

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    campaign = opened.create_campaign(SPRING)
    opened.add_leads(campaign.campaign_id, [NewLead(number=number(index)) for index in range(10)])
    yield opened
    opened.close()


def test_only_leads_that_were_never_tried_get_a_rank_and_only_once(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "CHUNK", 3)
    (lead,) = store.reserve_leads(1, 1, NOON, 600.0, "engine-1")
    store.record_results([ended(dial(store, lead), Outcome.BUSY)], NOON)
    store.block_numbers([number(4)], "asked", NOON)
    asked: list[int] = []

    def rank(some: Sequence[Lead]) -> dict[int, int]:
        asked.extend(one.lead_id for one in some)
        # One is left out: it has no rank afterwards.
        return {one.lead_id: -one.lead_id for one in some if one.lead_id != 7}

    assert ranking.rank_leads(store.database, 1, rank) == 7
    assert asked == [2, 3, 4, 6, 7, 8, 9, 10]
    asked.clear()
    assert ranking.rank_leads(store.database, 1, rank) == 0
    assert asked == [7]
    # Anew: those whose rank is another are written.
    assert ranking.rank_leads(store.database, 1, lambda some: {one.lead_id: -2 for one in some}, is_anew=True) == 7
    assert ranking.rank_leads(store.database, 2, rank) == 0
