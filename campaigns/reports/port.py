"""The port through which reports are counted.

Every implementation passes the same suite, tests/contracts/test_report_store.py. Counting is left to the store, so that
millions of attempts stay where they are.
"""

from collections.abc import Sequence
from typing import Protocol

from campaigns.reports.model import (
    AgentStay,
    AgentTally,
    CallTally,
    DigitTally,
    ImportTally,
    Key,
    LeadTally,
    ListName,
    ReportFilter,
    Tally,
    UsageTally,
)
from campaigns.skips import SkipTally
from campaigns.terms import AnswerHour


class ReportStore(Protocol):
    """Counts for reports.

    Raises:
        StoreUnavailableError: the database cannot be reached.
    """

    def tally(self, wanted: ReportFilter, keys: Sequence[Key] = ()) -> Sequence[Tally]:
        """Attempts by campaign, keys and outcome."""
        ...

    def tally_leads(self, campaign_ids: Sequence[int]) -> Sequence[LeadTally]:
        """Leads by campaign and list; 0 for those of no list."""
        ...

    def tally_imports(self, campaign_ids: Sequence[int]) -> Sequence[ImportTally]:
        """Rows of imports by campaign and list."""
        ...

    def list_names(self, campaign_ids: Sequence[int]) -> Sequence[ListName]:
        """The names of lists."""
        ...

    def tally_calls(self, wanted: ReportFilter) -> Sequence[CallTally]:
        """What the law looks at, by campaign and quarter of an hour; `list_id` is not looked at."""
        ...

    def tally_digits(self, wanted: ReportFilter) -> Sequence[DigitTally]:
        """Keys pressed in answered calls, by campaign and quarter of an hour; `list_id` is not looked at."""
        ...

    def tally_skips(self, wanted: ReportFilter) -> Sequence[SkipTally]:
        """Leads that agents looked at and did not call, by campaign, agent and reason."""
        ...

    def tally_usage(self, wanted: ReportFilter) -> Sequence[UsageTally]:
        """Calls, recordings and imports by campaign and quarter of an hour; `list_id` is not looked at."""
        ...

    def answer_hours(self, campaign_id: int) -> Sequence[AnswerHour]:
        """The regulators' account of a campaign, hour by hour, from its first answered call on."""
        ...

    def tally_agents(self, tenant_id: int, since: float | None, until: float | None) -> Sequence[AgentTally]:
        """The time of a tenant's agents by quarter of an hour and state."""
        ...

    def write_stays(self, stays: Sequence[AgentStay]) -> None:
        """Keep what agents did; one that is there already, by agent and beginning, is replaced."""
        ...
