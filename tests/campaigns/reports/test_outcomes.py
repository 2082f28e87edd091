"""The figures of all reports over the same attempts agree with one another."""

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import asdict

from campaigns.model import Outcome
from campaigns.ports import AttemptFilter
from campaigns.reports.lists import list_quality
from campaigns.reports.model import Counts, Grouping, ReportFilter
from campaigns.reports.outcomes import NO_LIST, outcomes, summary
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from tests.contracts.test_report_store import fill

UTC = ZoneInfo("UTC")
COUNTED = ("attempts", "placed", "answered", "open", *(outcome.value for outcome in Outcome))


def total(rows: tuple[Counts, ...]) -> dict[str, float]:
    """The sum of every column that counts."""
    found = {name: sum(getattr(row, name) for row in rows) for name in COUNTED}
    return found | {"talk_s": pytest.approx(sum(row.talk_s for row in rows))}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_summary_is_the_sum_of_hours_lists_numbers_and_attempts(zone: str) -> None:
    store = MemoryStore()
    campaigns = fill(store)
    reports = MemoryReports(store)
    wanted = ReportFilter(campaign_ids=tuple(one.campaign_id for one in campaigns))
    whole = total(summary(reports, wanted, campaigns))
    for grouping in Grouping:
        assert total(outcomes(reports, wanted, grouping, ZoneInfo(zone))) == whole, grouping
    one_by_one = store.attempts(AttemptFilter(limit=1000)).items
    assert whole["attempts"] == len(one_by_one) > 100
    assert whole["open"] == sum(one.outcome is None for one in one_by_one) > 0
    for outcome in Outcome:
        assert whole[outcome.value] == sum(one.outcome is outcome for one in one_by_one)


def test_leads_of_the_summary_are_those_of_the_lists() -> None:
    store = MemoryStore()
    campaigns = fill(store)
    reports = MemoryReports(store)
    ids = [one.campaign_id for one in campaigns]
    lists = list_quality(reports, ids)
    rows = summary(reports, ReportFilter(campaign_ids=tuple(ids)), campaigns)
    for name in ("leads", "leads_open", "leads_dialed", "leads_reached"):
        assert sum(getattr(row, name) for row in rows) == sum(getattr(row, name) for row in lists) > 0


def test_groups_are_in_order_and_lists_have_their_names() -> None:
    store = MemoryStore()
    campaigns = fill(store)
    reports = MemoryReports(store)
    wanted = ReportFilter(campaign_ids=tuple(one.campaign_id for one in campaigns))
    found = [(row.campaign_id, row.group) for row in outcomes(reports, wanted, Grouping.LIST, UTC)]
    assert set(found) <= {(1, NO_LIST), (1, "gold"), (1, "silver"), (2, NO_LIST), (2, "gold")}
    assert {(1, "gold"), (2, "gold")} <= set(found)
    numbers = [row.group for row in outcomes(reports, wanted, Grouping.ATTEMPT_NUMBER, UTC)]
    assert numbers == sorted(numbers, key=int)
    days = [row.group for row in outcomes(reports, wanted, Grouping.DAY, UTC)]
    assert days == sorted(days)
    assert len(days) == 3


def test_a_campaign_without_calls_is_in_the_summary() -> None:
    store = MemoryStore()
    campaigns = fill(store, days=0)
    rows = summary(MemoryReports(store), ReportFilter(campaign_ids=(1, 2)), campaigns)
    assert [(row.name, row.attempts, row.leads, row.dialed_rate) for row in rows] == [
        ("spring", 0, 81, 0.0), ("summer", 0, 41, 0.0),
    ]  # fmt: skip
    assert asdict(rows[0])["answer_rate"] is None
