"""sipp as the far end: starts it with a scenario, waits until it listens, and says how it ended."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parent / "sipp"
HOW_TO_GET_IT = "sipp is missing: on Debian and Ubuntu, apt-get install sip-tester (or run: make peers)"
START_S = 10.0
STARTS = 3


def require_sipp() -> str:
    """The program's path; where it is missing the test is skipped, and in CI it fails."""
    program = shutil.which("sipp")
    if program is not None:
        return program
    if os.environ.get("CI"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


def free_port() -> int:
    """A port that neither UDP nor TCP uses."""
    while True:
        with (
            contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as packets,
            contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as stream,
        ):
            packets.bind(("127.0.0.1", 0))
            port = int(packets.getsockname()[1])
            with contextlib.suppress(OSError):
                stream.bind(("127.0.0.1", port))
                return port


class Sipp:
    """One sipp process; `scenario` is a file of tests/interop/sipp without `.xml`, or a built-in one such as `-uas`.

    `keys` fill in what a scenario file leaves open as `[name]`.

    Leave the `with` block and it is ended. `finish` waits for it and fails unless every call went as the scenario says.
    """

    def __init__(
        self, folder: Path, scenario: str, *, calls: int = 1, target: str = "", keys: dict[str, str] | None = None,
        options: tuple[str, ...] = (), transport: str = "udp", host: str = "127.0.0.1",
        port: int = 0, lives_s: int = 60
    ) -> None:  # fmt: skip
        self.port = port or free_port()
        self.address = (host, self.port)
        self._sockets = Path(f"/proc/net/{transport}{'6' if ':' in host else ''}")
        self._folder = folder
        self._log = folder / f"sipp-{self.port}.log"
        chosen = (
            ["-sn", scenario[1:]] if scenario.startswith("-") else ["-sf", str(self._fill_in(scenario, keys or {}))]
        )
        media_port = free_port() & ~1
        self._command = [
            require_sipp(), *([target] if target else []), *chosen,
            "-t", f"{transport[0]}1", "-i", host, "-p", str(self.port), "-mp", str(media_port),
            "-m", str(calls), "-nostdin",
            "-timeout", f"{lives_s}s", "-timeout_error", "-deadcall_wait", "0",
            "-trace_err", "-error_file", str(self._log), "-trace_msg",
            "-message_file", str(folder / f"sipp-{self.port}.messages"), *options,
        ]  # fmt: skip
        self._output = folder / f"sipp-{self.port}.out"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Sipp":
        for left in reversed(range(STARTS)):
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    self._command, stdout=output, stderr=subprocess.STDOUT, cwd=self._folder
                )
            try:
                self._wait_until_listening()
            except BaseException:
                self.__exit__()
                if not left or "Address already in use" not in self.report():
                    raise
                # Somebody else was quicker with the ports beside the one that was free.
                self._command[self._command.index("-mp") + 1] = str(free_port() & ~1)
                continue
            break
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def finish(self, timeout_s: float = 20.0) -> None:
        """Wait for the scenario's end; every call must have gone as it says."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f"sipp did not come to its end\n{self.report()}")
        assert code == 0, f"sipp ended with {code}\n{self.report()}"

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
        path = self._folder / f"sipp-{self.port}.messages"
        return path.read_text(errors="replace") if path.exists() else ""

    def report(self) -> str:
        errors = self._log.read_text(errors="replace") if self._log.exists() else ""
        return f"{errors}\n{self.messages()[-6000:]}"

    def _fill_in(self, scenario: str, keys: dict[str, str]) -> Path:
        """Write the scenario with its keys' values: sipp's own -key does not reach into status lines."""
        text = (SCENARIOS / f"{scenario}.xml").read_text()
        for name, value in keys.items():
            text = text.replace(f"[{name}]", value)
        filled = self._folder / f"{scenario}-{self.port}.xml"
        filled.write_text(text)
        return filled

    def _wait_until_listening(self) -> None:
        assert self._process is not None
        wanted = f":{self.port:04X} "
        deadline = time.monotonic() + START_S
        while wanted not in self._sockets.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                output = self._output.read_text(errors="replace")
                pytest.fail(f"sipp does not listen\n{output[-2000:]}\n{self.report()}")
            time.sleep(0.02)
