import pytest

from simulation.scenario.library import find_scenario
from simulation.scenario.loading import ScenarioError
from simulation.scenario.overrides import override, read_assignment, read_value

BASE = find_scenario("base")


def test_a_value_is_changed_by_its_path() -> None:
    assert override(BASE, "agents.0.count", 7).agents[0].count == 7
    assert override(BASE, "campaigns.main.pacing.ratio", 2.5).campaigns[0].pacing.ratio == 2.5
    assert override(BASE, "pacing.policy", "ratio").campaigns[0].pacing.policy == "ratio"
    assert override(BASE, "customers.talk.mean_s", 60.0).campaigns[0].customers.talk.mean() == pytest.approx(
        60, rel=0.01
    )
    assert BASE.agents[0].count == 50


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("agents.0.cuont", 7, "unknown key 'cuont'"),
        ("agents.3.count", 7, "there is no element '3'"),
        ("agents.0.count", 0, "count is 0"),
        ("nothing.at.all", 1, "there is no 'nothing'"),
        ("agents.0.count.deeper", 1, "there is nothing below 'count'"),
    ],
)
def test_a_wrong_path_or_value_is_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        override(BASE, path, value)


def test_assignments_are_read_as_toml_or_as_text() -> None:
    assert read_assignment("a.b = 3") == ("a.b", 3)
    assert read_value("predictive") == "predictive"
    assert read_value("[1, 2]") == [1, 2]
    with pytest.raises(ScenarioError, match="path=value"):
        read_assignment("a.b")
