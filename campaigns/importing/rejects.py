"""The rejects file: every row that was not taken, why, and the row itself, so that it can be mended and read again."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from campaigns.importing.checking import Rejection
from campaigns.importing.columns import REJECT_COLUMNS


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
