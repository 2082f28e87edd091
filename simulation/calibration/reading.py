"""Reads CDRs or attempts from CSV or JSON lines; columns may be those of the product's CDRs or of its attempts."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from campaigns.model import Outcome
from simulation.scenario.loading import ScenarioError

ROWS_MIN = 100
"""Fewer calls than this say too little to fit anything."""


class CalibrationError(ScenarioError):
    """The records cannot be used; the message names the file, the row and what is wrong."""


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What calibration needs to know of one call; times are Unix seconds, None where the records do not say."""

    lead: str
    attempt_number: int
    placed_at: float
    ringing_at: float | None
    answered_at: float | None
    bridged_at: float | None
    ended_at: float | None
    """None for a call that was still going on when the records were taken."""
    outcome: Outcome | None
    agent_id: str


class AgentInterval(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch an agent spent in one state."""

    agent_id: str
    state: str
    started_at: float
    ended_at: float


def read_calls(path: Path) -> list[CallRecord]:
    """Read call records, in the order in which they were placed.

    Raises:
        CalibrationError: unreadable file, missing column, impossible value, or too few rows.
    """
    calls = [_call(path, number, row) for number, row in enumerate(_rows(path), 2)]
    if len(calls) < ROWS_MIN:
        raise CalibrationError(f"{path}: {len(calls)} calls are too few to fit from; {ROWS_MIN} are the least")
    return sorted(calls, key=lambda call: call.placed_at)


def read_intervals(path: Path) -> list[AgentInterval]:
    """Read the intervals of agents' states, such as `dialer simulate run --rows` writes."""
    intervals = []
    for number, row in enumerate(_rows(path), 2):
        _require(path, row, ("agent_id", "state", "started_at", "ended_at"))
        started_at, ended_at = _time(path, number, row, "started_at"), _time(path, number, row, "ended_at")
        if started_at is None or ended_at is None or ended_at < started_at:
            raise CalibrationError(f"{path}, row {number}: an interval needs started_at, and ended_at not before it")
        intervals.append(
            AgentInterval(agent_id=row["agent_id"], state=row["state"], started_at=started_at, ended_at=ended_at)
        )
    return intervals


def _call(path: Path, number: int, row: Mapping[str, Any]) -> CallRecord:
    is_cdr = "started_at" in row and "placed_at" not in row
    identifier, placed = ("call_id", "started_at") if is_cdr else ("attempt_id", "placed_at")
    _require(path, row, (identifier, placed, "answered_at", "ended_at", "outcome"))
    lead, _, attempt = str(row[identifier]).rpartition("-")
    placed_at = _time(path, number, row, placed)
    if placed_at is None:
        raise CalibrationError(f"{path}, row {number}: {placed} is empty")
    answered_at, ended_at = _time(path, number, row, "answered_at"), _time(path, number, row, "ended_at")
    bridged_at = _time(path, number, row, "bridged_at")
    if bridged_at is None and row.get("talk_s") and ended_at is not None:
        talk_s = _time(path, number, row, "talk_s")
        bridged_at = ended_at - talk_s if talk_s else None
    for later in (answered_at, bridged_at, ended_at):
        if later is not None and later < placed_at:
            raise CalibrationError(f"{path}, row {number}: something happened before the call was placed")
    return CallRecord(
        lead=lead or str(row[identifier]),
        attempt_number=int(attempt) if lead and attempt.isdigit() else 1,
        placed_at=placed_at,
        ringing_at=_time(path, number, row, "ringing_at"),
        answered_at=answered_at,
        bridged_at=bridged_at,
        ended_at=ended_at,
        outcome=_outcome(path, number, str(row["outcome"] or "")),
        agent_id=str(row.get("agent_id") or ""),
    )


def _outcome(path: Path, number: int, text: str) -> Outcome | None:
    if not text:
        return None
    try:
        return Outcome(text)
    except ValueError:
        raise CalibrationError(f"{path}, row {number}: there is no outcome {text!r}") from None


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix in {".json", ".jsonl", ".ndjson"}:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield _json_row(path, number, line)
            else:
                yield from csv.DictReader(file)
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _json_row(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise CalibrationError(f"{path}, line {number}: not JSON: {error.msg}") from None
    if not isinstance(row, dict):
        raise CalibrationError(f"{path}, line {number}: each line must be one JSON object")
    return row


def _require(path: Path, row: Mapping[str, Any], columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in row]
    if missing:
        raise CalibrationError(f"{path}: there is no column {', '.join(missing)}; there are: {', '.join(row)}")


def _time(path: Path, number: int, row: Mapping[str, Any], column: str) -> float | None:
    value = row.get(column)
    if value is None or value == "":
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise CalibrationError(f"{path}, row {number}: {column} is {value!r}, not a number of seconds") from None
