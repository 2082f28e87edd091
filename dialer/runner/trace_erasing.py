"""A person out of a trace: what it holds of them is blanked where it stands, while it may still be written to."""

import os
from pathlib import Path
from typing import Any

import msgspec

from campaigns.service.spelling import Spellings

TOLD = {"name": "", "external_id": "", "postal_code": "", "language": "", "attributes": {}}
"""What a trace tells of a lead beside numbers, and what stands there afterwards."""


def erase_from_trace(path: Path, spellings: Spellings) -> int:
    """Blank a person in a trace; returns in how many lines.

    Each line keeps its length in bytes, filled up with spaces. Numbers become noughts, so a replay goes on as long as
    nothing turned on the number itself.

    Raises:
        OSError: the file cannot be written.
    """
    erased = 0
    start = 0
    with path.open("r+b") as file:
        for line in file:
            if spellings.are_in(line.decode("utf-8", errors="replace")):
                os.pwrite(file.fileno(), _blanked(line, spellings), start)
                erased += 1
            start += len(line)
        if erased:
            os.fsync(file.fileno())
    return erased


def _blanked(line: bytes, spellings: Spellings) -> bytes:
    ending = b"\n" if line.endswith(b"\n") else b""
    try:
        blanked = msgspec.json.encode(_without(msgspec.json.decode(line), spellings))
    except msgspec.MsgspecError:
        # Cut off by a crash: it is no JSON, and nobody reads it.
        blanked = b""
    assert len(blanked) <= len(line) - len(ending), "what is blanked is never longer"
    return blanked.ljust(len(line) - len(ending)) + ending


def _without(value: Any, spellings: Spellings) -> Any:
    """A message without the person: what names a number of theirs, in whole, and whatever else repeats one."""
    match value:
        case str():
            return spellings.blotted(value)
        case list():
            return [_without(one, spellings) for one in value]
        case dict():
            is_theirs = any(isinstance(one, str) and spellings.are_in(one) for one in value.values())
            told = {key: _told(key, one) for key, one in value.items()} if is_theirs else value
            return {spellings.blotted(key): _without(one, spellings) for key, one in told.items()}
    return value


def _told(key: str, value: Any) -> Any:
    if key == "consent" and isinstance(value, dict):
        return value | {"source": ""}
    if key == "note" and value:
        # Something was said of a skip, and the engine may have asked for it.
        return "-"
    return TOLD.get(key, value)
