from datetime import UTC, datetime

from msgspec.structs import replace

from campaigns.model import Campaign
from campaigns.rules.abandon import abandon_rules, periods, windows
from campaigns.terms import AnswerHour

HOUR_S = 3600.0
CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales", compliance="us", time_zone="America/New_York")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def hour(text: str, answered: int, abandoned: int = 0, machines: int = 0) -> AnswerHour:
    return AnswerHour(int(at(text) // HOUR_S), answered, abandoned, machines)


def test_each_profile_brings_its_own_rule() -> None:
    assert [name for name, _ in abandon_rules(CAMPAIGN)] == ["us 30d"]
    assert [name for name, _ in abandon_rules(replace(CAMPAIGN, compliance="us-debt"))] == ["us 30d"]
    assert abandon_rules(replace(CAMPAIGN, compliance="general")) == ()


def test_a_campaign_that_may_call_anywhere_is_held_to_all() -> None:
    names = {name for name, _ in abandon_rules(replace(CAMPAIGN, compliance="by-number"))}
    assert names == {"us 30d", "gb 24h", "ca month", "in day"}


def test_american_periods_are_thirty_days_from_the_first_call() -> None:
    first = at("2026-01-10 15:00")
    for now, start, end in [
        ("2026-01-10 15:00", "2026-01-10 15:00", "2026-02-09 15:00"),
        ("2026-02-09 14:59", "2026-01-10 15:00", "2026-02-09 15:00"),
        ("2026-02-09 15:00", "2026-02-09 15:00", "2026-03-11 15:00"),
    ]:
        (period,) = periods(CAMPAIGN, first, at(now))
        assert (period.started_at, period.ends_at) == (at(start), at(end)), now


def test_british_hours_never_count_less_than_twenty_four() -> None:
    campaign = replace(CAMPAIGN, compliance="gb")
    (period,) = periods(campaign, None, at("2026-03-02 10:30"))
    assert (period.started_at, period.ends_at) == (at("2026-03-01 10:00"), None)


def test_canadian_months_are_the_calendars() -> None:
    campaign = replace(CAMPAIGN, compliance="ca")
    (period,) = periods(campaign, None, at("2026-12-31 23:00"))
    # Midnight in New York.
    assert (period.started_at, period.ends_at) == (at("2026-12-01 05:00"), at("2027-01-01 05:00"))


def test_indian_days_are_the_calendars() -> None:
    campaign = replace(CAMPAIGN, compliance="in", time_zone="Asia/Kolkata")
    (period,) = periods(campaign, None, at("2026-03-02 18:29"))
    assert (period.started_at, period.ends_at) == (at("2026-03-01 18:30"), at("2026-03-02 18:30"))


def test_only_what_lies_in_the_period_is_counted() -> None:
    hours = [hour("2026-03-01 09:00", 50, 9), hour("2026-03-01 10:00", 100, 2), hour("2026-03-02 10:00", 30, 1, 40)]
    (window,) = windows(replace(CAMPAIGN, compliance="gb"), hours, at("2026-03-01 09:00"), at("2026-03-02 10:30"))
    assert (window.answered, window.abandoned, window.machines) == (130, 3, 40)
    assert (window.name, window.rate_max, window.machine_share) == ("gb 24h", 0.03, 0.03)
    (window,) = windows(CAMPAIGN, hours, at("2026-03-01 09:00"), at("2026-03-02 10:30"))
    assert (window.answered, window.abandoned, window.machine_share) == (180, 12, 0.0)


def test_an_hour_that_a_day_begins_in_belongs_to_both() -> None:
    campaign = replace(CAMPAIGN, compliance="in", time_zone="Asia/Kolkata")
    (window,) = windows(campaign, [hour("2026-03-01 18:00", 7)], None, at("2026-03-01 20:00"))
    assert window.answered == 7
