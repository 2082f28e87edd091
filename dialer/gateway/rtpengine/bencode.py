"""Bencoding (BEP 3), in which ng messages are written: bytes, whole numbers, lists and dictionaries with text keys."""

from collections.abc import Mapping, Sequence

Value = bytes | int | list["Value"] | dict[str, "Value"]
Writable = bytes | str | int | Sequence["Writable"] | Mapping[str, "Writable"]

DEPTH_MAX = 32


class MalformedBencode(Exception):  # noqa: N818 - named for what arrived, as in the SIP core
    """Bytes that are no bencoding; the text says why."""


def encode(value: Writable) -> bytes:
    """Write a value; keys are sorted, as the format wants."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%b" % (len(value), value)
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, Mapping):
        pairs = sorted((key.encode(), one) for key, one in value.items())
        return b"d" + b"".join(encode(key) + encode(one) for key, one in pairs) + b"e"
    return b"l" + b"".join(encode(one) for one in value) + b"e"


def decode(data: bytes) -> Value:
    """Read one value that fills `data`.

    Raises:
        MalformedBencode: It does not; nothing else is ever raised.
    """
    value, end = _read(data, 0, 0)
    if end != len(data):
        raise MalformedBencode(f"{len(data) - end} bytes after the end")
    return value


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth > DEPTH_MAX:
        raise MalformedBencode(f"more than {DEPTH_MAX} levels")
    kind = data[at : at + 1]
    if kind == b"i":
        end = _find(data, b"e", at)
        return _number(data[at + 1 : end]), end + 1
    if kind == b"l":
        items: list[Value] = []
        at += 1
        while data[at : at + 1] != b"e":
            item, at = _read(data, at, depth + 1)
            items.append(item)
        return items, at + 1
    if kind == b"d":
        return _read_dictionary(data, at + 1, depth)
    return _read_bytes(data, at)


def _read_dictionary(data: bytes, at: int, depth: int) -> tuple[dict[str, Value], int]:
    pairs: dict[str, Value] = {}
    while data[at : at + 1] != b"e":
        key, at = _read_bytes(data, at)
        pairs[key.decode("utf-8", "replace")], at = _read(data, at, depth + 1)
    return pairs, at + 1


def _read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    colon = _find(data, b":", at)
    length = _number(data[at:colon])
    end = colon + 1 + length
    if length < 0 or end > len(data):
        raise MalformedBencode(f"a string of {length} bytes at {at} is cut off")
    return data[colon + 1 : end], end


def _find(data: bytes, mark: bytes, at: int) -> int:
    found = data.find(mark, at, at + 24)
    if found < 0:
        raise MalformedBencode(f"no {mark.decode()!r} after byte {at}")
    return found


def _number(text: bytes) -> int:
    digits = text.removeprefix(b"-")
    if not digits.isdigit():
        raise MalformedBencode(f"{text[:20]!r} is no number")
    return int(text)
