"""Traces: every (now, event, commands) of an engine as one JSON line, and their replay through a fresh engine.

The first line names the format and holds the engine's settings. A trace whose last line was cut off by a crash replays
up to that line. A difference on replay is a bug, or a change of behaviour that the changelog must name.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

import msgspec

from dialer.engine import Engine
from dialer.messages import Command, Event
from dialer.model import EngineSettings

FORMAT = "predictive-dialer-trace"
VERSION = 1


class TraceError(ValueError):
    """A file that cannot be read as a trace; the message names the line and what is wrong with it."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of a trace."""

    format: str
    version: int
    settings: EngineSettings


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of the engine."""

    now: float
    event: Event
    commands: list[Command]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where a replay first differs from its trace."""

    line: int
    """1 is the header."""
    now: float
    event: Event
    recorded: list[Command]
    replayed: list[Command]


_encoder = msgspec.json.Encoder()
_header_decoder = msgspec.json.Decoder(Header)
_step_decoder = msgspec.json.Decoder(Step)


class TraceSink(Protocol):
    """Where a trace goes: a binary file, or what behaves like one."""

    def write(self, line: bytearray, /) -> object:
        """Append one line."""
        ...

    def close(self) -> None:
        """Write what is buffered and let go."""
        ...


class TraceWriter:
    """Writes a trace to a binary file, line by line; use it as a context manager to close the file."""

    def __init__(self, file: TraceSink, settings: EngineSettings) -> None:
        self._file = file
        self._buffer = bytearray()
        self._put(Header(format=FORMAT, version=VERSION, settings=settings))

    def write(self, now: float, event: Event, commands: list[Command]) -> None:
        """Append one step."""
        self._put(Step(now=now, event=event, commands=commands))

    def close(self) -> None:
        """Close the file; what was written is kept."""
        self._file.close()

    def __enter__(self) -> "TraceWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, line: Header | Step) -> None:
        _encoder.encode_into(line, self._buffer)
        self._buffer += b"\n"
        self._file.write(self._buffer)
        self._buffer.clear()


def read_trace(path: Path) -> Iterator[Header | Step]:
    """The header and then the steps of a trace, one at a time; a last line that was cut off is left out.

    Raises:
        TraceError: the file is not a trace, or a line in its middle cannot be read.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        first = file.readline()
        yield _read_header(path, first)
        for number, line in enumerate(file, 2):
            if not line.endswith(b"\n"):
                return
            try:
                yield _step_decoder.decode(line)
            except msgspec.MsgspecError as error:
                raise TraceError(f"{path}, line {number}: {error}") from None


def replay(path: Path) -> Difference | None:
    """Feed a trace's events to a fresh engine; the first step whose commands differ, or None when all are the same.

    Raises:
        TraceError: see `read_trace`.
    """
    lines = read_trace(path)
    header = next(lines)
    assert isinstance(header, Header)
    engine = Engine(header.settings)
    for number, step in enumerate(lines, 2):
        assert isinstance(step, Step)
        commands = engine.handle(step.event, step.now)
        if commands != step.commands:
            return Difference(line=number, now=step.now, event=step.event, recorded=step.commands, replayed=commands)
    return None


def _read_header(path: Path, line: bytes) -> Header:
    try:
        header = _header_decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise TraceError(f"{path} is not a trace of the dialer: its first line cannot be read ({error})") from None
    if header.format != FORMAT or header.version != VERSION:
        raise TraceError(
            f"{path} is a {header.format!r} of version {header.version}; this dialer reads {FORMAT!r} {VERSION}"
        )
    return header
