import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from campaigns.importing.parquet import BATCH, read_parquet
from campaigns.service.errors import UnreadableFileError


def written(columns: dict[str, list[object]]) -> io.BytesIO:
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    file.seek(0)
    return file


def test_typed_columns_become_text() -> None:
    table = read_parquet(
        written(
            {
                "number": [12025550101],
                "day": [date(2026, 3, 2)],
                "at": [datetime(2026, 3, 2, 9, tzinfo=UTC)],
                "sum": [Decimal("12.50")],
                "nothing": [None],
                "raw": [b"abc"],
                "several": [[1, 2]],
                "yes": [True],
            }
        )
    )
    (row,) = table.rows
    assert row.cells[:2] == ("12025550101", "2026-03-02")
    assert row.cells[2].startswith("2026-03-02T09:00:00")
    assert row.cells[3:] == ("12.50", "", "abc", "[1,2]", "true")


def test_rows_are_counted_over_batches() -> None:
    table = read_parquet(written({"number": list(range(BATCH + 3))}))
    assert table.size == BATCH + 3
    rows = list(table.rows)
    assert (rows[0].line, rows[-1].line, table.done()) == (2, BATCH + 4, BATCH + 3)


def test_what_is_damaged_is_named() -> None:
    with pytest.raises(UnreadableFileError, match="not a Parquet file"):
        read_parquet(io.BytesIO(b"PAR1 and no more"))
