from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from campaigns.model import Attempt, Campaign, NewLead, Outcome
from campaigns.reports.compliance import compliance
from campaigns.reports.model import ReportFilter
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from tests.contracts.test_campaign_store import ANY_TIME, SPRING, ended, number

DAY_S = 86400.0
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()


class Days:
    """Calls that were made without a profile, so that the gate is not in the way, and are judged by one afterwards."""

    def __init__(self, **settings: object) -> None:
        self.store = MemoryStore()
        made = self.store.create_campaign(replace(SPRING, calling_window=ANY_TIME))
        self.campaign: Campaign = replace(made, **settings)
        self.leads = 0

    def dial(self, at: float, **outcomes: int) -> None:
        new = [NewLead(number=number(self.leads + index)) for index in range(sum(outcomes.values()))]
        self.leads += len(new)
        self.store.add_leads(1, new)
        leads = iter(self.store.reserve_leads(1, len(new), at, 600.0, "engine-1"))
        for name, count in outcomes.items():
            for _ in range(count):
                lead = next(leads)
                attempt = Attempt(
                    attempt_id=f"{lead.lead_id}-1", lead_id=lead.lead_id, attempt_number=1, campaign_id=1,
                    number=lead.number, caller_id="+12025550100", trunk="main", placed_at=at,
                )  # fmt: skip
                assert self.store.record_attempts([attempt])
                answered_at = at + 5 if name in {"connected", "abandoned", "machine"} else None
                result = ended(attempt, Outcome(name), at + 12, answered_at)
                bridged_at = at + 5.5 if name == "connected" else None
                finished = replace(result.attempt, ringing_at=at + 1, bridged_at=bridged_at)
                self.store.record_results([replace(result, attempt=finished)], at + 12)

    def rows(self, now: float, since: float | None = None, until: float | None = None) -> list[tuple[object, ...]]:
        wanted = ReportFilter(campaign_ids=(1,), since=since, until=until)
        found = compliance(MemoryReports(self.store), wanted, [self.campaign], now)
        return [(row.day, row.rule, row.period_abandoned, row.period_answered, row.is_kept) for row in found]


def test_without_a_profile_the_days_own_counts_are_there() -> None:
    days = Days()
    days.dial(NINE, connected=9, abandoned=1, no_answer=5, busy=1)
    (row,) = compliance(MemoryReports(days.store), ReportFilter(campaign_ids=(1,)), [days.campaign], NINE + DAY_S)
    assert (row.day, row.rule, row.period_abandon_rate, row.is_kept) == ("2026-03-02", "", None, True)
    assert (row.placed, row.answered, row.abandoned, row.late_connects) == (16, 10, 1, 0)
    # Given up after eleven seconds of ringing.
    assert row.short_rings == 5
    assert row.abandon_max_rate == 0.03


def test_the_united_states_count_thirty_days_from_the_first_call() -> None:
    days = Days(compliance="us", time_zone="America/New_York")
    first = NINE + 8 * 3600
    days.dial(first, connected=97, abandoned=3)
    days.dial(first + DAY_S, connected=9, abandoned=1)
    days.dial(first + 31 * DAY_S, connected=10)
    found = [row for row in days.rows(first + 40 * DAY_S) if row[1] == "us 30d"]
    assert found == [
        ("2026-03-02", "us 30d", 3, 100, True),
        ("2026-03-03", "us 30d", 4, 110, False),
        ("2026-04-02", "us 30d", 0, 10, True),
    ]


def test_canada_counts_the_month_of_the_campaigns_own_zone() -> None:
    days = Days(compliance="ca", time_zone="America/Toronto")
    last_of_march = datetime(2026, 4, 1, 3, tzinfo=UTC).timestamp()
    days.dial(last_of_march, connected=19, abandoned=1)
    days.dial(last_of_march + 2 * 3600, connected=5)
    rules = {row[1] for row in days.rows(last_of_march + DAY_S)}
    (month,) = [rule for rule in rules if "month" in str(rule)]
    assert [row for row in days.rows(last_of_march + DAY_S) if row[1] == month] == [
        ("2026-03-31", month, 1, 20, True),
        ("2026-04-01", month, 0, 5, True),
    ]


def test_ofcom_counts_a_share_of_the_machines() -> None:
    days = Days(compliance="gb", amd_false_positives=0.1)
    days.dial(NINE, connected=80, abandoned=2, machine=18)
    (row,) = [row for row in days.rows(NINE + 3600) if "24h" in str(row[1])]
    # Eighteen machines at a tenth are two persons, rounded up, who heard nobody.
    assert row[2:] == (4, 84, False)


@pytest.mark.parametrize(("since", "until", "expected"), [(None, NINE, 0), (NINE + DAY_S, None, 1), (None, None, 2)])
def test_days_outside_the_period_are_left_out(since: float | None, until: float | None, expected: int) -> None:
    days = Days(time_zone="UTC")
    days.dial(NINE, connected=1)
    days.dial(NINE + DAY_S, connected=1)
    midnight = NINE - 9 * 3600
    since = None if since is None else since - 9 * 3600
    until = midnight if until is not None else None
    assert len(days.rows(NINE + 3 * DAY_S, since, until)) == expected
