"""sipp in a process of its own, as the carrier of benchmarks."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

START_S = 10.0


@contextlib.contextmanager
def running_sipp(options: tuple[str, ...]) -> Iterator[int]:
    """Start sipp and hand on its port; ended with the block.

    Raises:
        RuntimeError: There is no sipp, or it does not listen.
    """
    program = shutil.which("sipp")
    if program is None:
        raise RuntimeError("sipp is missing: on Debian and Ubuntu, apt-get install sip-tester")
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [program, *options, "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    sipp = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")  # noqa: S603
    try:
        _wait_until_bound(port)
        yield port
    finally:
        sipp.kill()
        sipp.wait()


def _wait_until_bound(port: int) -> None:
    deadline = time.monotonic() + START_S
    while f"0100007F:{port:04X}" not in Path("/proc/net/udp").read_text():
        if time.monotonic() > deadline:
            raise RuntimeError("sipp does not listen; is another program in its way?")
        os.sched_yield()
