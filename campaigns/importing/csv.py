"""CSV files as people have them: any usual encoding and separator, read line by line however large they are."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from campaigns.importing.columns import FIELD_NAMES
from campaigns.importing.leads import ImportReport, import_leads
from campaigns.importing.table import Row, Table
from campaigns.ports import CampaignStore
from campaigns.service.errors import UnreadableFileError

SAMPLE_BYTES = 64 * 1024
SAMPLE_ROWS = 20
DELIMITERS = (",", ";", "\t", "|")

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\r\n\f\x1a")
_NOT_CSV = "is not a CSV file: it holds binary data; save the list as CSV with the phone numbers in a column 'number'"


def import_csv(store: CampaignStore, campaign_id: int, file: BinaryIO, default_region: str = "") -> ImportReport:
    """Add the leads of a CSV file to a campaign.

    Args:
        store: where the campaign is.
        campaign_id: which campaign.
        file: open for reading bytes, at its beginning, and seekable: it is read twice, never held in memory.
        default_region: the region of numbers without a country code, "US"; empty means that they are rejected.

    Raises:
        UnreadableFileError: it is not a CSV file with a column for the phone number; the message says what is wrong.
        CampaignNotFoundError, CallerError, StoreUnavailableError: as `import_leads`.
    """
    return import_leads(store, campaign_id, read_csv(file), default_region)


def read_csv(file: BinaryIO) -> Table:
    """Find out encoding and separator, read the header, and leave the rows to be iterated.

    Raises:
        UnreadableFileError: the file is empty or not text.
    """
    start = file.tell()
    sample = file.read(SAMPLE_BYTES)
    encoding = _find_encoding(file, start, sample)
    delimiter = _find_delimiter(sample.decode(encoding, errors="ignore"))
    file.seek(start)
    rows = _read_file(file, encoding, delimiter)
    header = next(rows, None)
    if header is None:
        raise UnreadableFileError("the file is empty; its first line must name the columns, one of them 'number'")
    if header.problem:
        raise UnreadableFileError(f"the first line, which must name the columns, {header.problem}")
    columns = tuple(cell.strip() for cell in header.cells)
    return Table(columns, rows, f"CSV, {encoding}, separated by {delimiter!r}")


def _find_encoding(file: BinaryIO, start: int, sample: bytes) -> str:
    if sample.startswith(b"PK\x03\x04"):
        raise UnreadableFileError("this is an Excel workbook or another archive; save the sheet as CSV first")
    marked = next((name for mark, name in _MARKS.items() if sample.startswith(mark)), None)
    named = marked or _unmarked_utf16(sample)
    if named is not None:
        if _decodes(file, start, named):
            return named
        raise UnreadableFileError(f"the file begins as {named} and {_NOT_CSV}")
    if b"\0" not in sample and _decodes(file, start, "utf-8"):
        return "utf-8"
    # What is not UTF-8 is either old text or no text; old text has no control characters.
    if not _CONTROL_BYTES.isdisjoint(sample):
        raise UnreadableFileError(f"the file {_NOT_CSV}")
    # Every byte is a character of latin-1.
    return "cp1252" if _decodes(file, start, "cp1252") else "latin-1"


def _unmarked_utf16(sample: bytes) -> str | None:
    """Text in a Latin script has a zero in every other byte of UTF-16."""
    pairs = len(sample) // 2
    if pairs == 0:
        return None
    if sample[1::2].count(0) > 0.7 * pairs and sample[::2].count(0) == 0:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * pairs and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _decodes(file: BinaryIO, start: int, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(start)
    try:
        while chunk := file.read(SAMPLE_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _find_delimiter(sample: str) -> str:
    """The separator under which a column for the number appears, the rows agree best, and there are most columns."""
    return max(DELIMITERS, key=lambda delimiter: _delimiter_score(sample, delimiter))


def _delimiter_score(sample: str, delimiter: str) -> tuple[bool, float, int]:
    rows = [row.cells for row in islice(_read_rows(io.StringIO(sample, newline=""), delimiter), SAMPLE_ROWS)]
    if not rows or len(rows[0]) < 2:
        return False, 0.0, 0
    has_number = any(cell.strip().casefold() in FIELD_NAMES["number"] for cell in rows[0])
    agreeing = sum(len(row) == len(rows[0]) for row in rows)
    return has_number, agreeing / len(rows), len(rows[0])


def _read_file(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Row]:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _read_rows(text, delimiter)
    finally:
        # The file is the caller's; without this the wrapper would close it. After an error the caller may be quicker.
        if not file.closed:
            text.detach()


def _read_rows(text: io.TextIOBase, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, (), "has a cell that does not end; look for a quotation mark that is not closed")
            continue
        if any(cell.strip() for cell in cells):
            yield Row(line, tuple(cells))
