"""A table's rows checked, some thousand at a time: good ones as leads, the others with what is wrong."""

from collections.abc import Collection, Iterator
from itertools import islice

import msgspec

from campaigns.importing.checking import RejectedError, Rejection, RowCheck
from campaigns.importing.columns import Mapping, map_columns
from campaigns.importing.table import ReadingOptions, Row, Table
from campaigns.imports import DuplicateScope, OnDuplicate
from campaigns.model import NewLead

BATCH = 20_000
"""Rows of one transaction. Their numbers are spread over the whole index; each page of it is written once a commit."""


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a file is read and its leads are added."""

    default_region: str = ""
    """The region of numbers without a country code, "US"; empty means that they are rejected."""
    mapping: Mapping | None = None
    """None has every column guessed."""
    reading: ReadingOptions = ReadingOptions()
    list_name: str = ""
    """The list that the leads are put on; empty for none."""
    scope: DuplicateScope = DuplicateScope.CAMPAIGN
    duplicates: OnDuplicate = OnDuplicate.SKIP
    dry_run: bool = False
    """Check everything and store no lead."""


class Heading(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What is known of a file once it has been opened."""

    columns: tuple[str, ...]
    mapped: dict[str, str]
    """What each column is taken for."""
    described: str
    size: int


class Batch(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The next rows of a file; rows = leads + rejected."""

    leads: list[NewLead]
    origins: bytes
    """The line and the cells of each lead; see `origin`. They are seldom asked for, so they stay packed."""
    rejected: list[tuple[Rejection, tuple[str, ...]]]
    """What is wrong with each other row, and its cells."""
    done: int
    """How much of the file has been read, in the unit of the heading's size."""

    def origin(self, indexes: Collection[int]) -> dict[int, tuple[int, tuple[str, ...]]]:
        """The line and the cells of these leads."""
        if not indexes:
            return {}
        origins = msgspec.msgpack.decode(self.origins, type=list[tuple[int, tuple[str, ...]]])
        return {index: origins[index] for index in indexes}

    @property
    def rows(self) -> int:
        """How many rows these are."""
        return len(self.leads) + len(self.rejected)


def open_batches(table: Table, options: ImportOptions, skip: int = 0) -> tuple[Heading, Iterator[Batch]]:
    """Find the meaning of the columns, and leave the rows to be iterated.

    Args:
        table: the file.
        options: how it is read.
        skip: rows at the beginning that have been dealt with.

    Raises:
        UnreadableFileError: no column holds the phone number, or the mapping does not fit.
        CallerError: there is no such default region.
    """
    columns = map_columns(table.columns, options.mapping)
    check = RowCheck(columns, len(table.columns), options.default_region)
    heading = Heading(
        columns=table.columns,
        mapped=columns.described(table.columns),
        described=table.described,
        size=table.size,
    )
    return heading, _batches(table, islice(table.rows, skip, None), check)


def _batches(table: Table, rows: Iterator[Row], check: RowCheck) -> Iterator[Batch]:
    while some := list(islice(rows, BATCH)):
        leads: list[NewLead] = []
        origins: list[tuple[int, tuple[str, ...]]] = []
        rejected: list[tuple[Rejection, tuple[str, ...]]] = []
        for row in some:
            try:
                leads.append(check.lead_of(row))
                origins.append((row.line, row.cells))
            except RejectedError as error:
                rejected.append((error.of_line(row.line), row.cells))
        packed = msgspec.msgpack.encode(origins)
        yield Batch(leads=leads, origins=packed, rejected=rejected, done=table.done())
