import msgspec
import pytest

from campaigns.model import Treatment
from simulation.scenario.model import Customers, Day, Scenario, ScenarioCampaign, ScenarioValueError


def test_an_agentless_scenario_needs_no_agents() -> None:
    campaign = ScenarioCampaign(name="a", leads=10, treatment=Treatment.MESSAGE)

    assert Scenario(name="x", agents=(), campaigns=(campaign,)).agents == ()


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Scenario(name="x", agents=(), campaigns=(ScenarioCampaign(name="a", leads=1),)), "agents"),
        (lambda: Day(warmup_s=8 * 3600.0), "warmup_s"),
        (lambda: Customers(machine=0.0, no_answer=0.0, failure=0.0), "no_answer"),
        (lambda: Customers(hour_factors={"25": 1.0}), "hour_factors"),
        (lambda: Customers(failures={}), "failures"),
    ],
)
def test_what_contradicts_itself_is_refused_by_key(make, key: str) -> None:
    with pytest.raises(ScenarioValueError) as caught:
        make()

    assert caught.value.key == key


def test_a_scenario_survives_a_round_trip() -> None:
    scenario = Scenario(
        name="x", agents=(), campaigns=(ScenarioCampaign(name="a", leads=1, treatment=Treatment.MESSAGE),)
    )

    assert msgspec.json.decode(msgspec.json.encode(scenario), type=Scenario) == scenario
