import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.queueing.erlang import erlang_a, erlang_b, erlang_c, waits_longer

servers = st.integers(1, 400)
loads = st.floats(0.01, 500.0)


@pytest.mark.parametrize(
    ("agents", "load", "blocked"),
    [
        # Values of the published Erlang B tables, e.g. Cooper 1981, appendix.
        (1, 0.0101, 0.01),
        (5, 1.3608, 0.01),
        (10, 4.4612, 0.01),
        (20, 12.031, 0.01),
        (50, 37.901, 0.01),
        (100, 84.064, 0.01),
        (10, 5.5294, 0.03),
    ],
)
def test_erlang_b_gives_the_published_tables(agents: int, load: float, blocked: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(blocked, abs=4e-4)


def test_erlang_c_of_one_server_is_its_load() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)


@given(n=st.integers(1, 60), load=st.floats(0.01, 80.0))
def test_erlang_b_is_the_truncated_poisson_law(n: int, load: float) -> None:
    weights = [math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(n + 1)]
    assert erlang_b(n, load) == pytest.approx(weights[-1] / sum(weights), rel=1e-9)


@given(n=st.integers(1, 300), share=st.floats(0.01, 0.99))
def test_erlang_c_between_b_and_one(n: int, share: float) -> None:
    load = n * share
    assert erlang_b(n, load) <= erlang_c(n, load) <= 1.0


@given(n=st.integers(1, 300), load=loads)
def test_more_agents_block_less(n: int, load: float) -> None:
    assert erlang_b(n + 1, load) <= erlang_b(n, load)


@given(n=st.integers(1, 50), load=st.floats(0.1, 60.0), patience=st.floats(0.5, 500.0))
def test_erlang_a_agrees_with_its_balance_equations(n: int, load: float, patience: float) -> None:
    holding = 100.0
    arrivals = load / holding
    logs = [0.0]
    for k in range(1, n + 4000):
        deaths = min(k, n) / holding + max(k - n, 0) / patience
        logs.append(logs[-1] + math.log(arrivals / deaths))
    top = max(logs)
    weights = [math.exp(x - top) for x in logs]
    total = sum(weights)
    queue = sum((k - n) * w for k, w in enumerate(weights) if k > n) / total
    found = erlang_a(n, arrivals, holding, patience)
    assert found.queue_mean == pytest.approx(queue, rel=1e-6, abs=1e-9)
    assert found.wait_probability == pytest.approx(sum(weights[n:]) / total, rel=1e-6, abs=1e-9)


def test_erlang_a_with_endless_patience_is_erlang_c() -> None:
    found = erlang_a(20, 0.15, 100.0, 1e9)
    assert found.wait_probability == pytest.approx(erlang_c(20, 15.0), rel=1e-5)


def test_erlang_a_with_no_patience_is_erlang_b() -> None:
    found = erlang_a(20, 0.15, 100.0, 1e-6)
    assert found.abandon_probability == pytest.approx(erlang_b(20, 15.0), rel=1e-4)


@pytest.mark.parametrize("agents", [1000, 5000, 20000])
def test_thousands_of_agents_are_no_trouble(agents: int) -> None:
    load = agents * 0.99
    assert 0.0 < erlang_b(agents, load) < 0.05
    assert 0.0 < erlang_c(agents, load) < 1.0
    found = erlang_a(agents, load / 100.0, 100.0, 60.0)
    assert 0.9 < found.occupancy < 1.0
    assert erlang_a(agents, 2 * agents / 100.0, 100.0, 60.0).abandon_probability == pytest.approx(0.5, abs=0.01)


def test_waits_longer_falls_exponentially() -> None:
    at_once = waits_longer(10, 8.0, 120.0, 0.0)
    assert at_once == pytest.approx(erlang_c(10, 8.0))
    assert waits_longer(10, 8.0, 120.0, 60.0) == pytest.approx(at_once * math.exp(-1.0))
    assert waits_longer(10, 12.0, 120.0, 60.0) == 1.0


@pytest.mark.parametrize(("n", "load"), [(-1, 1.0), (1, -1.0), (1, math.inf), (1, math.nan)])
def test_nonsense_is_refused(n: int, load: float) -> None:
    with pytest.raises(ValueError, match="need servers"):
        erlang_b(n, load)


def test_erlang_a_refuses_a_team_of_nobody() -> None:
    with pytest.raises(ValueError, match="at least one server"):
        erlang_a(0, 1.0, 1.0, 1.0)
