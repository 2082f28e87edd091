from datetime import UTC, datetime

import pytest

from campaigns.model import Outcome
from campaigns.rules.past import CapInForce, PastCall, QuietInForce, attempts_counted, cap_frees_at, quiet_until
from campaigns.terms import Scope, Within

NEW_YORK = ("America/New_York",)
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC).timestamp()
"""Wednesday, ten in the morning in New York."""
HOUR = 3600.0
DAY = 24 * HOUR


def calls(*hours_ago: float, campaign_id: int = 1, lead_id: int = 1) -> tuple[PastCall, ...]:
    return tuple(PastCall(NOW - one * HOUR, campaign_id, lead_id, Outcome.NO_ANSWER) for one in hours_ago)


def cap(attempts_max: int, within: Within, scope: Scope = Scope.NUMBER) -> CapInForce:
    return CapInForce(attempts_max, within, scope, "test")


@pytest.mark.parametrize(
    ("within", "count"),
    [(Within.DAY, 2), (Within.HOURS_24, 3), (Within.DAYS_7, 4), (Within.DAYS_30, 5), (Within.EVER, 6)],
)
def test_each_period_counts_what_lies_in_it(within: Within, count: int) -> None:
    # Midnight was ten hours ago, and belongs to today.
    past = calls(1, 10, 23.9, 24 * 6.9, 24 * 29, 24 * 400)
    assert attempts_counted(cap(1, within), past, 1, 1, NEW_YORK, NOW) == count


def test_a_call_exactly_a_period_ago_is_outside() -> None:
    assert attempts_counted(cap(1, Within.HOURS_24), calls(24), 1, 1, NEW_YORK, NOW) == 0


def test_of_several_zones_the_longer_day_counts() -> None:
    # 00:30 of today in New York is 23:30 of yesterday in Chicago, whose day is the one that counts less.
    past = calls(9.5)
    assert attempts_counted(cap(1, Within.DAY), past, 1, 1, ("America/Chicago",), NOW) == 0
    assert attempts_counted(cap(1, Within.DAY), past, 1, 1, ("America/Chicago", *NEW_YORK), NOW) == 1


def test_a_scope_counts_its_own() -> None:
    past = calls(1) + calls(2, lead_id=2) + calls(3, campaign_id=2, lead_id=3)
    for scope, count in [(Scope.LEAD, 1), (Scope.CAMPAIGN, 2), (Scope.NUMBER, 3)]:
        assert attempts_counted(cap(1, Within.DAY, scope), past, 1, 1, NEW_YORK, NOW) == count


def test_a_cap_says_when_it_frees() -> None:
    assert cap_frees_at(cap(2, Within.HOURS_24), calls(1, 5, 20), 1, 1, NEW_YORK, NOW) == NOW + 19 * HOUR
    assert cap_frees_at(cap(1, Within.DAY), calls(1), 1, 1, NEW_YORK, NOW) == NOW + 14 * HOUR
    assert cap_frees_at(cap(1, Within.EVER), calls(1), 1, 1, NEW_YORK, NOW) is None


def test_a_quiet_period_in_hours_begins_with_the_attempt() -> None:
    quiet = QuietInForce((Outcome.NO_ANSWER,), (), 72.0, 0, "test")
    assert quiet_until(quiet, calls(1, 80), NEW_YORK) == NOW + 71 * HOUR
    assert quiet_until(QuietInForce((Outcome.BUSY,), (), 72.0, 0, "test"), calls(1), NEW_YORK) is None


def test_a_conversation_is_day_one_of_seven() -> None:
    quiet = QuietInForce((Outcome.CONNECTED,), (), 0.0, 7, "12 CFR 1006.14(b)(2)(i)(B)")
    past = (PastCall(NOW, 1, 1, Outcome.CONNECTED),)
    # Wednesday is the first day, Tuesday the seventh; the clocks change in between, on the 8th.
    assert quiet_until(quiet, past, NEW_YORK) == datetime(2026, 3, 11, 4, tzinfo=UTC).timestamp()


def test_a_refusal_is_told_by_its_disposition() -> None:
    quiet = QuietInForce((), ("refusal",), 0.0, 60, "décret 2022-1313")
    past = (PastCall(NOW, 1, 1, Outcome.CONNECTED, "refusal"), PastCall(NOW + 5, 1, 1, Outcome.CONNECTED, "sale"))
    until = quiet_until(quiet, past, ("Europe/Paris",))
    assert until == datetime(2026, 5, 2, 22, tzinfo=UTC).timestamp()
