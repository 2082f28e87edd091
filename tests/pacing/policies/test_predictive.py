import msgspec
import numpy as np
import pytest

import pacing
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    AnswerObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy

NOW = 1_000_000.0
BUDGET = AbandonBudget(rate_max=0.03, answered=1000, abandoned=25, window_started_at=NOW - 20_000.0)


def taught(answer_rate: float = 0.3, scores: bool = False, calls: int = 600) -> Policy:
    rng = np.random.default_rng(1)
    policy = pacing.create_policy("predictive")
    for number in range(calls):
        at = NOW - 3600.0 + 3600.0 * number / calls
        probability = float(rng.beta(0.9, 2.1)) if scores else None
        if rng.random() < (answer_rate if probability is None else probability):
            seen = CallObserved(
                at=at,
                result=CallResult.ANSWERED,
                duration_s=float(rng.lognormal(2.5, 0.5)),
                answer_probability=probability,
            )
            policy.learn(seen)
            policy.learn(AnswerObserved(at=at, abandoned=bool(rng.random() < 0.03)))
            policy.learn(TalkObserved(at=at, duration_s=float(rng.lognormal(4.4, 0.8))))
            policy.learn(AcwObserved(at=at, duration_s=float(rng.lognormal(2.6, 0.5))))
        else:
            policy.learn(
                CallObserved(at=at, result=CallResult.NO_ANSWER, duration_s=28.0, answer_probability=probability)
            )
    return policy


def floor(
    idle: int = 2,
    talking: int = 15,
    acw: int = 3,
    flying: int = 0,
    calls_max: int = 100,
    budget: AbandonBudget = BUDGET,
    leads: tuple[float, ...] = (),
    cancel_after_s: float | None = None,
    age_s: float = 5.0,
) -> Snapshot:
    return Snapshot(
        now=NOW,
        idle_agents=idle,
        talking_since=tuple(NOW - 20.0 * number for number in range(talking)),
        acw_since=tuple(NOW - 4.0 * number for number in range(acw)),
        calls=tuple(
            CallInFlight(call_id=str(number), placed_at=NOW - age_s, ringing_at=NOW - age_s) for number in range(flying)
        ),
        calls_max=calls_max,
        budget=budget,
        lead_probabilities=leads,
        cancel_after_s=cancel_after_s,
    )


def test_progressive_while_nothing_is_known() -> None:
    decision = pacing.create_policy("predictive").decide(floor())
    assert decision.calls == 2
    assert "until enough calls have been seen" in decision.reason


def test_dials_ahead_of_agents_who_will_be_free() -> None:
    decision = taught().decide(floor(idle=2))
    assert decision.calls > 4
    assert taught().decide(floor(idle=0, talking=30, acw=8)).calls > 0
    assert taught().decide(floor(idle=0, talking=1, acw=0)).calls == 0


def test_a_lower_answer_rate_means_more_calls() -> None:
    assert taught(0.15).decide(floor()).calls > 1.5 * taught(0.4).decide(floor()).calls


def test_calls_in_flight_and_people_waiting_count() -> None:
    policy = taught()
    alone = policy.decide(floor()).calls
    flying = policy.decide(floor(flying=6)).calls
    assert flying < alone
    assert flying + 6 == pytest.approx(alone, abs=3)


def test_a_second_decision_after_placing_adds_nothing() -> None:
    policy = taught()
    placed = policy.decide(floor()).calls
    assert policy.decide(floor(flying=placed, age_s=0.0)).calls == 0


def test_risk_stops_just_above_the_threshold() -> None:
    numbers = taught().decide(floor()).numbers
    assert numbers["risk_max"] < numbers["risk"] < 4 * numbers["risk_max"]


def test_next_to_no_risk_is_taken_when_the_budget_is_spent() -> None:
    spent = AbandonBudget(rate_max=0.03, answered=1000, abandoned=32, window_started_at=NOW - 20_000.0)
    decision = taught().decide(floor(budget=spent))
    assert 2 <= decision.calls < taught().decide(floor()).calls
    assert decision.numbers["risk_max"] < 0.001


def test_the_end_of_the_list_is_the_end_of_the_budget() -> None:
    """With a call to spare and hours to go there is more risk to take than with thirty leads to go."""
    account = AbandonBudget(
        rate_max=0.03, answered=1000, abandoned=30, window_started_at=NOW - 20_000.0, window_ends_at=NOW + 20_000.0
    )
    snapshot = floor(budget=account)
    near = msgspec.structs.replace(snapshot, leads_left=30)
    policy = taught()
    assert policy.decide(near).numbers["risk_max"] < 0.7 * policy.decide(snapshot).numbers["risk_max"]


def test_the_limit_is_kept_and_told() -> None:
    decision = taught().decide(floor(calls_max=3))
    assert decision.calls == 3
    assert "limit on calls" in decision.reason


def test_agents_who_vanish_stop_the_dialing() -> None:
    policy = taught()
    assert policy.decide(floor(idle=0, talking=0, acw=0, flying=20)).calls == 0


def test_ringing_calls_are_given_up_when_agents_vanish() -> None:
    policy = taught()
    gone = floor(idle=0, talking=1, acw=0, flying=20, age_s=18.0, cancel_after_s=15.0)
    assert len(policy.decide(gone).cancel) >= 15
    assert policy.decide(floor(idle=0, talking=1, acw=0, flying=20, age_s=18.0)).cancel == ()


def test_and_when_the_last_agent_has_gone() -> None:
    decision = taught().decide(floor(idle=0, talking=0, acw=0, flying=12, cancel_after_s=15.0, age_s=17.0))
    assert (decision.calls, len(decision.cancel)) == (0, 12)
    assert taught().decide(floor(idle=0, talking=0, acw=0, flying=12, age_s=17.0)).cancel == ()


def test_sure_leads_for_idle_agents_and_long_shots_for_later() -> None:
    policy = taught(scores=True)
    leads = tuple(np.linspace(0.02, 0.9, 45).tolist())
    decision = policy.decide(floor(idle=6, leads=leads))
    assert decision.calls == len(decision.leads)
    chances = [leads[index] for index in decision.leads]
    assert chances[0] == max(leads)
    assert chances[-1] < 0.4


def test_scores_that_have_not_proved_themselves_are_not_used() -> None:
    decision = taught(scores=False).decide(floor(leads=tuple(np.linspace(0.02, 0.9, 45).tolist())))
    assert decision.leads == ()
    assert decision.calls > 0


def test_a_longer_answer_limit_allows_more() -> None:
    policy = taught()
    patient = msgspec.structs.replace(floor(idle=1), answer_limit_s=10.0)
    assert policy.decide(patient).calls > policy.decide(floor(idle=1)).calls


def test_progressive_again_after_a_long_pause() -> None:
    policy = taught()
    later = msgspec.structs.replace(floor(idle=2, talking=0, acw=0), now=NOW + 7200.0)
    decision = policy.decide(later)
    assert decision.calls == 2
    assert "no call has ended for long" in decision.reason
    policy.learn(CallObserved(at=NOW + 7201.0, result=CallResult.NO_ANSWER, duration_s=28.0))
    assert "until enough calls" in policy.decide(msgspec.structs.replace(later, now=NOW + 7202.0)).reason


def test_a_line_that_carries_nothing_says_nothing_of_the_list() -> None:
    """In an outage the policy is progressive, and after it dials as before: not for a list on which nobody answers."""
    policy, spared = taught(), taught()
    before = spared.decide(floor())
    for number in range(500):
        policy.learn(CallObserved(at=NOW - 60.0 + 0.1 * number, result=CallResult.FAILED, duration_s=10.0))
    during = policy.decide(floor(idle=3))
    assert during.calls == 3
    assert "nobody answers" in during.reason
    policy.learn(CallObserved(at=NOW, result=CallResult.ANSWERED, duration_s=10.0))
    after = policy.decide(floor())
    assert after.numbers["answer_rate"] == pytest.approx(before.numbers["answer_rate"], abs=0.02)
    assert after.calls <= before.calls + 1


def test_an_answer_holds_for_as_long_as_the_risk_is_sure_to_stay_over_the_threshold() -> None:
    policy = taught()
    seen = set()
    for flying in range(0, 60, 3):
        decision = policy.decide(floor(flying=flying))
        over = decision.numbers["risk"] / decision.numbers["risk_max"]
        seen.add(decision.holds_s)
        if decision.calls:
            assert decision.holds_s == 0.0
            continue
        later = msgspec.structs.replace(floor(flying=flying), now=NOW + decision.holds_s, calls_max=100)
        assert policy.decide(later).calls == 0
        assert decision.holds_s <= max(0.0, np.log2(over))
    assert min(seen) == 0.0 < max(seen) <= 3.0


def test_where_calls_may_be_given_up_no_answer_holds() -> None:
    assert taught().decide(floor(idle=0, flying=60, cancel_after_s=15.0)).holds_s == 0.0
