import io

import pytest

from campaigns.importing import json_lines
from campaigns.importing.json_lines import as_text, read_json_lines
from campaigns.service.errors import UnreadableFileError


def test_members_are_columns_wherever_they_first_come() -> None:
    table = read_json_lines(io.BytesIO(b'\xef\xbb\xbf{"number": 12025550101}\n\n{"city": "Cork", "number": "x"}\n'))
    assert table.columns == ("number", "city")
    assert [(row.line, row.cells) for row in table.rows] == [(1, ("12025550101", "")), (3, ("x", "Cork"))]


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (None, ""), (12025550101.0, "12025550101"), (1.5, "1.5"), (True, "true"), (["a", 1], '["a",1]')],
)
def test_values_are_cells(value: object, text: str) -> None:
    assert as_text(value) == text


def test_a_broken_line_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LINE_BYTES_MAX", 60)
    content = b'{"number": "1"}\n{"number": \n[1]\n\xff\n{"number": "' + b"2" * 200 + b'"}\n{"number": "3"}'
    rows = list(read_json_lines(io.BytesIO(content)).rows)
    assert [row.line for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [bool(row.problem) for row in rows] == [False, True, True, True, True, False]
    assert rows[4].problem == "is longer than 60 bytes"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}\n[]\n", "no line of the file is a JSON object"),
        (b"{" + b",".join(b'"m%d": 1' % index for index in range(201)) + b"}", "more than 200 different members"),
    ],
)
def test_a_file_without_columns_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read_json_lines(io.BytesIO(content))
