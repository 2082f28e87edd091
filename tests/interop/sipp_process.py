"""sipp as the far end: starts it with a scenario, waits until it listens, and says how it ended."""

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks.ports import free_port, free_ports, is_listening

SCENARIOS = Path(__file__).parent / "sipp"
HOW_TO_GET_IT = "sipp is missing: on Debian and Ubuntu, apt-get install sip-tester (or run: make peers)"
START_S = 120.0
STARTS = 3
MEDIA_PORTS = 4
"""sipp's own: audio, video, and the odd ones beside them."""


def require_sipp() -> str:
    """The program's path; where it is missing the test is skipped, and in CI it fails."""
    program = shutil.which("sipp")
    if program is not None:
        return program
    if os.environ.get("CI"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


class Sipp:
    """One sipp process; `scenario` is a file of tests/interop/sipp without `.xml`, or a built-in one such as `-uas`.

    `keys` fill in what a scenario file leaves open as `[name]`.

    It has its `port` and `address` from the start of the `with` block; leave it and sipp is ended.
    `finish` waits for it and fails unless every call went as the scenario says.
    """

    port: int
    address: tuple[str, int]

    def __init__(
        self, folder: Path, scenario: str, *, calls: int = 1, target: str = "", keys: dict[str, str] | None = None,
        options: tuple[str, ...] = (), transport: str = "udp", host: str = "127.0.0.1",
        port: int = 0, lives_s: int = 240
    ) -> None:  # fmt: skip
        self._folder = folder
        self._host = host
        self._wanted_port = port
        self._transport = transport
        self._scenario = scenario
        self._keys = keys or {}
        self._options = (
            *([target] if target else []), "-t", f"{transport[0]}1", "-i", host, "-m", str(calls), "-nostdin",
            "-timeout", f"{lives_s}s", "-timeout_error", "-deadcall_wait", "0", "-trace_err", "-trace_msg", *options,
        )  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Sipp":
        for left in reversed(range(STARTS)):
            self._start()
            try:
                self._wait_until_listening()
            except BaseException:
                self.__exit__()
                if not left or not self._is_without_port():
                    raise
            else:
                break
        return self

    def _start(self) -> None:
        self.port = self._wanted_port or free_port()
        self.address = (self._host, self.port)
        built_in = self._scenario.startswith("-")
        command = [
            require_sipp(), *self._options, "-p", str(self.port), "-mp", str(free_ports(MEDIA_PORTS)),
            *(["-sn", self._scenario[1:]] if built_in else ["-sf", str(self._fill_in())]),
            "-error_file", str(self._file("log")), "-message_file", str(self._file("messages")),
        ]  # fmt: skip
        with self._file("out").open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=self._folder)

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def finish(self, timeout_s: float = 120.0) -> None:
        """Wait for the scenario's end; every call must have gone as it says."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f"sipp did not come to its end\n{self.report()}")
        assert code == 0, f"sipp ended with {code}\n{self.report()}"

    def send(self, signal: int) -> None:
        """Send it a signal: `SIGSTOP` leaves it deaf with its socket open, `SIGKILL` ends it."""
        assert self._process is not None
        self._process.send_signal(signal)

    def linger(self, timeout_s: float = 2.0) -> None:
        """Give it time to come to its end by itself."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_s)

    def is_done(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def messages(self) -> str:
        """Every message that sipp sent and received."""
        return self._said("messages")

    def report(self) -> str:
        return f"{self._said('log')}\n{self.messages()[-6000:]}"

    def _file(self, kind: str) -> Path:
        return self._folder / f"sipp-{self.port}.{kind}"

    def _said(self, kind: str) -> str:
        path = self._file(kind)
        return path.read_text(errors="replace") if path.exists() else ""

    def _is_without_port(self) -> bool:
        """Whether somebody else was quicker with a port: the main one, or one beside the audio's."""
        said = self._said("log") + self._said("out")
        return "Address already in use" in said or "Unable to bind" in said

    def _fill_in(self) -> Path:
        """Write the scenario with its keys' values: sipp's own -key does not reach into status lines."""
        text = (SCENARIOS / f"{self._scenario}.xml").read_text()
        for name, value in self._keys.items():
            text = text.replace(f"[{name}]", value)
        filled = self._folder / f"{self._scenario}-{self.port}.xml"
        filled.write_text(text)
        return filled

    def _wait_until_listening(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_S
        while not is_listening(self._process.pid, self.port, self._transport):
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"sipp does not listen\n{self._said('out')[-2000:]}\n{self.report()}")
            time.sleep(0.02)
