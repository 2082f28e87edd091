import pytest

from simulation.scenario.library import find_scenario, scenario_names
from simulation.scenario.loading import ScenarioError


@pytest.mark.parametrize("name", scenario_names())
def test_every_named_scenario_is_sound_and_says_what_it_is(name: str) -> None:
    scenario = find_scenario(name)

    assert scenario.name == name
    assert scenario.description.endswith(".")


def test_a_number_after_the_name_is_the_number_of_agents() -> None:
    assert find_scenario("base-300").agents[0].count == 300
    assert find_scenario("base-300").name == "base-300"


@pytest.mark.parametrize("name", ["bsae", "base-0", "base-x"])
def test_a_name_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ScenarioError, match=name):
        find_scenario(name)
