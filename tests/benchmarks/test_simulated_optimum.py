import pytest

from benchmarks.simulated_optimum import distance


@pytest.mark.parametrize("world", ["memoryless", "phase-type"])
def test_the_policy_comes_near_the_optimum_of_either_world(world: str) -> None:
    figures = {
        figure.name.removeprefix(f"{world}, 3 agents, "): figure.value for figure in distance(world, 3, 2, 4.0, 1)
    }
    assert 65.0 < figures["reached"] < 82.0
    assert 0.5 < figures["abandoned"] < 4.5
    assert abs(figures["short of the optimum"]) < 5.0
    assert figures["give or take"] > 0.0
