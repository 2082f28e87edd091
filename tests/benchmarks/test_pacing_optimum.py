import pytest

from benchmarks.pacing_optimum import CAP, risks_of
from pacing.optimal.memoryless import MemorylessModel, best_threshold, solve


@pytest.mark.parametrize("agents", [2, 5])
def test_one_threshold_on_the_forecast_risk_is_the_optimum(agents: int) -> None:
    model = MemorylessModel(agents=agents, calls_max=4 * agents + 12)
    optimum, rule = solve(model, CAP), best_threshold(model, risks_of(model), CAP)
    assert rule.abandon_rate == pytest.approx(CAP)
    assert optimum.occupancy - 1e-3 < rule.occupancy <= optimum.occupancy + 1e-9
