"""What happens when somebody wants the demo to end before its time; the whole of it is in tests/acceptance."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WAIT_S = 100.0


def started(output: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dialer", "demo", "--seconds", "60", "--agents", "2", "--json", "--output", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"the demo ended without saying {words!r}")


@pytest.mark.slow
def test_an_interrupted_demo_hangs_up_writes_everything_and_shows_its_summary(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        read_until(process, "dialing")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, out + err
    report = json.loads(out)
    assert report["passed"]
    assert report["seconds"] < 60
    assert report["attempts"] > 0
    (folder,) = tmp_path.iterdir()
    assert (folder / "cdrs.csv").stat().st_size > 0


def test_one_that_is_interrupted_before_its_first_call_says_so(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        read_until(process, "Starting a carrier")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130, out + err
    assert "interrupted before the first call" in err
    assert "Traceback" not in err
