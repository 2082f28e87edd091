import csv
import json
import sys
from pathlib import Path

import pytest

from dialer.runner import replay
from simulation.experiments.export import ExportError, check_format, run_frames, run_tables, write_rows, write_trace
from simulation.rows import AttemptRow
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all

SMALL = override_all(
    find_scenario("base-5"), [("day.hours", 0.3), ("day.warmup_s", 0.0), ("pacing.policy", "progressive")]
)


def test_every_format_holds_the_same_rows(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for kind in ("csv", "json", "parquet"):
        assert [path.name for path in write_rows(SMALL, 1, tmp_path, kind)] == [
            f"{name}.{kind}" for name in ("attempts", "intervals", "decisions")
        ]
    columns = {table.name: table.columns for table in run_tables(SMALL, 1)}["attempts"]
    with (tmp_path / "attempts.csv").open() as file:
        from_csv = list(csv.DictReader(file))
    from_json = [json.loads(line) for line in (tmp_path / "attempts.json").read_text().splitlines()]
    from_parquet = parquet.read_table(tmp_path / "attempts.parquet").to_pydict()

    assert len(columns["attempt_id"]) > 20
    assert [row["attempt_id"] for row in from_csv] == columns["attempt_id"]
    assert [row["placed_at"] for row in from_json] == columns["placed_at"]
    assert from_parquet == columns


def test_rows_become_frames() -> None:
    frames = run_frames(SMALL, 1)
    attempts, intervals = frames["attempts"], frames["intervals"]

    assert list(attempts.columns) == list(AttemptRow._fields)
    assert set(frames) == {"attempts", "intervals", "decisions"}
    assert len(frames["decisions"]) > 0
    talk_s = (intervals["ended_at"] - intervals["started_at"])[intervals["state"] == "talking"].sum()
    connected = attempts[attempts["outcome"] == "connected"]
    assert talk_s == pytest.approx((connected["ended_at"] - connected["bridged_at"]).sum())


def test_frames_without_pandas_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ExportError, match=r"pip install 'predictive-dialer\[analysis\]'"):
        run_frames(SMALL, 1)


def test_a_simulated_trace_replays_command_for_command(tmp_path: Path) -> None:
    write_trace(SMALL, 1, tmp_path / "x.trace")

    assert (tmp_path / "x.trace").stat().st_size > 10_000
    assert replay(tmp_path / "x.trace") is None


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no format 'xls'"):
        write_rows(SMALL, 1, tmp_path, "xls")
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        write_rows(SMALL, 1, tmp_path / "file", "csv")


def test_a_format_that_there_is_not_is_refused_at_once() -> None:
    check_format("json")
    with pytest.raises(ExportError, match="choose one of: csv, json, parquet"):
        check_format("xls")
