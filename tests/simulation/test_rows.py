from campaigns.model import Attempt, Outcome
from campaigns.ports import Result
from dialer.messages import ReportDecision, ShowAgent
from dialer.model import AgentState
from simulation.rows import Recorder

DECISION = ReportDecision(campaign_id=1, calls=2, reason="r", numbers={}, agents_free=1, agents_soon_free=3)


def shown(state: AgentState, since: float) -> ShowAgent:
    return ShowAgent(agent_id="ann", state=state, since=since)


def test_states_become_intervals_and_absence_none() -> None:
    recorder = Recorder(lambda _: None, keeps_decisions=False)
    recorder.begin_day(4)
    for state, since in (
        (AgentState.CONNECTING, 1.0),
        (AgentState.PAUSED, 2.0),
        (AgentState.IDLE, 2.0),
        (AgentState.TALKING, 10.0),
        (AgentState.OFFLINE, 30.0),
        (AgentState.IDLE, 40.0),
    ):
        recorder.on_agent(shown(state, since))
    rows = recorder.end_day(50.0).intervals

    assert [(row.day, row.state, row.started_at, row.ended_at) for row in rows] == [
        (4, "idle", 2.0, 10.0),
        (4, "talking", 10.0, 30.0),
        (4, "idle", 40.0, 50.0),
    ]


def test_a_result_becomes_a_row_with_what_only_the_simulator_knows() -> None:
    recorder = Recorder(lambda _: None, keeps_decisions=False)
    attempt = Attempt(
        attempt_id="7-2",
        lead_id=7,
        attempt_number=2,
        campaign_id=1,
        number="+1",
        caller_id="",
        trunk="t",
        placed_at=5.0,
        outcome=Outcome.REFUSED,
    )
    recorder.on_result(Result(attempt=attempt, cdr=None))
    (row,) = recorder.end_day(9.0).attempts

    assert (row.outcome, row.ended_at, row.is_person) == ("refused", 5.0, None)


def test_decisions_are_kept_only_where_they_are_wanted_and_days_are_apart() -> None:
    for keeps, count in ((True, 1), (False, 0)):
        recorder = Recorder(lambda _: None, keeps)
        recorder.on_decision(DECISION, 3.0)
        assert len(recorder.end_day(9.0).decisions) == count
        recorder.begin_day(1)
        assert recorder.end_day(9.0).decisions == []
