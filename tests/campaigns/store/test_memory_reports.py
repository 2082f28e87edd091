"""The counting itself is in tests/contracts/test_report_store.py; here, what a plain look over the attempts says."""

from campaigns.ports import AttemptFilter
from campaigns.reports.model import Key, ReportFilter
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from tests.contracts.test_report_store import fill


def test_every_attempt_is_counted_once_under_each_key() -> None:
    store = MemoryStore()
    fill(store)
    found = store.attempts(AttemptFilter(limit=1000, campaign_id=1)).items
    reports = MemoryReports(store)
    for key in Key:
        tallies = reports.tally(ReportFilter(campaign_ids=(1,)), (key,))
        assert sum(tally.attempts for tally in tallies) == len(found)
        assert sum(tally.talk_s for tally in tallies) > 0


def test_pages_are_followed_to_the_end() -> None:
    store = MemoryStore()
    fill(store, leads=700, days=2)
    wanted = ReportFilter(campaign_ids=(1,))
    first = store.attempts(AttemptFilter(limit=1000, campaign_id=1))
    rest = store.attempts(AttemptFilter(limit=1000, campaign_id=1, cursor=first.cursor))
    assert first.cursor is not None
    expected = len(first.items) + len(rest.items)
    assert sum(tally.attempts for tally in MemoryReports(store).tally(wanted)) == expected
