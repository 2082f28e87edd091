import io
from datetime import date

import pytest
import xlsxwriter

from campaigns.importing.xlsx import read_xlsx
from campaigns.service.errors import UnreadableFileError


def workbook(sheets: dict[str, list[list[object]]]) -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as opened:
        for name, rows in sheets.items():
            sheet = opened.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, value in enumerate(row):
                    sheet.write(line, column, value)
    file.seek(0)
    return file


def test_numbers_keep_all_their_digits() -> None:
    rows = [["Phone", "at", "part", "yes"], [12025550101, date(2026, 3, 2), 0.5, True], [], ["+12025550102"]]
    table = read_xlsx(workbook({"Leads": rows}))
    assert table.columns == ("Phone", "at", "part", "yes")
    found = list(table.rows)
    assert found[0].cells[0] == "12025550101"
    assert found[0].cells[1].startswith("2026-03-02")
    assert found[0].cells[2:] == ("0.5", "true")
    assert (found[1].line, found[1].cells[0]) == (4, "+12025550102")


def test_a_sheet_is_chosen_by_its_name() -> None:
    file = workbook({"Notes": [["nothing"]], "Leads": [["phone"], ["+12025550101"]]})
    assert read_xlsx(file, "Leads").columns == ("phone",)
    file.seek(0)
    assert read_xlsx(file).columns == ("nothing",)
    file.seek(0)
    with pytest.raises(UnreadableFileError, match="no sheet 'Leeds'; it has 'Notes', 'Leads'"):
        read_xlsx(file, "Leeds")


def test_empty_and_damaged_workbooks_are_named() -> None:
    with pytest.raises(UnreadableFileError, match="'Leads' is empty"):
        read_xlsx(workbook({"Leads": []}))
    with pytest.raises(UnreadableFileError, match="not an Excel workbook, or it is damaged"):
        read_xlsx(io.BytesIO(b"PK\x03\x04 and no more"))
