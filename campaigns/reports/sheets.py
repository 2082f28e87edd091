"""Reports as CSV, XLSX and JSON, row by row: a file of millions of rows needs no more memory than one of ten."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from campaigns.reports.cells import columns, csv_cell, is_rate, is_time

ROWS_MAX = 1_048_575
"""Rows of an Excel sheet without its header; what is more goes on in a further sheet."""
TEXT_MAX = 32_767
"""Characters of an Excel cell."""
_WIDTH = 18
_BATCH = 500


def csv_pieces(
    kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct], cell: Callable[[str, object], object]
) -> Iterator[str]:
    """A CSV file in pieces, its header first.

    Args:
        kind: of the rows; its fields are the columns.
        rows: read as the file is.
        cell: makes a cell of a column's name and a value, such as `csv_cell` with a zone.
    """
    names = columns(kind)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for count, row in enumerate(rows, 1):
        writer.writerow([cell(name, getattr(row, name)) for name in names])
        if count % _BATCH == 0:
            yield _taken(text)
    yield _taken(text)


def report_csv(kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct], zone: ZoneInfo) -> Iterator[str]:
    """A report as CSV for a spreadsheet: times in a zone, text that is no formula."""
    return csv_pieces(kind, rows, lambda name, value: csv_cell(name, value, zone))


def write_xlsx(
    file: BinaryIO | Path, title: str, kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct], zone: ZoneInfo
) -> int:
    """Write a report as an Excel file; returns how many rows it has.

    All text is written as text cells, which a spreadsheet never runs, so phone numbers keep their plus sign. Times are
    dates of the zone, rates are percentages.
    """
    # Imported where it is needed: most commands write no Excel file.
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    names = columns(kind)
    count = 0
    with xlsxwriter.Workbook(file, options) as book:
        formats = _Formats(book)
        sheet: Any = None
        for row in rows:
            if count % ROWS_MAX == 0:
                sheet = _new_sheet(book, title, count // ROWS_MAX, names, formats)
            for column, name in enumerate(names):
                _write(sheet, count % ROWS_MAX + 1, column, name, getattr(row, name), formats, zone)
            count += 1
        if sheet is None:
            _new_sheet(book, title, 0, names, formats)
    return count


class _Formats:
    def __init__(self, book: Any) -> None:
        self.header = book.add_format({"bold": True})
        self.rate = book.add_format({"num_format": "0.00%"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.seconds = book.add_format({"num_format": "0.0"})


def _new_sheet(book: Any, title: str, place: int, names: tuple[str, ...], formats: _Formats) -> Any:
    sheet = book.add_worksheet(title[:28] + (f" {place + 1}" if place else ""))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(names) - 1, _WIDTH)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, formats.header)
    return sheet


def _write(sheet: Any, row: int, column: int, name: str, value: object, formats: _Formats, zone: ZoneInfo) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        if is_time(name):
            sheet.write_datetime(row, column, datetime.fromtimestamp(value, zone).replace(tzinfo=None), formats.time)
        else:
            shown = formats.rate if is_rate(name) else formats.seconds if name.endswith("_s") else None
            sheet.write_number(row, column, value, shown)
    else:
        sheet.write_string(row, column, _text(value))


def _text(value: object) -> str:
    plain = value.value if isinstance(value, Enum) else value
    text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    # A half of a surrogate pair, which JSON may hold, cannot be written.
    return text.encode("utf-8", "replace").decode()[:TEXT_MAX]


def _taken(text: io.StringIO) -> str:
    piece = text.getvalue()
    text.seek(0)
    text.truncate()
    return piece
