import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app
from simulation.experiments import proof as proofs
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all

ARGUMENTS = ["proof", "--case", "stationary", "--agents", "2", "--days", "2", "--workers", "1"]


@pytest.fixture(autouse=True)
def short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = proofs.scenario_of

    def short(case: str, agents: int) -> Scenario:
        return override_all(whole(case, agents), [("day.hours", 0.25)])

    monkeypatch.setattr(proofs, "scenario_of", short)


def test_a_table_and_its_days_kept(tmp_path: Path) -> None:
    keep = tmp_path / "days.jsonl"
    first = CliRunner().invoke(app, [*ARGUMENTS, "--keep", str(keep)])
    assert first.exit_code == 0
    assert "| stationary | 2 | 2 |" in first.stdout
    assert len(keep.read_text().splitlines()) == 2
    again = CliRunner().invoke(app, [*ARGUMENTS, "--keep", str(keep), "--only-kept"])
    assert again.stdout == first.stdout


def test_nothing_kept_is_nothing_shown() -> None:
    result = CliRunner().invoke(app, [*ARGUMENTS, "--only-kept", "--json"])
    assert json.loads(result.stdout)["proofs"] == []


def test_an_unknown_case_is_one_line() -> None:
    result = CliRunner().invoke(app, ["proof", "--case", "sunny"])
    assert result.exit_code == 2
    assert "no case 'sunny'" in result.stderr
