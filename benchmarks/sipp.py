"""sipp in a process of its own, as the carrier of benchmarks."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator

from benchmarks.ports import free_port, free_ports, is_listening

START_S = 10.0
MEDIA_PORTS = 4


@contextlib.contextmanager
def running_sipp(options: tuple[str, ...]) -> Iterator[int]:
    """Start sipp and hand on its port; ended with the block.

    Raises:
        RuntimeError: There is no sipp, or it does not listen.
    """
    program = shutil.which("sipp")
    if program is None:
        raise RuntimeError("sipp is missing: on Debian and Ubuntu, apt-get install sip-tester")
    port = free_port()
    ports = ("-p", str(port), "-mp", str(free_ports(MEDIA_PORTS)))
    command = [program, *options, "-i", "127.0.0.1", *ports, "-nostdin"]
    sipp = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")  # noqa: S603
    try:
        _wait_until_listening(sipp, port)
        yield port
    finally:
        sipp.kill()
        sipp.wait()


def _wait_until_listening(sipp: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_S
    while not is_listening(sipp.pid, port):
        if sipp.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("sipp does not listen; is another program in its way?")
        os.sched_yield()
