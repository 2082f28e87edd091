import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.erasures import Erasure
from campaigns.model import NewLead
from campaigns.ports import AttemptFilter, CampaignStore
from campaigns.service.errors import CallerError
from campaigns.store import erasure_journal
from campaigns.store.erasure_journal import JournalEntry
from campaigns.store.erasures import SqlErasures
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from tests.contracts.test_campaign_store import NOON, SPRING, dial

FIRST, SECOND, OTHER = "+12025550101", "+12025550102", "+12025550103"


def erasure(uid: str = "a", *numbers: str) -> Erasure:
    return Erasure(erasure_id=1, uid=uid, tenant_id=1, at=NOON, lead_ids=(7,), numbers=numbers or (FIRST,))


def entry(uid: str = "a", *numbers: str) -> JournalEntry:
    return JournalEntry(uid=uid, tenant_id=1, at=NOON, numbers=numbers or (FIRST,))


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(empty_sqlite_url)
    yield opened
    opened.close()


def test_what_is_written_is_read_and_nobody_else_may(tmp_path: Path) -> None:
    path = tmp_path / "new" / "erasures.jsonl"
    assert erasure_journal.read(path) == []
    erasure_journal.append(path, erasure())
    erasure_journal.append(path, erasure())
    erasure_journal.append(path, erasure("b", SECOND, OTHER))
    assert erasure_journal.read(path) == [entry(), entry("b", SECOND, OTHER)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", range(1, 60, 7))
def test_a_line_that_a_crash_cut_off_spoils_no_other(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "erasures.jsonl"
    erasure_journal.append(path, erasure())
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    erasure_journal.append(path, erasure("b"))
    assert erasure_journal.read(path) == [entry(), entry("b")]


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "erasures.jsonl"
    path.write_text("number,name\n")
    with pytest.raises(CallerError, match="is no journal of erasures: line 1"):
        erasure_journal.read(path)
    with pytest.raises(CallerError, match="cannot be read"):
        erasure_journal.read(tmp_path)


def test_who_was_erased_since_a_backup_is_erased_again_once(store: SqlStore) -> None:
    campaign = store.create_campaign(SPRING)
    jane = NewLead(number=FIRST, name="Jane")
    store.add_leads(campaign.campaign_id, [jane, NewLead(number=OTHER, name="Joe")])
    (lead, _) = store.reserve_leads(campaign.campaign_id, 2, NOON, 600.0, "engine-1")
    # The backup was made while she was called: that is over.
    dial(store, lead)
    assert erasure_journal.reapply(store.database, [entry("a", SECOND, FIRST)]) == [entry("a", SECOND, FIRST)]
    assert store.lead(lead.lead_id).name == ""
    assert store.attempts(AttemptFilter()).items[0].number == "erased-1"
    assert store.lead(2).name == "Joe"
    blocked = [NewLead(number=FIRST), NewLead(number=SECOND)]
    assert store.add_leads(campaign.campaign_id, blocked).blocked == 2
    assert erasure_journal.reapply(store.database, [entry("a", SECOND, FIRST)]) == []
    assert SqlErasures(store.database).known() == {"a"}
    # The next start finds her attempt open, and brings nothing back.
    assert store.interrupt_attempts("engine-1", NOON + 60) == 1
    assert store.lead(1).closed_reason == "erased on request"
    assert_nobody(store)


def assert_nobody(store: CampaignStore) -> None:
    assert not [one for one in store.attempts(AttemptFilter()).items if one.number == FIRST]
