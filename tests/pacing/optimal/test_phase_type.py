import pytest

from pacing.optimal.memoryless import MemorylessModel
from pacing.optimal.memoryless import solve as solve_memoryless
from pacing.optimal.phase_type import PhaseTypeModel, solve


@pytest.fixture(scope="module")
def two_agents() -> float:
    return solve(PhaseTypeModel(agents=2)).occupancy


def test_reference_value_of_two_agents(two_agents: float) -> None:
    """Computed apart by policy iteration with a direct solver: 0.729443."""
    assert two_agents == pytest.approx(0.729443, abs=2e-5)


def test_a_looser_cap_is_worth_something(two_agents: float) -> None:
    assert solve(PhaseTypeModel(agents=2), 0.06).occupancy > two_agents + 0.01


def test_seeing_no_phases_of_the_call_nearly_is_the_memoryless_model() -> None:
    """One agent, ACW that is over at once: what is left of the difference is the Erlang-2 ring time."""
    richer = solve(PhaseTypeModel(agents=1, talk_s=134.0, acw_s=1.0)).occupancy
    plain = solve_memoryless(MemorylessModel(agents=1), 0.03).occupancy
    assert richer == pytest.approx(plain, abs=0.02)


@pytest.mark.slow
def test_reference_value_of_five_agents() -> None:
    """Computed apart by policy iteration with a direct solver: 0.76911."""
    assert solve(PhaseTypeModel(agents=5)).occupancy == pytest.approx(0.76911, abs=5e-5)
