"""Real processes for the acceptance tests: the dialer, a carrier and telephones, each started by its own command."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

START_S_MAX = 120.0
END_S_MAX = 120.0


class Process:
    """One command of the dialer; its standard output is read as it comes."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.errors = folder / f"{'-'.join(a for a in arguments[:2] if not a.startswith('-'))}.stderr"
        with self.errors.open("ab") as errors:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "dialer", *arguments],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._lines: list[str] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match of a pattern in what the process prints."""
        found: list[re.Match[str]] = []

        def is_there() -> bool:
            match = re.search(pattern, "".join(self._lines))
            found.extend([match] if match else [])
            return bool(found) or self.popen.poll() is not None

        with self._changed:
            self._changed.wait_for(is_there, START_S_MAX)
        assert found, f"no {pattern!r} in {self._lines}; it said: {self.errors.read_text()}"
        return found[0]

    def end(self, signal: int) -> int:
        """Send a signal and wait for the exit status."""
        self.popen.send_signal(signal)
        return self.popen.wait(END_S_MAX)


class Floor:
    """A carrier, telephones and a dialer, which can be killed and started again on the same database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[Process] = []
        self.dialer: Process | None = None
        self.carrier_status = folder / "carrier.json"

    def start(self, *arguments: str) -> Process:
        process = Process(self.folder, *arguments)
        self.processes.append(process)
        return process

    def start_carrier(self, scenario: str) -> Process:
        (self.folder / "carrier.toml").write_text(scenario)
        arguments = ("--port", "0", "--scenario", "carrier.toml", "--status", "carrier.json")
        carrier = self.start("carrier", "run", *arguments)
        self.carrier_address = carrier.wait_for(r"calls at ([\d.]+:\d+)")[1]
        return carrier

    def start_phones(self, count: int) -> Process:
        phones = self.start("carrier", "phones", "--port", "0", "--count", str(count), "--status", "phones.json")
        self.phones_address = phones.wait_for(r"agent-1@([\d.]+:\d+)")[1]
        return phones

    def start_dialer(self, database_url: str, trunks: str = "") -> httpx.Client:
        """Start the dialer with a free port each for REST and SIP; returns a client of its API.

        Without `trunks` (tables of the settings file) there is one, to the carrier.
        """
        (self.folder / "dialer.toml").write_text(
            f'[service]\nport = 0\n[database]\nurl = "{database_url}"\n[sip]\nport = 0\n'
            + (trunks or f'[[trunks]]\nname = "carrier"\naddress = "{self.carrier_address}"\ncps_max = 200.0\n')
            + 'caller_id = "+12025550100"\n'
        )
        self.dialer = self.start("serve")
        url = self.dialer.wait_for(r"API at (http://[\d.]+:\d+)")[1]
        return httpx.Client(base_url=f"{url}/api/v1", timeout=240)

    def close(self) -> None:
        for process in self.processes:
            if process.popen.poll() is None:
                process.popen.kill()
            process.popen.wait(END_S_MAX)
            if process.popen.stdout is not None:
                process.popen.stdout.close()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path)
    yield floor
    floor.close()
