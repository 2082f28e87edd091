import pytest

from simulation.calibration.writing import scenario_toml
from simulation.scenario.library import find_scenario, scenario_names
from simulation.scenario.loading import parse_scenario


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_written_and_read_is_the_same(name: str) -> None:
    scenario = find_scenario(name)

    assert parse_scenario(scenario_toml(scenario), "written.toml") == scenario


def test_defaults_are_left_out() -> None:
    assert "answer_limit_s" not in scenario_toml(find_scenario("base"))
