import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from campaigns.reports import sheets
from campaigns.reports.sheets import report_csv, write_xlsx

UTC = ZoneInfo("UTC")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    number: str = "+12025550123"
    placed_at: float | None = None
    answer_rate: float | None = None
    talk_s: float = -1.5
    is_kept: bool = True


def read(file: Path | io.BytesIO, sheet: int = 0) -> list[list[object]]:
    book = CalamineWorkbook.from_object(file)
    return book.get_sheet_by_index(sheet).to_python()


def test_text_is_text_numbers_are_numbers_and_times_are_times(tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    row = Row(name="=HYPERLINK(1)", placed_at=86400.0, answer_rate=0.25)
    assert write_xlsx(file, "outcomes", Row, [row], ZoneInfo("Europe/Berlin")) == 1
    header, cells = read(file)
    assert header == ["name", "number", "placed_at", "answer_rate", "talk_s", "is_kept"]
    # A formula would be read as its result: empty.
    assert cells == [
        "=HYPERLINK(1)",
        "+12025550123",
        datetime(1970, 1, 2, 1, tzinfo=UTC).replace(tzinfo=None),
        0.25,
        -1.5,
        True,
    ]


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_any_text_gives_a_file_that_can_be_read(text: str) -> None:
    file = io.BytesIO()
    write_xlsx(file, "outcomes", Row, [Row(name="x" + text)], UTC)
    file.seek(0)
    assert str(read(file)[1][0])[:1] == "x"


def test_what_does_not_fit_goes_on_in_a_further_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_MAX", 3)
    file = tmp_path / "report.xlsx"
    assert write_xlsx(file, "attempts", Row, [Row(name=str(place)) for place in range(7)], UTC) == 7
    assert CalamineWorkbook.from_path(file).sheet_names == ["attempts", "attempts 2", "attempts 3"]
    assert [row[0] for row in read(file, 2)] == ["name", "6"]


def test_an_empty_report_has_its_header(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "report.xlsx", "lists", Row, [], UTC)
    assert len(read(tmp_path / "report.xlsx")) == 1
    assert "".join(report_csv(Row, [], UTC)).splitlines() == ["name,number,placed_at,answer_rate,talk_s,is_kept"]


def test_a_csv_report_is_made_in_pieces() -> None:
    pieces = list(report_csv(Row, [Row(name="+1") for _ in range(1200)], UTC))
    assert len(pieces) == 3
    rows = list(csv.reader(io.StringIO("".join(pieces))))
    assert len(rows) == 1201
    assert rows[1][:2] == ["'+1", "'+12025550123"]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        rows: Iterator[Row] = (Row(name=f"person {place}") for place in range(count))
        tracemalloc.start()
        write_xlsx(tmp_path / f"{count}.xlsx", "attempts", Row, rows, UTC)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(5000) < peak(500) + 200_000
