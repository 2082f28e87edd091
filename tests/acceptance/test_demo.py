"""`dialer demo`, short: the whole main job in four processes over real SIP and RTP, and its books agree."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app as simulate

pytestmark = pytest.mark.slow


@pytest.mark.timeout(180)
def test_a_short_demo_ends_with_status_0_and_every_check_passed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dialer", "demo", "--seconds", "8", "--agents", "5", "--json"]
    ended = subprocess.run(
        [*command, "--output", str(tmp_path)], capture_output=True, text=True, timeout=170, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads(ended.stdout)
    failed = [check for check in report["checks"] if not check["passed"]]
    assert failed == []
    assert len(report["checks"]) == 9
    assert report["attempts"] >= 5
    assert report["answered"] == report["connected"] + report["abandoned"] + report["lost"]
    assert "dialing | agents:" in ended.stderr
    (folder,) = tmp_path.iterdir()
    with (folder / "cdrs.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == report["attempts"]
    assert (folder / "dialer.sqlite3").exists()
    assert "Traceback" not in ended.stderr + (folder / "serve.log").read_text()
    _replays(folder / "trace.jsonl", report["connected"])


def _replays(trace: Path, connected: int) -> None:
    """What the service recorded over real SIP replays command for command, and its people under another policy."""
    same = CliRunner().invoke(simulate, ["replay", str(trace)])
    assert same.stdout == f"{trace}: every command is the same\n"
    if connected == 0:
        return  # Nobody was talked to in these few seconds: there is nobody to try another policy on.
    other = CliRunner().invoke(simulate, ["replay", str(trace), "-p", "progressive", "-n", "2", "--json"])
    assert other.exit_code == 0, other.stderr
    recorded, again, progressive = json.loads(other.stdout)["summaries"]
    assert [recorded["name"], again["name"], progressive["name"]] == ["as recorded", "predictive again", "progressive"]
    assert progressive["metrics"]["abandon_rate"]["mean"] == 0.0
    assert again["metrics"]["occupancy"]["mean"] > 0.0
