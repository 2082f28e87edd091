from pathlib import Path

import pytest
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead, Outcome, RetryRule
from campaigns.ports import AttemptFilter
from campaigns.skips import Skip, SkipFilter
from campaigns.store import pruning
from campaigns.store.opening import open_store
from campaigns.store.pruning import DAY_S, KEPT_DAYS, Pruned, kept_days, prune
from campaigns.store.sql import SqlStore
from tests.contracts.test_campaign_store import dial, ended

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)
START = 1_600_000_000.0
CAMPAIGN = Campaign(
    campaign_id=0,
    name="x",
    skill_group="s",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
    retry_rules={Outcome.BUSY: RetryRule(delay_s=0.0, attempts_max=9)},
)


def test_a_profile_that_asks_for_more_has_it() -> None:
    assert kept_days(replace(CAMPAIGN, compliance="us"), 30) == 1826
    assert kept_days(replace(CAMPAIGN, compliance="us"), 4000) == 4000
    assert kept_days(CAMPAIGN, 30) == 30
    assert kept_days(replace(CAMPAIGN, compliance="by-number"), 30) == 1826


def called(store: SqlStore, number: str, *outcomes: tuple[float, Outcome]) -> int:
    store.add_leads(1, [NewLead(number=number)])
    lead_id = 0
    for at, outcome in outcomes:
        (lead,) = store.reserve_leads(1, 1, at, 600.0, "engine-1")
        store.record_results([ended(dial(store, lead, at), outcome, at=at)], at)
        lead_id = lead.lead_id
    return lead_id


@pytest.mark.parametrize("kind", ["sqlite", on_postgres])
def test_only_what_is_old_enough_goes_and_a_leads_attempts_go_together(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "CHUNK", 2)
    url = f"sqlite:///{tmp_path}/dialer.sqlite3" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    store = open_store(url, upgrade=True)
    store.create_campaign(CAMPAIGN)
    late = START + 100 * DAY_S
    gone = [called(store, f"+1202555010{index}", (START, Outcome.CONNECTED)) for index in range(3)]
    called(store, "+12025550110", (START, Outcome.BUSY), (late, Outcome.CONNECTED))
    still_open = called(store, "+12025550111", (START, Outcome.BUSY))
    skip = Skip(campaign_id=1, lead_id=1, number="", agent_id="ann", skipped_at=START, looked_s=1.0, reason="other")
    store.record_skips([replace(skip, skipped_at=at) for at in (START, START + 1.0, START + 2.0, late)])
    now = START + (KEPT_DAYS + 1) * DAY_S
    expected = Pruned(cdrs=5, attempts=3, evidence=3, skips=3)
    assert prune(store.database, now, is_dry_run=True) == expected
    assert len(store.attempts(AttemptFilter()).items) == 6
    so_far: list[Pruned] = []
    assert prune(store.database, now, told=so_far.append) == expected
    assert so_far[-1] == expected
    assert prune(store.database, now) == Pruned()
    assert [one.skipped_at for one in store.skips(SkipFilter()).items] == [late]
    left = store.attempts(AttemptFilter()).items
    assert sorted(one.lead_id for one in left) == sorted([still_open, *[left[0].lead_id] * 2])
    assert not {one.lead_id for one in left} & set(gone)
    # The lead that is still open is tried on, as if nothing had happened.
    (lead,) = store.reserve_leads(1, 5, now, 600.0, "engine-1")
    assert dial(store, lead, now).attempt_number == 2
    store.close()
