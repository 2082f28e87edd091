import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.queueing.erlang import waits_longer
from pacing.queueing.planning import agents_needed, plan_for_agents


@given(answers=st.floats(0.001, 2.0), handling=st.floats(20.0, 600.0), late=st.floats(0.005, 0.5))
def test_agents_needed_is_enough_and_one_less_is_not(answers: float, handling: float, late: float) -> None:
    agents = agents_needed(answers, handling, wait_s=2.0, late_max=late)
    assert waits_longer(agents, answers * handling, handling, 2.0) <= late
    assert waits_longer(agents - 1, answers * handling, handling, 2.0) > late


@pytest.mark.parametrize(("agents", "occupancy"), [(5, 0.337), (10, 0.481), (20, 0.622), (50, 0.751), (100, 0.820)])
def test_open_loop_pacing_leaves_small_teams_idle(agents: int, occupancy: float) -> None:
    plan = plan_for_agents(agents, handling_s=135.0, answer_rate=0.3, wait_s=2.0, late_max=0.03)
    assert plan.occupancy == pytest.approx(occupancy, abs=0.012)
    assert plan.dials_per_s == pytest.approx(plan.answers_per_s / 0.3)


def test_a_plan_can_be_turned_round() -> None:
    plan = plan_for_agents(30, handling_s=120.0, answer_rate=0.25)
    assert agents_needed(plan.answers_per_s * 0.9999, 120.0, wait_s=2.0, late_max=0.03) == 30


def test_more_agents_than_anyone_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs more than"):
        agents_needed(1e6, 300.0, wait_s=2.0, late_max=0.03)


def test_a_percentage_is_not_a_share() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        plan_for_agents(10, 120.0, 0.3, late_max=3.0)
