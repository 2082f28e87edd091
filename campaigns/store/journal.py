"""Files of JSON lines that are only ever added to: what a database restored from a backup no longer knows."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from campaigns.service.errors import CallerError

T = TypeVar("T", bound=msgspec.Struct)


def append(path: Path, entry: msgspec.Struct) -> None:
    """Write a line, durably.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else on the machine may read it.
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        # A line that a crash has cut off must not spoil the next.
        is_cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        os.write(file, b"\n" * is_cut + msgspec.json.encode(entry) + b"\n")
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path, kind: type[T], what: str) -> Iterator[T]:
    """The lines of a journal; none where there is no such file.

    Args:
        path: the file.
        kind: what a line is.
        what: the journal's name in errors, "journal of erasures".

    Raises:
        CallerError: the file cannot be read, or is no such journal.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise CallerError(f"the {what} {path} cannot be read: {error.strerror}") from None
    beginning = b'{"%s"' % kind.__struct_fields__[0].encode()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=kind)
        except msgspec.MsgspecError as error:
            if line[: len(beginning)] != beginning[: len(line)]:
                raise CallerError(f"{path} is no {what}: line {number}: {error}") from None
            # Cut off by a crash; whoever was to know of it has not been told that it is done.
