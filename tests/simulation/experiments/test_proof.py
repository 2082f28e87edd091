import pytest

from pacing.calibration import RiskTally
from simulation.experiments.figures import CampaignDay, ReplicationFigures, Sums
from simulation.experiments.jobs import BATCHES
from simulation.experiments.proof import CASES, HOLD_OUT, HOURS, prove, scenario_of

HELD_OUT = "unseen"
"""The family of scenarios on which no constant of the policy was tuned, named here before the policy's last changes."""


def day(number: int, answered: int, abandoned: int, foretold: float | None = None) -> ReplicationFigures:
    first = Sums(day=0, idle_s=50.0, talk_s=50.0)
    other = Sums(day=0, idle_s=20.0, talk_s=60.0, acw_s=20.0, attempts=10, cancelled=1)
    account = CampaignDay(
        day=0, campaign_id=1, answered=answered, abandoned=abandoned, connected=answered - abandoned, amd_errors=0
    )
    risks = (
        () if foretold is None else (RiskTally(), RiskTally(answers=answered, predicted=foretold, abandoned=abandoned))
    )
    spans = (first, *[other] * (HOURS - 1))
    return ReplicationFigures(replication=number, spans=spans, accounts=(account,), risks=risks)


def test_the_hold_out_is_the_one_named_here() -> None:
    assert HOLD_OUT == HELD_OUT
    assert HELD_OUT in CASES


def test_each_span_of_the_figures_is_an_hour() -> None:
    assert HOURS == BATCHES


@pytest.mark.parametrize("case", CASES)
def test_every_case_makes_a_scenario_for_every_team(case: str) -> None:
    for agents in (3, 300):
        scenario = scenario_of(case, agents)
        assert scenario.agents[0].count == agents
        assert scenario.campaigns[0].pacing.policy == "predictive"


def test_the_first_hour_stands_apart_and_days_over_the_cap_are_counted() -> None:
    proof = prove("stationary", 5, [day(0, 1000, 20), day(1, 1000, 31), day(2, 1000, 27)], 0.03)
    assert proof.occupancy is not None
    assert proof.occupancy.mean == pytest.approx(0.8)
    assert proof.first_hour is not None
    assert proof.first_hour.mean == pytest.approx(0.5)
    assert proof.days_over == 1
    assert proof.worst_day == pytest.approx(0.031)
    assert proof.worst_30_days == pytest.approx(0.026)
    assert proof.cancelled == pytest.approx(0.1)


def test_thirty_days_are_judged_one_period_after_the_other() -> None:
    days = [day(number, 1000, 20) for number in range(30)] + [day(number, 1000, 29) for number in range(30, 40)]
    assert prove("stationary", 5, days, 0.03).worst_30_days == pytest.approx(0.029)


def test_where_scores_are_learned_the_last_day_is_shown() -> None:
    one = day(0, 1000, 20)
    before = Sums(day=0, idle_s=100.0)
    two = ReplicationFigures(replication=0, spans=(before,) * HOURS + one.spans, accounts=one.accounts * 2)
    assert prove("scores", 5, [two], 0.03).occupancy == prove("scores", 5, [one], 0.03).occupancy
    assert scenario_of("scores", 5).day.days == 2
    assert scenario_of("cancel", 5).day.days == 1


def test_what_was_foretold_is_held_against_what_came_on_the_days_that_counted_it() -> None:
    days = [day(0, 1000, 20, foretold=25.0), day(1, 1000, 30, foretold=25.0), day(2, 1000, 30)]
    proof = prove("stationary", 5, days, 0.03)
    assert proof.risk_ratio is not None
    assert (proof.risk_ratio.mean, proof.risk_ratio.count) == (pytest.approx(1.0), 2)
    assert proof.reliability == (RiskTally(), RiskTally(answers=2000, predicted=50.0, abandoned=50))
    assert prove("stationary", 5, days[2:], 0.03).risk_ratio is None
