from collections.abc import Sequence

from campaigns.reports.model import ReportFilter
from campaigns.reports.skips import skips
from campaigns.skips import SkipTally
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports

WANTED = ReportFilter(campaign_ids=(1, 2))


class Skipped(MemoryReports):
    def __init__(self, *tallies: SkipTally) -> None:
        super().__init__(MemoryStore())
        self._tallies = tallies

    def tally_skips(self, wanted: ReportFilter) -> Sequence[SkipTally]:
        assert wanted == WANTED
        return self._tallies


def test_each_agents_most_frequent_reason_comes_first_with_its_share() -> None:
    store = Skipped(
        SkipTally(campaign_id=2, agent_id="2~bob", reason="", skips=1, looked_s=9.0),
        SkipTally(campaign_id=1, agent_id="ann", reason="ran_out", skips=1, looked_s=45.0),
        SkipTally(campaign_id=1, agent_id="ann", reason="bad_time", skips=3, looked_s=6.0),
    )
    found = [
        (row.campaign_id, row.agent_id, row.reason, row.skips, row.share_rate, row.looked_mean_s)
        for row in skips(store, WANTED, lambda name: name.removeprefix("2~"))
    ]
    assert found == [
        (1, "ann", "bad_time", 3, 0.75, 2.0),
        (1, "ann", "ran_out", 1, 0.25, 45.0),
        (2, "bob", "", 1, 1.0, 9.0),
    ]
