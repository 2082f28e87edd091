"""Reads and checks a file in a process of its own, so that the next rows are ready when the last ones are stored."""

import gc
import multiprocessing
import queue
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec

from campaigns.importing.batches import Batch, Heading, ImportOptions, open_batches
from campaigns.importing.formats import read_table
from campaigns.service.errors import CallerError, CampaignsError, UnreadableFileError

APART_BYTES_MIN = 4 * 1024 * 1024
"""A smaller file is read sooner than a process starts."""
AHEAD = 3
"""Batches that may be waiting."""
LOOK_S = 1.0
"""How often it is seen whether the process still lives."""


class _Failure(msgspec.Struct, frozen=True, tag=True):
    """What is wrong with the file, or with the request."""

    is_file: bool
    reason: str


class _End(msgspec.Struct, frozen=True, tag=True):
    """There are no more rows."""


_Message = Heading | Batch | _Failure | _End
_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Message).decode


def batches_of(path: Path, options: ImportOptions, skip: int = 0) -> tuple[Heading, Iterator[Batch]]:
    """Open a file, and leave its rows to be iterated; a large one is read by another process.

    Args:
        path: the file.
        options: how it is read.
        skip: rows at the beginning that have been dealt with.

    Raises:
        UnreadableFileError: no leads can be read from it.
        CallerError: it cannot be opened, or the options do not fit it.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise CallerError(f"{path} cannot be read: {error.strerror}") from None
    if size >= APART_BYTES_MIN:
        return _apart(path, options, skip)
    messages = _read(path, options, skip)
    return next(messages), messages  # type: ignore[return-value]


def _read(path: Path, options: ImportOptions, skip: int) -> Iterator[Heading | Batch]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise CallerError(f"{path} cannot be read: {error.strerror}") from None
    with file:
        heading, batches = open_batches(read_table(file, options.reading), options, skip)
        yield heading
        yield from batches


def _apart(path: Path, options: ImportOptions, skip: int) -> tuple[Heading, Iterator[Batch]]:
    context = multiprocessing.get_context("spawn")
    messages: Any = context.Queue(AHEAD)
    process = context.Process(target=_send, args=(messages, str(path), msgspec.json.encode(options), skip), daemon=True)
    process.start()
    received = _receive(messages, process)
    try:
        heading = next(received)
    except BaseException:
        received.close()
        raise
    assert isinstance(heading, Heading)
    return heading, received  # type: ignore[return-value]


def _receive(messages: Any, process: Any) -> Generator[Heading | Batch, None, None]:
    try:
        while True:
            message = _next(messages, process)
            if isinstance(message, _End):
                return
            if isinstance(message, _Failure):
                raise UnreadableFileError(message.reason) if message.is_file else CallerError(message.reason)
            yield message
    finally:
        # Whoever stops half way must not leave a process behind that waits to be read.
        process.kill()
        process.join()
        messages.close()


def _next(messages: Any, process: Any) -> _Message:
    while True:
        try:
            message: _Message = _DECODE(messages.get(timeout=LOOK_S))
        except queue.Empty:
            if not process.is_alive() and messages.empty():
                status = process.exitcode
                raise UnreadableFileError(f"the process that read the file has died (exit status {status})") from None
        else:
            return message


def _send(messages: Any, path: str, options: bytes, skip: int) -> None:
    """What the other process does."""
    # Nothing here refers to itself, and looking for such things would take a third of the time.
    gc.disable()
    try:
        for message in _read(Path(path), msgspec.json.decode(options, type=ImportOptions), skip):
            messages.put(_ENCODE(message))
        messages.put(_ENCODE(_End()))
    except CampaignsError as error:
        messages.put(_ENCODE(_Failure(isinstance(error, UnreadableFileError), str(error))))
