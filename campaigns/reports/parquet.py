"""Listings as Parquet files for programs: typed columns, written some rows at a time, so memory stays flat."""

from collections.abc import Iterable, Iterator
from itertools import islice
from types import UnionType
from typing import Any, BinaryIO, get_args, get_type_hints

import msgspec

ROWS_AT_ONCE = 10_000
"""Rows of one group of the file; so many are held in memory."""


def write_parquet(file: BinaryIO, kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct]) -> int:
    """Write rows as a Parquet file; returns how many there are.

    Times are Unix seconds and numbers are text, as in the API; what has parts of its own (attributes, a lead's numbers)
    is JSON.

    Args:
        file: written from its beginning.
        kind: of the rows; its fields are the columns.
        rows: read as the file is written.
    """
    # Imported where it is needed: it takes a third of a second.
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {float: pa.float64(), int: pa.int64(), bool: pa.bool_()}
    hints = get_type_hints(kind)
    names = kind.__struct_fields__
    schema = pa.schema([(name, kinds.get(_plain(hints[name]), pa.string())) for name in names])
    count = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            columns = {name: [_value(getattr(row, name)) for row in batch] for name in names}
            writer.write_table(pa.table(columns, schema=schema))
            count += len(batch)
    return count


def _batches(rows: Iterable[msgspec.Struct]) -> Iterator[list[msgspec.Struct]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_AT_ONCE)):
        yield batch


def _plain(hint: Any) -> Any:
    """The type of a column's values, None aside."""
    if isinstance(hint, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    return hint


def _value(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, str):
        # An enum's own text.
        return str(value)
    return msgspec.json.encode(value).decode()
