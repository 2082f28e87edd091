import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from campaigns.model import Attempt, Cdr, Outcome
from simulation.carrier.tally import Tally
from simulation.demo.books import Books, TraceFacts
from simulation.demo.checks import Check
from simulation.demo.report import Report, as_json, make_report, print_report
from simulation.demo.stage import make_stage

GOOD = Check(name="all is well", passed=True, detail="1 = 1")
BAD = Check(name="all is well", passed=False, detail="1 and 2")


def attempt(number: int, outcome: Outcome, answered_at: float | None, bridged_at: float | None = None) -> Attempt:
    return Attempt(
        attempt_id=f"{number}-1",
        lead_id=number,
        attempt_number=1,
        campaign_id=1,
        number="+12025550100",
        caller_id="",
        trunk="carrier",
        placed_at=100.0,
        answered_at=answered_at,
        bridged_at=bridged_at,
        ended_at=120.0,
        outcome=outcome,
        disposition="interested" if bridged_at else "",
    )


def cdr(one: Attempt) -> Cdr:
    return Cdr(
        call_id=one.attempt_id,
        campaign_id=1,
        calling_number="",
        called_number=one.number,
        trunk="carrier",
        started_at=100.0,
        answered_at=one.answered_at,
        ended_at=120.0,
        talk_s=10.0 if one.bridged_at else 0.0,
        outcome=one.outcome or Outcome.INTERRUPTED,
        sip_status=None,
        cause="",
        agent_id="",
    )


ATTEMPTS = (
    attempt(1, Outcome.CONNECTED, 110.0, 110.004),
    attempt(2, Outcome.CONNECTED, 110.0, 110.996),
    attempt(3, Outcome.ABANDONED, 110.0),
    attempt(4, Outcome.BUSY, None),
)


def report(tmp_path: Path, *checks: Check, attempts: tuple[Attempt, ...] = ATTEMPTS) -> Report:
    books = Books(
        attempts=attempts,
        cdrs=tuple(cdr(one) for one in attempts),
        tally=Tally(calls_most=7),
        phones=(),
        trace=TraceFacts(steps=0, decisions=0, results={}, without_agent=(), replay_difference=""),
        service_exit=0,
        unexpected_errors=0,
    )
    stage = make_stage(tmp_path, 1, 1_760_000_000.0)
    return make_report(stage, books, checks, seconds=90.04, agents=20, leads=2000, statistics=None)


def test_figures_are_worked_out_from_the_books(tmp_path: Path) -> None:
    told = report(tmp_path, GOOD)
    assert (told.attempts, told.answered, told.connected, told.abandoned, told.lost) == (4, 3, 2, 1, 0)
    assert told.abandon_rate == pytest.approx(1 / 3)
    assert (told.answer_to_bridge_ms_mean, told.answer_to_bridge_ms_max) == (500.0, 996.0)
    assert (told.talk_s_mean, told.calls_at_once_max, told.dispositions) == (10.0, 7, 2)


def test_it_has_passed_when_every_check_has(tmp_path: Path) -> None:
    assert report(tmp_path, GOOD, GOOD).passed
    assert not report(tmp_path, GOOD, BAD).passed


def test_the_json_is_whole(tmp_path: Path) -> None:
    told = json.loads(as_json(report(tmp_path, GOOD, BAD)))
    assert told["passed"] is False
    assert [check["passed"] for check in told["checks"]] == [True, False]
    assert told["outcomes"] == {"connected": 2, "abandoned": 1, "busy": 1}


def test_a_person_reads_figures_verdicts_and_places(tmp_path: Path) -> None:
    screen = Console(file=io.StringIO(), width=120)
    print_report(report(tmp_path, GOOD, BAD), screen)
    assert isinstance(screen.file, io.StringIO)
    text = screen.file.getvalue()
    for part in ("PASS", "FAIL", "33.3 % (cap 3.0 %)", "2 connected", "dialer.sqlite3", "cdrs.csv", "trace.jsonl"):
        assert part in text


def test_a_demo_without_calls_can_be_told_too(tmp_path: Path) -> None:
    told = report(tmp_path, BAD, attempts=())
    assert told.abandon_rate is None
    print_report(told, Console(file=io.StringIO()))
