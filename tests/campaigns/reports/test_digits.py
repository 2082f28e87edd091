from collections.abc import Sequence
from zoneinfo import ZoneInfo

from campaigns.reports.digits import digits
from campaigns.reports.model import DigitTally, Grouping, ReportFilter
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports

UTC = ZoneInfo("UTC")
WANTED = ReportFilter(campaign_ids=(1,))


class Pressed(MemoryReports):
    def __init__(self, *tallies: DigitTally) -> None:
        super().__init__(MemoryStore())
        self.tallies = tallies

    def tally_digits(self, wanted: ReportFilter) -> Sequence[DigitTally]:
        return self.tallies


def test_each_key_is_counted_by_calls_presses_and_first() -> None:
    store = Pressed(
        DigitTally(campaign_id=1, quarter=0, digits="", calls=6),
        DigitTally(campaign_id=1, quarter=0, digits="9", calls=3),
        DigitTally(campaign_id=1, quarter=100, digits="199", calls=1),
    )
    one, nine = digits(store, WANTED, None, UTC)
    assert (one.digit, one.calls, one.presses, one.first, one.answered, one.share_rate) == ("1", 1, 1, 1, 10, 0.1)
    assert (nine.digit, nine.calls, nine.presses, nine.first, nine.answered) == ("9", 4, 5, 3, 10)
    by_day = digits(store, WANTED, Grouping.DAY, UTC)
    assert [(row.group, row.digit, row.calls, row.answered) for row in by_day] == [
        ("1970-01-01", "9", 3, 9),
        ("1970-01-02", "1", 1, 1),
        ("1970-01-02", "9", 1, 1),
    ]


def test_without_a_key_there_is_no_row() -> None:
    assert digits(Pressed(DigitTally(campaign_id=1, quarter=0, digits="", calls=6)), WANTED, None, UTC) == ()
