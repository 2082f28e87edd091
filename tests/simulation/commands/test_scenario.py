import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app
from simulation.scenario.library import find_scenario
from simulation.scenario.loading import load_scenario


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["scenario", *arguments])


def test_the_library_is_listed_from_easy_to_cruel() -> None:
    lines = invoke("list").stdout.splitlines()

    assert lines[0].startswith("steady")
    assert "Easy" in lines[0]
    assert [line.split()[0] for line in lines].index("noon") > 3


def test_what_is_shown_can_be_read_again(tmp_path: Path) -> None:
    result = invoke("show", "noon", "--set", "agents.0.count=7")
    path = tmp_path / "mine.toml"
    path.write_text(result.stdout)

    assert load_scenario(path).agents[0].count == 7
    assert load_scenario(path).changes == find_scenario("noon").changes
    checked = invoke("check", str(path))
    assert checked.stdout == f"{path}: sound: 1 × 8 h, 7 agents, main\n"


def test_an_unsound_file_is_one_line_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(invoke("show", "noon").stdout.replace("count = 5", "count = 0"))
    result = invoke("check", str(path))

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "count is 0" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("path", ["", "day", "agents.breaks", "campaigns.pacing", "campaigns.customers.gamma"])
def test_every_table_is_explained(path: str) -> None:
    result = invoke("explain", *([path] if path else []))

    assert result.exit_code == 0
    assert "meaning" in result.stdout


def test_the_schema_is_json() -> None:
    assert json.loads(invoke("schema").stdout)["title"] == "Scenario"
