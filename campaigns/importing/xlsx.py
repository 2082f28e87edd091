"""Excel workbooks (.xlsx, and what else opens as one): a sheet, its first row naming the columns."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from campaigns.importing.table import Row, Table
from campaigns.service.errors import UnreadableFileError


def read_xlsx(file: BinaryIO, sheet: str = "") -> Table:
    """Read the header of a sheet, and leave its rows to be iterated.

    The sheet is unpacked in memory: the format cannot be read from its beginning on.

    Raises:
        UnreadableFileError: it is no workbook, has no such sheet, or the sheet is empty.
    """
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    try:
        workbook = CalamineWorkbook.from_filelike(file)
        names = workbook.sheet_names
        if not names:
            raise UnreadableFileError("the workbook has no sheet")
        found = workbook.get_sheet_by_name(sheet or names[0])
    except WorksheetNotFound:
        choices = ", ".join(map(repr, names))
        raise UnreadableFileError(f"the workbook has no sheet {sheet!r}; it has {choices}") from None
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFileError(f"this is not an Excel workbook, or it is damaged: {error}") from None
    except BaseException as error:
        # The reader is written in Rust; what it did not expect of a damaged file arrives as its own kind of exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFileError("the workbook is damaged") from None
    progress = _Progress()
    rows = _read_rows(found.iter_rows(), int(found.start[0]) + 1 if found.start else 1, progress)
    header = next(rows, None)
    if header is None:
        raise UnreadableFileError(f"the sheet {found.name!r} is empty; its first row must name the columns")
    columns = list(header.cells)
    while columns and not columns[-1].strip():
        columns.pop()
    described = f"Excel workbook, sheet {found.name!r}"
    return Table(tuple(name.strip() for name in columns), rows, described, int(found.total_height), progress.done)


class _Progress:
    def __init__(self) -> None:
        self.rows = 0

    def done(self) -> int:
        return self.rows


def _read_rows(rows: Iterator[list[Any]], line: int, progress: _Progress) -> Iterator[Row]:
    for number, values in enumerate(rows, line):
        progress.rows += 1
        cells = tuple(map(_as_text, values))
        if any(cell.strip() for cell in cells):
            yield Row(number, cells)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # A workbook knows no whole numbers: a telephone number arrives as 12025550123.0.
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
