"""JSON Lines: one JSON object a line, its members the columns (jsonlines.org)."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from campaigns.importing.columns import COLUMNS_MAX
from campaigns.importing.table import Row, Table
from campaigns.service.errors import UnreadableFileError

LINE_BYTES_MAX = 1024 * 1024

_OBJECT = msgspec.json.Decoder(dict[str, Any])


def read_json_lines(file: BinaryIO) -> Table:
    """Read which members the objects have, and leave the rows to be iterated; the file is read twice.

    Raises:
        UnreadableFileError: not one line is an object, or there are too many different members.
    """
    start = file.tell()
    columns: dict[str, int] = {}
    for _, found in _read_objects(file):
        if isinstance(found, dict):
            for name in found:
                columns.setdefault(name, len(columns))
            if len(columns) > COLUMNS_MAX:
                raise UnreadableFileError(f"the objects have more than {COLUMNS_MAX} different members")
    if not columns:
        raise UnreadableFileError("no line of the file is a JSON object with members")
    size = file.seek(0, 2)
    file.seek(start)
    return Table(tuple(columns), _read_rows(file, columns), "JSON Lines", size, file.tell)


def as_text(value: Any) -> str:
    """A value of JSON as a cell: text as it is, null as nothing, whole numbers without a point, the rest as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return msgspec.json.encode(value).decode()


def _read_rows(file: BinaryIO, columns: dict[str, int]) -> Iterator[Row]:
    for line, found in _read_objects(file):
        if isinstance(found, str):
            yield Row(line, (), found)
            continue
        cells = [""] * len(columns)
        for name, value in found.items():
            cells[columns[name]] = as_text(value)
        if any(cell.strip() for cell in cells):
            yield Row(line, tuple(cells))


def _read_objects(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each line that is not blank: an object, or what is wrong with it."""
    line = 0
    while text := file.readline(LINE_BYTES_MAX):
        line += 1
        if len(text) == LINE_BYTES_MAX and not text.endswith(b"\n"):
            while (rest := file.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                pass
            yield line, f"is longer than {LINE_BYTES_MAX} bytes"
            continue
        stripped = text.removeprefix(b"\xef\xbb\xbf").strip() if line == 1 else text.strip()
        if not stripped:
            continue
        try:
            yield line, _OBJECT.decode(stripped)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            yield line, f"is not a JSON object: {error}"
