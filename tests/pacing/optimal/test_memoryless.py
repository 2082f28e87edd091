import numpy as np
import pytest

from pacing.optimal.memoryless import MemorylessModel, best_threshold, solve


@pytest.mark.parametrize(("agents", "occupancy"), [(5, 0.7754), (10, 0.8241)])
def test_optimum_at_three_percent(agents: int, occupancy: float) -> None:
    """Figures computed independently by relative value iteration with tolerance 1e-7."""
    optimum = solve(MemorylessModel(agents=agents), 0.03)
    assert optimum.occupancy == pytest.approx(occupancy, abs=2e-4)
    assert optimum.abandon_rate == pytest.approx(0.03, abs=1e-9)


def test_the_optimal_rule_is_calls_up_to_a_level() -> None:
    assert solve(MemorylessModel(agents=5), 0.03).order_up_to == (0, 1, 3, 5, 8, 11)


def test_one_agent_who_always_answers_is_a_renewal_process() -> None:
    """With a certain answer and no abandoning allowed: idle for one flight, busy for one conversation."""
    model = MemorylessModel(agents=1, answer_rate=1.0, flight_s=10.0, handling_s=90.0, calls_max=3)
    optimum = solve(model, 1e-9)
    assert optimum.occupancy == pytest.approx(0.9, abs=1e-6)


def test_optimum_is_confirmed_by_simulation() -> None:
    model = MemorylessModel(agents=3)
    optimum = solve(model, 0.03)
    levels = optimum.order_up_to
    rng = np.random.default_rng(7)
    busy = calls = 0
    busy_time = total = 0.0
    answers = abandons = 0
    for _ in range(200_000):
        calls = max(calls, levels[model.agents - busy])
        rates = np.array([calls * 0.3 / 18.0, calls * 0.7 / 18.0, busy / 135.0])
        step = rng.exponential(1.0 / rates.sum())
        total += step
        busy_time += step * busy
        what = rng.random() * rates.sum()
        if what < rates[0]:
            answers += 1
            calls -= 1
            abandons += busy == model.agents
            busy = min(busy + 1, model.agents)
        elif what < rates[0] + rates[1]:
            calls -= 1
        else:
            busy -= 1
    # The printed rule is one of the two that bracket the cap, so both figures may lie a little to one side of it.
    assert busy_time / total / 3 == pytest.approx(optimum.occupancy, abs=0.02)
    assert abandons / answers == pytest.approx(0.03, abs=0.012)


def test_a_lower_cap_costs_occupancy() -> None:
    strict, loose = (solve(MemorylessModel(agents=3), cap).occupancy for cap in (0.01, 0.05))
    assert strict < loose


def test_a_rule_that_tells_the_optimal_states_apart_is_the_optimum() -> None:
    model = MemorylessModel(agents=3, calls_max=20)
    optimum = solve(model, 0.03)
    calls = np.arange(21)
    # Calls above what is optimal, by idle agents: its own order, here as a "risk" between 0 and 1.
    risks = np.array([0.5 + (calls - optimum.order_up_to[3 - busy]) / 100 for busy in range(4)])
    assert best_threshold(model, risks, 0.03).occupancy == pytest.approx(optimum.occupancy, abs=2e-3)


def test_a_rule_blind_to_the_floor_is_far_from_it() -> None:
    model = MemorylessModel(agents=3, calls_max=20)
    blind = np.tile(np.arange(1, 22) / 100, (4, 1))
    assert best_threshold(model, blind, 0.25).occupancy < solve(model, 0.25).occupancy - 0.03


def test_a_rule_that_cannot_keep_the_cap_is_refused() -> None:
    with pytest.raises(ValueError, match="no threshold"):
        best_threshold(MemorylessModel(agents=3, calls_max=20), np.zeros((4, 21)), 0.03)
