"""What every file format is turned into: columns, and rows of text with the line they stand in."""

from collections.abc import Callable, Iterator

import msgspec


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row that is not blank."""

    line: int
    """The line of the file where it begins, the header being line 1; what a person looks for in an editor."""
    cells: tuple[str, ...]
    problem: str = ""
    """Why the row could not be read; empty when it could."""


class Table(msgspec.Struct, frozen=True):
    """A file that is read as it is iterated, once."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    described: str
    """How the file was read, "CSV, utf-8, separated by ','"; for the report."""
    size: int = 0
    """The whole, in the unit of `done`; 0 where it is not known."""
    done: Callable[[], int] = lambda: 0
    """How much has been read."""


class ReadingOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to take for granted about a file instead of finding it out."""

    encoding: str = ""
    """A Python codec; for CSV and JSON Lines."""
    delimiter: str = ""
    """One character; for CSV."""
    sheet: str = ""
    """The sheet of a workbook; its first where none is named."""
