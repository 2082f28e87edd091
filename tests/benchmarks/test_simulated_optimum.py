import pytest

from benchmarks.simulated_optimum import distance


@pytest.mark.parametrize("world", ["memoryless", "phase-type"])
def test_the_policy_comes_near_the_optimum_of_either_world(world: str) -> None:
    told = distance(world, 3, 2, 2, 1)
    figures = {figure.name.removeprefix(f"{world}, 3 agents, "): figure.value for figure in told}
    assert 55.0 < figures["reached"] < 90.0
    assert 0.0 < figures["abandoned"] < 10.0
    assert figures["short of the optimum"] == pytest.approx(0.0, abs=12.0)
    assert figures["give or take"] > 0.0
    if world == "memoryless":
        assert figures["short of the best under the cap"] < figures["short of the optimum"] + 5.0
