from collections.abc import Sequence
from zoneinfo import ZoneInfo

from campaigns.reports.model import AgentStay, Grouping, ReportFilter, UsageTally
from campaigns.reports.usage import BYTES_PER_S, HEADER_BYTES, usage
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports

LONDON = ZoneInfo("Europe/London")
FEBRUARY_END = 1_772_323_200 // 900 - 1  # the last quarter of an hour of February 2026
NAMES = {1: "spring", 2: "summer"}
WANTED = ReportFilter(campaign_ids=(1, 2))


class Used(MemoryReports):
    def __init__(self, *tallies: UsageTally) -> None:
        super().__init__(MemoryStore())
        self.tallies = tallies

    def tally_usage(self, wanted: ReportFilter) -> Sequence[UsageTally]:
        return self.tallies


def stored() -> Used:
    store = Used(
        UsageTally(campaign_id=1, quarter=FEBRUARY_END, calls=3, answered=2, answered_s=90.0, talk_s=60.0),
        UsageTally(campaign_id=1, quarter=FEBRUARY_END, recordings=2, recorded_s=60.0),
        UsageTally(campaign_id=1, quarter=FEBRUARY_END + 1, imports=1, import_rows=500),
        UsageTally(campaign_id=2, quarter=FEBRUARY_END, calls=1),
    )
    begun = FEBRUARY_END * 900.0
    stay = {"tenant_id": 1, "agent_id": "ann", "state": "idle", "is_entry": True}
    store.write_stays([AgentStay(**stay, started_at=begun, ended_at=begun + 900.0)])
    return store


def test_each_campaign_has_its_row_and_the_agents_theirs() -> None:
    rows = usage(stored(), 1, WANTED, NAMES, Grouping.MONTH, LONDON)
    assert [(row.period, row.campaign_id, row.name) for row in rows] == [
        ("2026-02", None, "(no campaign)"),
        ("2026-02", 1, "spring"),
        ("2026-02", 2, "summer"),
        ("2026-03", 1, "spring"),
    ]
    agents, spring, _, march = rows
    assert (agents.agents_s, agents.calls) == (900.0, 0)
    assert (spring.calls, spring.answered, spring.answered_s, spring.talk_s, spring.agents_s) == (3, 2, 90.0, 60.0, 0.0)
    assert (spring.recordings, spring.recordings_bytes) == (2, 60 * BYTES_PER_S + 2 * HEADER_BYTES)
    assert (march.imports, march.import_rows) == (1, 500)


def test_of_one_campaign_the_agents_time_is_not_told() -> None:
    one = ReportFilter(campaign_ids=(2,))
    rows = usage(stored(), 1, one, NAMES, Grouping.DAY, LONDON, agents=False)
    assert {row.campaign_id for row in rows} == {1, 2}
    assert {row.period for row in rows} == {"2026-02-28", "2026-03-01"}


def test_the_agents_of_another_tenant_are_not_counted() -> None:
    assert all(row.campaign_id for row in usage(stored(), 2, WANTED, NAMES, Grouping.MONTH, LONDON))
