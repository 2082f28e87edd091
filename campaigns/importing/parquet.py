"""Parquet files, a few thousand rows at a time."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from campaigns.importing.json_lines import as_text
from campaigns.importing.table import Row, Table
from campaigns.service.errors import UnreadableFileError

BATCH = 5000


def read_parquet(file: BinaryIO) -> Table:
    """Read the columns' names, and leave the rows to be iterated. Row 1 is called line 2, as in a file with a header.

    Raises:
        UnreadableFileError: it is not a Parquet file, or is damaged.
    """
    # Takes a third of a second to load, which only those who have such a file should wait for.
    import pyarrow as pa
    from pyarrow import parquet

    try:
        opened = parquet.ParquetFile(file)
        columns = tuple(str(name) for name in opened.schema_arrow.names)
        rows_count = int(opened.metadata.num_rows)
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"this is not a Parquet file, or it is damaged: {error}") from None
    progress = _Progress()
    return Table(columns, _read_rows(opened, pa.ArrowException, progress), "Parquet", rows_count, progress.done)


class _Progress:
    def __init__(self) -> None:
        self.rows = 0

    def done(self) -> int:
        return self.rows


def _read_rows(opened: Any, damage: type[Exception], progress: _Progress) -> Iterator[Row]:
    batches = opened.iter_batches(batch_size=BATCH, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
            values = [] if batch is None else [column.to_pylist() for column in batch.columns]
        except (damage, OSError, ValueError, UnicodeDecodeError) as error:
            yield Row(progress.rows + 2, (), f"and all after it cannot be read, the file is damaged: {error}")
            return
        if batch is None:
            return
        for cells in zip(*values, strict=True):
            progress.rows += 1
            texts = tuple(map(_as_text, cells))
            if any(text.strip() for text in texts):
                yield Row(progress.rows + 1, texts)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    try:
        return as_text(value)
    except (TypeError, ValueError, OverflowError):
        return str(value)
