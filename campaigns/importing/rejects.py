"""The rejects file: every row that was not taken, why, and the row itself, so that it can be mended and read again."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from campaigns.importing.checking import Rejection
from campaigns.importing.columns import REJECT_COLUMNS
from campaigns.service.spelling import Spellings

ERASED = "erased on request"
QUOTE = b'"'


class RejectsFile:
    """A CSV file in UTF-8, made when the first row comes.

    Before the list's own columns stand four that say what is wrong; a reader of leads leaves those out.
    """

    def __init__(self, path: Path, columns: Sequence[str], bytes_kept: int = 0) -> None:
        """Go on after the first `bytes_kept` bytes; what stands behind them is thrown away."""
        self.path = path
        self._columns = columns
        self.bytes = bytes_kept
        if path.exists():
            os.truncate(path, bytes_kept)

    def write(self, rejected: Iterable[tuple[Rejection, Sequence[str]]]) -> int:
        """Append rows, in the order of their lines; returns how long the file is then."""
        rows = sorted(rejected, key=lambda one: one[0].line)
        if not rows:
            return self.bytes
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if self.bytes == 0:
            # With a mark at its beginning, spreadsheets take it for what it is.
            text.write("\ufeff")
            writer.writerow([*REJECT_COLUMNS, *self._columns])
        for rejection, cells in rows:
            writer.writerow([rejection.line, rejection.field, rejection.value, rejection.reason, *cells])
        content = text.getvalue().encode("utf-8", errors="replace")
        with self.path.open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.bytes += len(content)
        return self.bytes


def erase_rows(path: Path, spellings: Spellings) -> int:
    """Blank the rows that name a number; returns how many.

    Each row keeps its place and length in bytes: an import that is under way knows the file by how long it is.

    Raises:
        OSError: the file cannot be written; rows before are blanked.
    """
    erased = 0
    with path.open("r+b") as file:
        for start, record in list(_records_naming(path, spellings)):
            os.pwrite(file.fileno(), _blanked(record), start)
            erased += 1
        if erased:
            os.fsync(file.fileno())
    return erased


def _records_naming(path: Path, spellings: Spellings) -> Iterator[tuple[int, bytes]]:
    """Rows by where they begin; one whose cells have line breaks is several lines.

    Read by its quotation marks alone: cells may be longer than `csv` reads.
    """
    start, record = 0, b""
    with path.open("rb") as file:
        for line in file:
            record += line
            if record.count(QUOTE) % 2:
                continue
            if start and spellings.are_in(record.decode("utf-8", errors="replace")):
                yield start, record
            start += len(record)
            record = b""


def _blanked(record: bytes) -> bytes:
    """A row as long as this one, with its line, as many cells, and nothing in them but why."""
    ending = record[len(record.rstrip(b"\r\n")) :]
    line = record.partition(b",")[0]
    separators = sum(outside.count(b",") for outside in record.split(QUOTE)[::2])
    before = line + b"," * (len(REJECT_COLUMNS) - 1)
    after = b"," * (separators - len(REJECT_COLUMNS) + 1) + ending
    room = len(record) - len(before) - len(after)
    return before + ERASED.encode()[:room].ljust(room) + after
