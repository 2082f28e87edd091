import csv
from pathlib import Path

import msgspec
import pytest

from campaigns.model import Attempt, CampaignTask, Cdr, Outcome
from campaigns.ports import Result
from dialer.engine import Engine
from dialer.messages import (
    AgentLoggedIn,
    PollDue,
    RecordAttempts,
    RecordResult,
    ReportDecision,
    ShowAgent,
    TasksPolled,
)
from dialer.model import AgentState, EngineSettings
from dialer.runner import TraceWriter
from simulation.carrier.tally import Tally, write_status
from simulation.demo.books import read_books, read_facts, write_cdrs
from simulation.demo.stage import make_stage

ATTEMPT = Attempt(
    attempt_id="1-1",
    lead_id=1,
    attempt_number=1,
    campaign_id=1,
    number="+12025550100",
    caller_id="",
    trunk="carrier",
    placed_at=100.0,
    outcome=Outcome.BUSY,
)
DECISION = ReportDecision(campaign_id=1, calls=1, reason="why", numbers={}, agents_free=1, agents_soon_free=0)


def shown(state: AgentState) -> ShowAgent:
    return ShowAgent(agent_id="agent-1", state=state, since=0.0)


def recorded(*attempt_ids: str) -> RecordAttempts:
    return RecordAttempts(attempts=tuple(msgspec.structs.replace(ATTEMPT, attempt_id=one) for one in attempt_ids))


def test_a_trace_tells_who_was_there_at_each_decision(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with path.open("wb") as file:
        trace = TraceWriter(file, EngineSettings())
        trace.write(1.0, PollDue(), [recorded("1-1")])
        trace.write(2.0, PollDue(), [shown(AgentState.PAUSED), recorded("2-1")])
        trace.write(3.0, PollDue(), [shown(AgentState.IDLE), recorded("3-1"), DECISION])
        trace.write(4.0, PollDue(), [shown(AgentState.ACW)])
        trace.write(5.0, PollDue(), [recorded("4-1"), DECISION])
        trace.write(6.0, PollDue(), [shown(AgentState.OFFLINE), recorded("5-1", "6-1")])
        trace.write(7.0, PollDue(), [RecordResult(result=Result(attempt=ATTEMPT, cdr=None))] * 2)
    facts = read_facts(path)
    assert facts.without_agent == ("1-1", "2-1", "5-1", "6-1")
    assert (facts.steps, facts.decisions, facts.results) == (7, 2, {"1-1": 2})
    assert facts.replay_difference == "line 2, PollDue", "an engine would not have said any of this"


def test_a_real_trace_replays(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    engine = Engine(EngineSettings())
    with path.open("wb") as file:
        trace = TraceWriter(file, engine.settings)
        for event in (
            TasksPolled(tasks=tuple[CampaignTask, ...]()),
            AgentLoggedIn(agent_id="agent-1", skill_groups=("sales",), address="sip:a@127.0.0.1"),
        ):
            trace.write(1.0, event, list(engine.handle(event, 1.0)))
    facts = read_facts(path)
    assert facts.replay_difference == ""
    assert facts.steps == 2


def test_cdrs_are_written_with_a_header_and_empty_cells_for_unknown(tmp_path: Path) -> None:
    path = tmp_path / "cdrs.csv"
    cdr = Cdr(
        call_id="1-1",
        campaign_id=1,
        calling_number="+12025550100",
        called_number="+12025550101",
        trunk="carrier",
        started_at=1.5,
        answered_at=None,
        ended_at=2.5,
        talk_s=0.0,
        outcome=Outcome.BUSY,
        sip_status=486,
        cause="Busy Here",
        agent_id="",
    )
    write_cdrs(path, [cdr])
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["call_id"], row["answered_at"], row["outcome"], row["sip_status"]) == ("1-1", "", "busy", "486")


def test_books_that_were_never_written_are_an_error(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, 1, 1_760_000_000.0)
    write_status(stage.carrier_status, {"tally": Tally()})
    with pytest.raises(Exception, match=r"dialer\.sqlite3"):
        read_books(stage, 0, 0)
