import math

import pytest

from simulation.carrier.plans import CallPlan, CallPlanner, number_key
from simulation.carrier.scenario import Behaviour, CarrierScenario, Meets
from simulation.models.distributions import Deterministic
from simulation.scenario.model import Customers, Failure

NOW = 1_760_000_000.0
NUMBERS = [f"+1202555{n:04d}" for n in range(2000)]


def plans(scenario: CarrierScenario, attempt: int = 1) -> list[CallPlan]:
    planner = CallPlanner(scenario)
    return [planner.plan(number, attempt, NOW) for number in NUMBERS]


def test_a_plan_depends_on_seed_number_and_attempt_and_on_nothing_else() -> None:
    scenario = CarrierScenario(seed=5)
    whole = plans(scenario)
    planner = CallPlanner(scenario)
    assert [planner.plan(number, 1, NOW) for number in reversed(NUMBERS)] == whole[::-1]
    assert plans(CarrierScenario(seed=6)) != whole
    assert plans(scenario, attempt=2) != whole


def test_shares_are_those_of_the_scenario() -> None:
    customers = Customers(answer_probability=0.4, machine=0.3, no_answer=0.4, failure=0.3)
    drawn = plans(CarrierScenario(customers=customers))
    shares = {meets: sum(plan.meets is meets for plan in drawn) / len(drawn) for meets in Meets}
    assert shares[Meets.PERSON] == pytest.approx(0.4, abs=0.04)
    assert shares[Meets.MACHINE] == pytest.approx(0.18, abs=0.04)
    assert shares[Meets.NOBODY] == pytest.approx(0.24, abs=0.04)
    assert shares[Meets.FAILURE] == pytest.approx(0.18, abs=0.04)


def test_each_kind_of_plan_makes_sense() -> None:
    for plan in plans(CarrierScenario(hang_up_share=0.5)):
        if plan.meets is Meets.FAILURE:
            assert plan.status in {486, 404, 503, 603}
            assert plan.ringing_after_s is None
        else:
            assert plan.status == 200
            assert plan.ringing_after_s is not None
            assert 0.0 <= plan.ringing_after_s <= plan.final_after_s
        assert math.isinf(plan.final_after_s) == (plan.meets is Meets.NOBODY)
        if plan.meets is Meets.MACHINE:
            assert plan.hangs_up
    persons = [plan for plan in plans(CarrierScenario(hang_up_share=0.5)) if plan.meets is Meets.PERSON]
    assert sum(plan.hangs_up for plan in persons) / len(persons) == pytest.approx(0.5, abs=0.08)


def test_failures_have_the_status_of_their_kind() -> None:
    customers = Customers(answer_probability=0.0, machine=0.0, no_answer=0.0, failure=1.0, failures={Failure.BUSY: 1.0})
    assert {plan.status for plan in plans(CarrierScenario(customers=customers))} == {486}


def test_talk_times_are_drawn_from_the_scenario() -> None:
    customers = Customers(answer_probability=1.0, talk=Deterministic(value_s=12.0))
    assert {plan.talk_s for plan in plans(CarrierScenario(customers=customers))} == {12.0}


def test_a_number_with_a_behaviour_of_its_own_always_does_the_same() -> None:
    scenario = CarrierScenario(
        numbers={
            "busy": Behaviour(meets=Meets.FAILURE, status=486, after_s=2.0),
            "nobody": Behaviour(meets=Meets.NOBODY),
            "ann": Behaviour(talk_s=3.0, patience_s=4.0, hangs_up=False),
        }
    )
    planner = CallPlanner(scenario)
    assert planner.plan("busy", 1, NOW)[1:4] == (486, None, 2.0)
    assert math.isinf(planner.plan("nobody", 2, NOW).final_after_s)
    ann = planner.plan("ann", 3, NOW)
    assert (ann.meets, ann.talk_s, ann.patience_s, ann.hangs_up) == (Meets.PERSON, 3.0, 4.0, False)


def test_every_called_number_has_a_key() -> None:
    assert number_key("+12025550123") == number_key("12025550123") == 12025550123
    assert number_key("reception") == number_key("reception") != number_key("kitchen")
