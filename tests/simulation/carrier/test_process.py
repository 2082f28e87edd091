import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dialer.live.starting import StartError
from simulation.carrier.phones import Phones
from simulation.carrier.process import run

WAIT_S = 120.0


def started(status: Path, *options: str) -> subprocess.Popen[str]:
    """A `dialer carrier run` that has announced itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dialer", "carrier", "run", "--port", "0", "--status", str(status), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "takes calls at 127.0.0.1:" in process.stdout.readline()
    return process


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_the_status_file_is_there_from_the_start_and_written_at_sigusr1_and_sigterm_ends_it(tmp_path: Path) -> None:
    status = tmp_path / "status.json"
    with started(status) as process:
        assert json.loads(status.read_text())["tally"]["invites"] == 0
        status.unlink()
        process.send_signal(signal.SIGUSR1)
        until(status.exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


def test_it_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    with started(tmp_path / "status.json", "--until-stdin-ends") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(WAIT_S) == 0


def test_a_port_that_is_taken_is_said_with_what_to_do() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "dialer", "carrier", "phones", "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert ended.returncode == 1
    assert f"UDP port {port} cannot be used" in ended.stderr
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_status_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "status.json"
    with pytest.raises(StartError, match="cannot be written: No such file"):
        run(lambda: Phones(1, "127.0.0.1"), 0, path, lambda _: None)


def test_sigint_ends_it_and_the_address_is_announced_once(tmp_path: Path) -> None:
    announced: list[tuple[str, int]] = []

    def announce(address: tuple[str, int]) -> None:
        announced.append(address)
        os.kill(os.getpid(), signal.SIGINT)

    run(lambda: Phones(2, "127.0.0.1"), 0, tmp_path / "status.json", announce)
    assert len(announced) == 1
    status = json.loads((tmp_path / "status.json").read_text())
    assert status["address"] == f"127.0.0.1:{announced[0][1]}"
    assert [phone["user"] for phone in status["phones"]] == ["agent-1", "agent-2"]
