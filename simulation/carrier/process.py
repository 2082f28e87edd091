"""A carrier or telephones as a process of their own: start, announce, keep the status file fresh, end cleanly."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from dialer.gateway.sip import HostPort
from dialer.live.starting import StartError
from simulation.carrier.tally import write_status

STATUS_S = 1.0
"""How often the status file is written anew."""


class Part(Protocol):
    """What such a process runs."""

    async def start(self, port: int) -> HostPort:
        """Listen, and say where."""
        ...

    def status(self) -> dict[str, object]:
        """What goes into the status file."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def run(
    make_part: Callable[[], Part],
    port: int,
    status_path: Path | None,
    announce: Callable[[HostPort], None],
    *,
    until_stdin_ends: bool = False,
) -> None:
    """Run a part until SIGINT or SIGTERM; SIGUSR1 writes the status file at once.

    Args:
        make_part: builds the part; called inside the loop.
        port: SIP port, 0 for a free one.
        status_path: the status file, written once a second and at the end; None for none.
        announce: told the SIP address once it is listening.
        until_stdin_ends: end as well when whoever started us closes our standard input, by dying for example.

    Raises:
        StartError: the port cannot be had, or the status file cannot be written.
    """
    runner = asyncio.Runner(loop_factory=_new_loop)
    with runner:
        runner.run(_run(make_part, port, status_path, announce, until_stdin_ends=until_stdin_ends))


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _run(
    make_part: Callable[[], Part],
    port: int,
    status_path: Path | None,
    announce: Callable[[HostPort], None],
    *,
    until_stdin_ends: bool,
) -> None:
    loop = asyncio.get_running_loop()
    told_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_end.set)
    part = make_part()
    try:
        address = await part.start(port)
    except OSError as error:
        raise StartError(
            f"UDP port {port} cannot be used: {error.strerror or error}; choose another with --port, 0 takes a free one"
        ) from None
    with contextlib.closing(part):
        file = _StatusFile(part, address, status_path)
        try:
            file.write()
        except OSError as error:
            raise StartError(f"the status file {status_path} cannot be written: {error.strerror}") from None
        loop.add_signal_handler(signal.SIGUSR1, file.write)
        announce(address)
        if until_stdin_ends:
            await _watch_stdin(loop, told_to_end)
        while not told_to_end.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told_to_end.wait(), STATUS_S)
            file.write_if_changed()


class _StatusFile:
    """The status of a part on disk."""

    def __init__(self, part: Part, address: HostPort, path: Path | None) -> None:
        self._part = part
        self._address = address
        self._path = path
        self._last = b""

    def write_if_changed(self) -> None:
        """Write unless it would say the same again."""
        if self._path is not None and msgspec.json.encode(self._part.status()) != self._last:
            self.write()

    def write(self) -> None:
        """Write now."""
        if self._path is not None:
            status = self._part.status()
            self._last = msgspec.json.encode(status)
            write_status(self._path, {"address": f"{self._address[0]}:{self._address[1]}", **status})


async def _watch_stdin(loop: asyncio.AbstractEventLoop, told_to_end: asyncio.Event) -> None:
    class Ending(asyncio.Protocol):
        def eof_received(self) -> None:
            told_to_end.set()

        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
            told_to_end.set()

    await loop.connect_read_pipe(Ending, sys.stdin)
