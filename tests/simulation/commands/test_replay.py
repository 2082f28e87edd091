from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trace") / "x.trace"
    small = ["--set", "day.hours=1", "--set", "day.warmup_s=0", "--policy", "ratio", "--workers", "1"]
    assert CliRunner().invoke(app, ["run", "base-5", *small, "--trace", str(path)]).exit_code == 0
    return path


def test_a_trace_replays_command_for_command_and_a_changed_one_does_not(trace: Path, tmp_path: Path) -> None:
    same = CliRunner().invoke(app, ["replay", str(trace)])
    changed = tmp_path / "changed.trace"
    lines = trace.read_bytes().splitlines(keepends=True)
    first_login = next(number for number, line in enumerate(lines) if b"AgentLoggedIn" in line)
    changed.write_bytes(b"".join(line for number, line in enumerate(lines) if number != first_login))
    different = CliRunner().invoke(app, ["replay", str(changed)])

    assert same.exit_code == 0
    assert "every command is the same" in same.stdout
    assert different.exit_code == 1
    assert "differently" in different.stdout


def test_other_policies_are_tried_on_the_recorded_people(trace: Path) -> None:
    result = CliRunner().invoke(app, ["replay", str(trace), "-p", "progressive", "-n", "2"])

    assert result.exit_code == 0
    for column in ("as recorded", "ratio again", "progressive"):
        assert column in result.stdout


def test_what_is_no_trace_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello\n")

    for path in (tmp_path / "x", tmp_path / "none"):
        result = CliRunner().invoke(app, ["replay", str(path), "-p", "progressive"])
        assert result.exit_code == 2
        assert len(result.stderr.strip().splitlines()) == 1
