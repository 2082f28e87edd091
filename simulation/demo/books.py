"""What everybody wrote down: the dialer's database and trace, the carrier's counts, what the telephones heard."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from campaigns.model import Attempt, Cdr
from campaigns.ports import AttemptFilter, Page
from campaigns.store.opening import open_store
from dialer.messages import RecordAttempts, RecordResult, ReportDecision, ShowAgent
from dialer.model import AgentState
from dialer.runner import read_trace, replay
from dialer.runner.trace import Step
from simulation.carrier.phones import PhoneStatus
from simulation.carrier.tally import Tally
from simulation.demo.stage import Stage

PAGE = 1000
AT_WORK = (AgentState.IDLE, AgentState.RESERVED, AgentState.TALKING, AgentState.ACW)
"""Free, or free soon."""

T = TypeVar("T")


class TraceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the trace says of the whole run."""

    steps: int
    decisions: int
    """Pacing decisions that placed calls."""
    results: dict[str, int]
    """Final results by attempt id."""
    without_agent: tuple[str, ...]
    """Attempts decided on while no agent was free, talking or in after-call work."""
    replay_difference: str
    """Where a replay through a fresh engine first differs; empty where it does not."""


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the checks compare."""

    attempts: tuple[Attempt, ...]
    cdrs: tuple[Cdr, ...]
    tally: Tally
    phones: tuple[PhoneStatus, ...]
    trace: TraceFacts
    service_exit: int | None
    """Exit status of the dialer; None where it was never started."""
    unexpected_errors: int | None
    """As its health said before it was ended; None where it could not be asked."""


class _CarrierStatus(msgspec.Struct):
    tally: Tally


class _PhonesStatus(msgspec.Struct):
    phones: tuple[PhoneStatus, ...]


def read_books(stage: Stage, service_exit: int | None, unexpected_errors: int | None) -> Books:
    """Collect everything, once all processes have ended.

    Raises:
        OSError, msgspec.MsgspecError, TraceError, CampaignsError: something was not written as it should be.
    """
    store = open_store(stage.database_url)
    try:
        attempts, cdrs = _all_pages(store.attempts), _all_pages(store.cdrs)
    finally:
        store.close()
    return Books(
        attempts=attempts,
        cdrs=cdrs,
        tally=msgspec.json.decode(stage.carrier_status.read_bytes(), type=_CarrierStatus).tally,
        phones=msgspec.json.decode(stage.phones_status.read_bytes(), type=_PhonesStatus).phones,
        trace=read_facts(stage.trace),
        service_exit=service_exit,
        unexpected_errors=unexpected_errors,
    )


def read_facts(path: Path) -> TraceFacts:
    """Read a trace and replay it."""
    states: dict[str, AgentState] = {}
    results: Counter[str] = Counter()
    without_agent: list[str] = []
    steps = decisions = 0
    for step in read_trace(path):
        if not isinstance(step, Step):
            continue
        steps += 1
        for command in step.commands:
            match command:
                case ShowAgent():
                    states[command.agent_id] = command.state
                case RecordAttempts() if not any(state in AT_WORK for state in states.values()):
                    without_agent += [attempt.attempt_id for attempt in command.attempts]
                case RecordResult():
                    results[command.result.attempt.attempt_id] += 1
                case ReportDecision():
                    decisions += command.calls > 0
    difference = replay(path)
    return TraceFacts(
        steps=steps,
        decisions=decisions,
        results=dict(results),
        without_agent=tuple(without_agent),
        replay_difference="" if difference is None else f"line {difference.line}, {type(difference.event).__name__}",
    )


def write_cdrs(path: Path, cdrs: Iterable[Cdr]) -> None:
    """Write CDRs as CSV, as `GET /api/v1/cdrs?format=csv` answers them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(Cdr.__struct_fields__)
        rows.writerows(msgspec.structs.astuple(cdr) for cdr in cdrs)


def _all_pages(read: Callable[[AttemptFilter], Page[T]]) -> tuple[T, ...]:
    rows: list[T] = []
    page = read(AttemptFilter(limit=PAGE))
    while True:
        rows += page.items
        if page.cursor is None:
            return tuple(rows)
        page = read(AttemptFilter(limit=PAGE, cursor=page.cursor))
