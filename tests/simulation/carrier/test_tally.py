from pathlib import Path

import msgspec
import pytest

from simulation.carrier import tally as module
from simulation.carrier.tally import Tally, write_status


def test_attempts_are_counted_by_id_and_doubles_are_told() -> None:
    tally = Tally()
    for attempt_id in ("1-1", "2-1", "", "1-1"):
        tally.invite(attempt_id)
    assert (tally.invites, tally.without_attempt_id, tally.attempts) == (4, 1, {"1-1": 2, "2-1": 1})
    assert tally.twice == {"1-1": 2}


def test_attempts_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS_MAX", 1)
    tally = Tally()
    for attempt_id in ("1-1", "2-1", "1-1"):
        tally.invite(attempt_id)
    assert (tally.attempts, tally.untold, tally.invites) == ({"1-1": 2}, 1, 3)


def test_every_call_ends_in_one_column() -> None:
    tally = Tally()
    for was_answered, ended_here, ended_there in (
        (True, True, False),
        (True, False, True),
        (True, False, False),
        (False, False, True),
        (False, True, False),
    ):
        tally.invite("")
        tally.end(was_answered=was_answered, ended_here=ended_here, ended_there=ended_there)
    assert (tally.hung_up_here, tally.hung_up_there, tally.failed, tally.cancelled) == (1, 1, 1, 1)
    assert (tally.calls, tally.calls_most) == (0, 1)


def test_a_status_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    tally = Tally()
    write_status(path, {"tally": tally})
    tally.invite("1-1")
    tally.refuse(486)
    write_status(path, {"tally": tally})
    assert msgspec.json.decode(path.read_bytes(), type=dict[str, Tally])["tally"] == tally
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]
