"""The real rtpengine in userspace mode, on free ports of loopback."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.ports import SHARED, free_port, is_listening

PROGRAM = shutil.which("rtpengine") or "/usr/bin/rtpengine"
START_S = 120.0
HOW_TO_GET_IT = "rtpengine is missing: on Debian and Ubuntu, apt-get install rtpengine-daemon (or run: make peers)"


@contextlib.contextmanager
def running_rtpengine(
    port: int = 0,
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The daemon's ng port, and its process; ended with the block."""
    if not Path(PROGRAM).exists():
        if os.environ.get("CI"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    port = port or free_port()
    with tempfile.TemporaryFile() as log:
        command = [
            PROGRAM,
            "--table=-1",
            "--interface=127.0.0.1",
            f"--listen-ng=127.0.0.1:{port}",
            "--foreground",
            "--log-stderr",
            "--num-threads=1",
            f"--port-min={SHARED.start}",
            f"--port-max={SHARED.stop - 1}",
        ]
        daemon = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        try:
            _wait_until_it_answers(port, daemon)
            yield port, daemon
        finally:
            if daemon.poll() is None:
                daemon.kill()
            daemon.wait()


def _wait_until_it_answers(port: int, daemon: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        client.connect(("127.0.0.1", port))
        while True:
            assert daemon.poll() is None, "rtpengine ended at once"
            assert time.monotonic() < deadline, "rtpengine does not answer"
            with contextlib.suppress(OSError):
                client.send(b"1 d7:command4:pinge")
                if client.recv(100) and is_listening(daemon.pid, port):
                    return
