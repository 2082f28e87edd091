import pytest

from simulation.models.changes import Changes, constant_timelines, start_values
from simulation.scenario.carrier import Carrier
from simulation.scenario.model import (
    OF_ALL_CAMPAIGNS,
    Agents,
    Amd,
    Change,
    Customers,
    Day,
    Parameter,
    Scenario,
    ScenarioCampaign,
)

MIDNIGHT = 1_000 * 86_400.0


def changes(*given: Change, carrier: Carrier | None = None) -> Changes:
    campaigns = tuple(ScenarioCampaign(name=name, endless=True) for name in ("one", "other"))
    scenario = Scenario(
        name="x",
        day=Day(days=2),
        agents=(Agents(count=1),),
        campaigns=campaigns,
        changes=given,
        carrier=carrier or Carrier(),
    )
    return Changes(scenario, MIDNIGHT)


def test_every_parameter_can_step_and_drift() -> None:
    for parameter in Parameter:
        found = changes(Change(at="12:00", parameter=parameter, value=0.5, over_s=3600.0))
        shared = parameter in OF_ALL_CAMPAIGNS
        timeline = found.of_all(parameter, 0.1) if shared else found.of_campaign(0)[parameter]
        start = 0.1 if shared else start_values(Customers())[parameter]
        hours = [timeline.at(MIDNIGHT + hour * 3600.0) for hour in (11.0, 12.5, 13.0)]
        assert hours == pytest.approx([start, (start + 0.5) / 2.0, 0.5]), parameter


def test_the_next_day_begins_as_the_first_did() -> None:
    timeline = changes(Change(at="12:00", parameter=Parameter.ANSWER_PROBABILITY, value=0.1)).of_campaign(1)[
        Parameter.ANSWER_PROBABILITY
    ]

    assert [timeline.at(MIDNIGHT + hour * 3600.0) for hour in (13.0, 33.0, 37.0)] == [0.1, 0.3, 0.1]


def test_a_change_of_one_campaign_leaves_the_other_alone() -> None:
    found = changes(Change(at="12:00", parameter=Parameter.TALK_FACTOR, value=2.0, campaign="other"))

    assert found.of_campaign(0)[Parameter.TALK_FACTOR].is_constant
    assert not found.of_campaign(1)[Parameter.TALK_FACTOR].is_constant


def test_a_carrier_carries_everything_unless_it_is_said_what_it_carries() -> None:
    step = Change(at="12:00", parameter=Parameter.CARRIER_CPS_CARRIED, value=2.0)

    assert changes().cps_carried() is None
    assert changes(carrier=Carrier(cps_carried=3.0)).cps_carried().at(MIDNIGHT) == 3.0
    assert changes(step).cps_carried().at(MIDNIGHT) == float("inf")
    assert changes(step).cps_carried().at(MIDNIGHT + 13 * 3600.0) == 2.0


def test_parameters_start_where_the_scenario_says() -> None:
    customers = Customers(answer_probability=0.2, amd=Amd(person_error=0.07))
    timelines = constant_timelines(customers)

    assert timelines[Parameter.ANSWER_PROBABILITY].at(0.0) == 0.2
    assert timelines[Parameter.AMD_PERSON_ERROR].at(0.0) == 0.07
    assert timelines[Parameter.TALK_FACTOR].at(0.0) == 1.0
