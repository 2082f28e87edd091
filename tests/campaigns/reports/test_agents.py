from zoneinfo import ZoneInfo

import pytest

from campaigns.reports.agents import AgentsWanted, agents, dispositions
from campaigns.reports.model import AgentStay, Grouping, ReportFilter
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from tests.contracts.test_campaign_store import NOON
from tests.contracts.test_report_store import fill

UTC = ZoneInfo("UTC")
WANTED = AgentsWanted(tenant_id=1, calls=ReportFilter(campaign_ids=(1, 2)), grouping=None)


def stay(state: str, minute: float, minutes: float, is_entry: bool = True) -> AgentStay:
    start = NOON + minute * 60
    return AgentStay(
        tenant_id=1, agent_id="ann", state=state, started_at=start, ended_at=start + minutes * 60, is_entry=is_entry
    )


def test_time_by_state_adds_up_to_the_time_signed_in() -> None:
    reports = MemoryReports(MemoryStore())
    reports.write_stays(
        [stay("connecting", 0, 1), stay("paused", 1, 4), stay("idle", 5, 5), stay("talking", 10, 5),
         stay("talking", 15, 3, is_entry=False), stay("acw", 18, 2), stay("idle", 20, 10)]
    )  # fmt: skip
    (row,) = agents(reports, WANTED, str, UTC)
    assert (row.agent_id, row.first_at, row.last_at) == ("ann", NOON, NOON + 1800)
    assert row.signed_in_s == 1800 == row.connecting_s + row.paused_s + row.idle_s + row.talking_s + row.acw_s
    assert (row.pauses, row.acw_mean_s) == (1, 120.0)
    assert row.occupancy_rate == pytest.approx((8 + 2) / (15 + 8 + 2))


def test_workload_by_hour_adds_up_to_the_whole() -> None:
    store = MemoryStore()
    fill(store)
    reports = MemoryReports(store)
    reports.write_stays([stay("idle", quarter * 15, 15, is_entry=quarter == 0) for quarter in range(9)])
    whole = {row.agent_id: row for row in agents(reports, WANTED, str, UTC)}
    hours = agents(reports, AgentsWanted(tenant_id=1, calls=WANTED.calls, grouping=Grouping.HOUR), str, UTC)
    for agent_id, row in whole.items():
        mine = [one for one in hours if one.agent_id == agent_id]
        assert sum(one.calls for one in mine) == row.calls > 0
        assert sum(one.signed_in_s for one in mine) == row.signed_in_s
    assert [one.group for one in hours if one.idle_s] == ["2026-03-02 12:00", "2026-03-02 13:00", "2026-03-02 14:00"]
    assert whole["bob"].first_at is None


def test_dispositions_are_counted_and_shares_add_up() -> None:
    store = MemoryStore()
    fill(store)
    rows = dispositions(MemoryReports(store), WANTED.calls, lambda name: name.upper())
    assert {row.agent_id for row in rows} == {"ANN", "BOB"}
    assert {row.disposition for row in rows} >= {"", "sale", "refusal"}
    for campaign_id, agent_id in {(row.campaign_id, row.agent_id) for row in rows}:
        mine = [row for row in rows if (row.campaign_id, row.agent_id) == (campaign_id, agent_id)]
        assert sum(row.share_rate for row in mine) == pytest.approx(1.0)
        assert [row.calls for row in mine] == sorted((row.calls for row in mine), reverse=True)
