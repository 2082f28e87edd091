"""What every file format is turned into: columns, and rows of text with the line they stand in."""

from collections.abc import Iterator

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
