"""The processes of a demo: started in sessions of their own, so that a Ctrl-C reaches the demo and nobody else."""

import asyncio
import contextlib
import re
import sys
from pathlib import Path

LAST_LINES = 15
END_S = 20.0


class ProcessError(Exception):
    """A process of the demo did not start, or ended before its time; the message shows its last words."""


class Process:
    """One `dialer ...` command running beside the demo, its output kept in a file."""

    def __init__(self, name: str, output: Path) -> None:
        self.name = name
        self._output = output
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()

    async def start(self, *arguments: str) -> None:
        """Run `dialer` with these arguments."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "dialer",
            *arguments,
            # Children that can be told to end with our standard input do so even if we are killed.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read())

    async def announcement(self, pattern: str, timeout_s: float) -> str:
        """The first group of the first line of output that holds `pattern`.

        Raises:
            ProcessError: it ended, or said nothing of the kind in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while (line := await self._lines.get()) is not None:
                    found = re.search(pattern, line)
                    if found:
                        return found[1]
        except TimeoutError:
            raise ProcessError(f"the {self.name} was not ready within {timeout_s:g} s\n{self._last_words()}") from None
        raise ProcessError(f"the {self.name} ended at its start\n{self._last_words()}")

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def end(self) -> int | None:
        """Ask it to end and wait; killed where that takes too long. Returns its exit status, None if never started."""
        if self._process is None or self._reading is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            self.kill()
            await self._process.wait()
        await self._reading
        return self._process.returncode

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    def died(self) -> ProcessError:
        """What to raise when it has ended before its time."""
        return ProcessError(f"the {self.name} has ended before its time\n{self._last_words()}")

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._output.open("wb") as file:
            async for line in self._process.stdout:
                file.write(line)
                file.flush()
                self._lines.put_nowait(line.decode(errors="replace"))
        self._lines.put_nowait(None)

    def _last_words(self) -> str:
        try:
            words = self._output.read_text(errors="replace").splitlines()[-LAST_LINES:]
        except OSError:
            words = []
        return "\n".join(f"  {line}" for line in words) or "  it said nothing"
