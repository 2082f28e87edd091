"""One list in every format."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import xlsxwriter
from pyarrow import parquet

FORMATS = ("csv", "xlsx", "jsonl", "parquet")


def write_list(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """Write rows in the format of the path's suffix."""
    match path.suffix:
        case ".csv":
            text = io.StringIO(newline="")
            csv.writer(text).writerows([header, *rows])
            path.write_bytes(text.getvalue().encode())
        case ".xlsx":
            with xlsxwriter.Workbook(path) as workbook:
                sheet = workbook.add_worksheet("Leads")
                for line, row in enumerate([header, *rows]):
                    sheet.write_row(line, 0, row)
        case ".jsonl":
            path.write_bytes(b"".join(msgspec.json.encode(dict(zip(header, row, strict=True))) + b"\n" for row in rows))
        case ".parquet":
            columns = [list(column) for column in zip(*rows, strict=True)]
            parquet.write_table(pa.table(dict(zip(header, columns, strict=True))), path)
    return path
