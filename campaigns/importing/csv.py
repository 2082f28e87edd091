"""CSV files as people have them: any usual encoding and separator, read line by line however large they are."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from charset_normalizer import from_bytes

from campaigns.importing.columns import NUMBER_NAMES
from campaigns.importing.table import ReadingOptions, Row, Table
from campaigns.service.errors import UnreadableFileError

SAMPLE_BYTES = 64 * 1024
SAMPLE_ROWS = 20
DELIMITERS = (",", ";", "\t", "|")

OTHER_SCRIPT_SHARE = 0.1
"""Bytes over 127 in a text from which it is taken to be in another script than the Latin one."""
OTHER_SCRIPTS = (
    "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp874",
)  # fmt: skip

_NO_DELIMITERS = ("\r", "\n", '"', "\0")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\r\n\f\x1a")
_NOT_CSV = "is not a CSV file: it holds binary data; save the list as CSV with the phone numbers in a column 'number'"


def read_csv(file: BinaryIO, options: ReadingOptions = ReadingOptions()) -> Table:  # noqa: B008 (immutable)
    """Find out encoding and separator, read the header, and leave the rows to be iterated.

    Raises:
        UnreadableFileError: the file is empty or not text.
    """
    start = file.tell()
    sample = file.read(SAMPLE_BYTES)
    encoding = options.encoding or _find_encoding(file, start, sample)
    check_encoding(file, start, options.encoding)
    if len(options.delimiter) > 1 or options.delimiter in _NO_DELIMITERS:
        raise UnreadableFileError(f"{options.delimiter!r} cannot separate columns; name one character, such as ;")
    delimiter = options.delimiter or _find_delimiter(sample.decode(encoding, errors="ignore"))
    size = file.seek(0, 2)
    file.seek(start)
    rows = _read_file(file, encoding, delimiter)
    header = next(rows, None)
    if header is None:
        raise UnreadableFileError("the file is empty; its first line must name the columns, one of them 'number'")
    if header.problem:
        raise UnreadableFileError(f"the first line, which must name the columns, {header.problem}")
    columns = tuple(cell.strip() for cell in header.cells)
    return Table(columns, rows, f"CSV, {encoding}, separated by {delimiter!r}", size, file.tell)


def check_encoding(file: BinaryIO, start: int, encoding: str) -> None:
    """See that a file is in the encoding that it is said to be in, where one is.

    Raises:
        UnreadableFileError: it is not, or there is no such encoding.
    """
    if not encoding:
        return
    try:
        is_text = bool(codecs.lookup(encoding)._is_text_encoding)
    except LookupError:
        is_text = False
    if not is_text:
        raise UnreadableFileError(f"there is no encoding {encoding!r}; write for example utf-8, cp1252 or shift_jis")
    if not _decodes(file, start, encoding):
        raise UnreadableFileError(f"the file is not in the encoding {encoding!r}; leave it out to have it found")


def _find_encoding(file: BinaryIO, start: int, sample: bytes) -> str:
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
    guessed = _guess_encoding(sample)
    if guessed is not None and _decodes(file, start, guessed):
        return guessed
    # Every byte is a character of latin-1.
    return "cp1252" if _decodes(file, start, "cp1252") else "latin-1"


def _guess_encoding(sample: bytes) -> str | None:
    """The encoding of text in another script than the Latin one, by its letters' frequency; None for Latin text."""
    odd = sum(byte > 127 for byte in sample)
    if odd < OTHER_SCRIPT_SHARE * len(sample):
        # A few accents among plain letters: a Latin script, whose old encodings a statistic confuses.
        return None
    best = from_bytes(sample, cp_isolation=list(OTHER_SCRIPTS)).best()
    return None if best is None else best.encoding


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
    except (UnicodeError, ValueError):
        return False
    return True


def _find_delimiter(sample: str) -> str:
    """The separator under which a column for the number appears, the rows agree best, and there are most columns."""
    return max(DELIMITERS, key=lambda delimiter: _delimiter_score(sample, delimiter))


def _delimiter_score(sample: str, delimiter: str) -> tuple[bool, float, int]:
    rows = [row.cells for row in islice(_read_rows(io.StringIO(sample, newline=""), delimiter), SAMPLE_ROWS)]
    if not rows or len(rows[0]) < 2:
        return False, 0.0, 0
    has_number = any(cell.strip().casefold() in NUMBER_NAMES for cell in rows[0])
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
        if any(map(str.strip, cells)):
            yield Row(line, tuple(cells))
