"""Any file to a table: the format is told by how the file begins, not by its name."""

import re
from typing import BinaryIO

from campaigns.importing.csv import read_csv
from campaigns.importing.json_lines import read_json_lines
from campaigns.importing.parquet import read_parquet
from campaigns.importing.table import ReadingOptions, Table
from campaigns.importing.xlsx import read_xlsx
from campaigns.service.errors import UnreadableFileError

_START_BYTES = 4096
_JSON_OBJECT = re.compile(rb'\s*\{\s*["}]')
_JSON_ARRAY = re.compile(rb"\s*\[\s*[\[{]")


def read_table(file: BinaryIO, options: ReadingOptions = ReadingOptions()) -> Table:  # noqa: B008 (immutable)
    """Read a file's header, and leave its rows to be iterated.

    Args:
        file: open for reading bytes, at its beginning, and seekable; it stays the caller's to close.
        options: what is known of the file.

    Raises:
        UnreadableFileError: no rows can be read from it; the message says what to do.
    """
    start = file.tell()
    head = file.read(_START_BYTES)
    file.seek(start)
    if head.startswith(b"PK\x03\x04"):
        return read_xlsx(file, options.sheet)
    if head.startswith(b"PAR1"):
        return read_parquet(file)
    if _JSON_OBJECT.match(head.removeprefix(b"\xef\xbb\xbf")):
        return read_json_lines(file)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError("this is a workbook of Excel 97 to 2003; save it as .xlsx or CSV")
    if _JSON_ARRAY.match(head):
        raise UnreadableFileError("this is one JSON array; write one object a line (JSON Lines)")
    return read_csv(file, options)
