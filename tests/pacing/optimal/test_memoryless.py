import numpy as np
import pytest

from pacing.optimal.memoryless import MemorylessModel, solve


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
