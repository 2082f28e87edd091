import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from campaigns.model import Campaign, CampaignStatus, LeadStatus, NewLead
from campaigns.ports import CampaignStore
from campaigns.rules.checks import campaign_list
from campaigns.store import backup, sql_gate, sql_leads, suppression_journal
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from campaigns.suppressions import Suppression
from tests.contracts.test_campaign_store import NOON, SPRING, dial

FIRST, SECOND, OTHER = "+12025550101", "+12025550102", "+12025550103"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "do-not-call.jsonl"


@pytest.fixture
def store(tmp_path: Path, journal: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True, suppressions=journal)
    yield opened
    opened.close()


def test_every_way_onto_a_list_is_kept(store: SqlStore, journal: Path) -> None:
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [NewLead(number=FIRST)])
    (lead,) = store.reserve_leads(campaign.campaign_id, 1, NOON, 600.0, "engine-1")
    attempt = dial(store, lead, NOON)
    store.record_disposition(attempt.attempt_id, "amy", "do_not_call", NOON + 60.0)
    store.block_numbers([OTHER, SECOND], "a letter", NOON + 70.0)
    store.block_in_campaign(campaign.campaign_id, [SECOND], NOON + 80.0)
    store.block_numbers([], "nobody", NOON + 90.0)
    asked, letter, of_campaign = suppression_journal.read(journal)
    assert (asked.numbers, asked.at, asked.reason) == (
        (FIRST,), NOON + 60.0, f"asked of amy in attempt {attempt.attempt_id}",
    )  # fmt: skip
    assert letter == Suppression(at=NOON + 70.0, tenant_id=1, numbers=(SECOND, OTHER), reason="a letter")
    assert (of_campaign.numbers, of_campaign.campaign_id) == ((SECOND,), campaign.campaign_id)


def test_a_backup_made_before_a_request_does_not_undo_it(store: SqlStore, journal: Path, tmp_path: Path) -> None:
    campaign = store.create_campaign(replace(SPRING, status=CampaignStatus.RUNNING))
    store.add_leads(campaign.campaign_id, [NewLead(number=number) for number in (FIRST, SECOND, OTHER)])
    store.block_numbers([FIRST], "before", NOON)
    copy = tmp_path / "copy.backup"
    backup.back_up(f"sqlite:///{tmp_path}/dialer.sqlite3", copy)
    store.block_numbers([SECOND], "since", NOON + 60.0)
    store.block_in_campaign(campaign.campaign_id, [OTHER], NOON + 60.0)

    url = f"sqlite:///{tmp_path}/second.sqlite3"
    assert backup.restore(url, copy, suppressed=suppression_journal.read(journal)).suppressed == 2
    restored = open_store(url)
    assert restored.reserve_leads(campaign.campaign_id, 9, NOON + 120.0, 600.0, "engine-1") == ()
    assert restored.lead(2).status is LeadStatus.CLOSED
    assert suppression_journal.reapply(restored.database, suppression_journal.read(journal)) == 0
    restored.close()


def test_the_list_of_a_campaign_that_the_backup_has_not_is_left_out(store: SqlStore) -> None:
    request = Suppression(at=NOON, tenant_id=1, numbers=(FIRST,), campaign_id=7)
    assert suppression_journal.reapply(store.database, [request]) == 0
    with store.database.reading() as connection:
        assert sql_gate.find_listed(connection, campaign_list(7), [FIRST]) == set()


def test_tenants_stay_apart(store: SqlStore) -> None:
    requests = [Suppression(at=NOON, tenant_id=2, numbers=(FIRST, SECOND))]
    assert suppression_journal.reapply(store.database, requests) == 2
    with store.database.reading() as connection:
        assert sql_leads.find_blocked(connection, [FIRST, SECOND], 1) == set()
        assert sql_leads.find_blocked(connection, [FIRST, SECOND], 2) == {FIRST, SECOND}


def test_a_request_counts_though_its_journal_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    store: CampaignStore = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True, suppressions=folder)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    with caplog.at_level(logging.ERROR):
        assert store.block_numbers([FIRST], "a letter", NOON) == 1
    assert "cannot be written" in caplog.text
    store.close()
