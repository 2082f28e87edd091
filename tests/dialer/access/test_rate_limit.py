from hypothesis import given
from hypothesis import strategies as st

from dialer.access import rate_limit
from dialer.access.rate_limit import RateLimit


@given(st.integers(1, 100), st.lists(st.floats(0, 30), max_size=200))
def test_no_minute_has_more_than_the_burst_and_what_came_back(per_minute: int, pauses: list[float]) -> None:
    limit, now, allowed = RateLimit(per_minute), 0.0, 0
    for pause in pauses:
        now += pause
        left, wait_s = limit.take("ann", now)
        allowed += wait_s == 0.0
        assert 0 <= left <= per_minute
    assert allowed <= per_minute + now * per_minute / 60 + 1


def test_whoever_waits_as_told_is_let_in() -> None:
    limit = RateLimit(2)
    assert [limit.take("ann", 0.0)[1] for _ in range(3)] == [0.0, 0.0, 30.0]
    assert limit.take("bob", 0.0) == (1, 0.0)
    assert limit.take("ann", 30.0) == (0, 0.0)
    assert limit.take("ann", 1000.0) == (1, 0.0)


def test_without_a_limit_nobody_waits_and_callers_are_forgotten(monkeypatch: object) -> None:
    assert RateLimit(0).take("ann", 0.0) == (0, 0.0)
    limit = RateLimit(5)
    for place in range(rate_limit.CALLERS_MAX + 10):
        limit.take(str(place), 0.0)
    assert len(limit._buckets) == rate_limit.CALLERS_MAX
