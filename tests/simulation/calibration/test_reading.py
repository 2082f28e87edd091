from pathlib import Path

import pytest

from campaigns.model import Outcome
from simulation.calibration.reading import ROWS_MIN, CalibrationError, read_calls, read_intervals

ATTEMPTS = "attempt_id,placed_at,ringing_at,answered_at,bridged_at,ended_at,outcome,agent_id\n"
CDRS = "call_id,started_at,answered_at,ended_at,talk_s,outcome,agent_id\n"


def written(path: Path, head: str, row: str, count: int = ROWS_MIN) -> Path:
    path.write_text(head + row * count)
    return path


def test_attempts_and_cdrs_tell_the_same(tmp_path: Path) -> None:
    attempts = written(tmp_path / "a.csv", ATTEMPTS, "7-2,100,102,110,111,171,connected,ann\n")
    cdrs = written(tmp_path / "c.csv", CDRS, "7-2,100,110,171,60,connected,ann\n")

    one, other = read_calls(attempts)[0], read_calls(cdrs)[0]

    assert (one.lead, one.attempt_number, one.outcome) == ("7", 2, Outcome.CONNECTED)
    assert one.bridged_at == other.bridged_at == 111.0
    assert other.ringing_at is None


def test_json_lines_and_unfinished_calls(tmp_path: Path) -> None:
    row = '{"attempt_id": "7-1", "placed_at": 5.0, "answered_at": null, "ended_at": null, "outcome": null}\n'
    call = read_calls(written(tmp_path / "a.jsonl", "", row))[0]

    assert (call.ended_at, call.outcome) == (None, None)


@pytest.mark.parametrize(
    ("head", "row", "message"),
    [
        (ATTEMPTS, "7-1,x,,,,5,busy,\n", "row 2: placed_at is 'x', not a number"),
        (ATTEMPTS, "7-1,,,,,5,busy,\n", "row 2: placed_at is empty"),
        (ATTEMPTS, "7-1,10,,,,5,busy,\n", "row 2: something happened before the call was placed"),
        (ATTEMPTS, "7-1,1,,,,5,engaged,\n", "row 2: there is no outcome 'engaged'"),
        ("a,b\n", "1,2\n", "there is no column attempt_id"),
        (ATTEMPTS, "", "0 calls are too few"),
    ],
)
def test_records_that_cannot_be_used_get_one_line(tmp_path: Path, head: str, row: str, message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        read_calls(written(tmp_path / "a.csv", head, row))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_calls(tmp_path / "none.csv")


def test_intervals(tmp_path: Path) -> None:
    head = "agent_id,state,started_at,ended_at\n"
    assert read_intervals(written(tmp_path / "i.csv", head, "ann,acw,1,16\n", 2))[1].ended_at == 16.0
    with pytest.raises(CalibrationError, match="not before it"):
        read_intervals(written(tmp_path / "i.csv", head, "ann,acw,9,1\n", 1))
