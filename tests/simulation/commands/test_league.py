from pathlib import Path

from typer.testing import CliRunner

from simulation.command import app
from simulation.commands.league import markdown


def test_a_table_over_policies_and_team_sizes(tmp_path: Path) -> None:
    output = tmp_path / "league.md"
    arguments = ["league", "base", "--agents", "3", "--agents", "5", "-p", "progressive", "-p", "issabel", "-n", "2"]
    small = ["--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--workers", "1", "-o", str(output)]
    result = CliRunner().invoke(app, [*arguments, *small])
    lines = output.read_text().splitlines()

    assert result.exit_code == 0
    assert "| policy | 3 agents | 5 agents |" in lines
    assert lines[-1].startswith("| issabel | ")
    assert lines[-1].count("%") == 4


def test_the_table_says_how_it_was_made() -> None:
    text = markdown("base", 7, 4, [5], ["a"], {("a", 5): "x"})

    assert "seed 7, 4 replications" in text
    assert text.endswith("| a | x |\n")
