import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.importing.batches import ImportOptions
from campaigns.importing.csv import read_csv
from campaigns.importing.leads import ImportReport, import_file
from campaigns.importing.table import ReadingOptions
from campaigns.model import Campaign
from campaigns.service.errors import UnreadableFileError
from campaigns.store.memory import MemoryStore

LIST = "Phone;Name;City\n+12025550101;Zoë;Köln\n+12025550102;Ann;Cork\n"


def import_bytes(content: bytes, region: str = "") -> tuple[ImportReport, MemoryStore]:
    store = MemoryStore()
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    file = io.BytesIO(content)
    report = import_file(store, 1, file, ImportOptions(default_region=region))
    assert not file.closed, "the file is the caller's to close"
    return report, store


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("latin-1", "cp1252"),
    ],
)
def test_usual_encodings_are_found(encoding: str, found: str) -> None:
    report, store = import_bytes(LIST.encode(encoding))
    assert (report.rows, report.accepted) == (2, 2)
    assert (store.lead(1).name, store.lead(1).attributes) == ("Zoë", {"City": "Köln"})
    assert report.file == f"CSV, {found}, separated by ';'"


def test_bytes_that_no_other_encoding_has_are_latin_1() -> None:
    report, _ = import_bytes(LIST.encode("latin-1") + b"+12025550103;\x81;\n")
    assert (report.accepted, report.file) == (3, "CSV, latin-1, separated by ';'")


def test_an_odd_character_deep_in_the_file_decides_too() -> None:
    filler = "".join(f"+1202{index:07d};Ann;Cork\n" for index in range(5000))
    report, store = import_bytes(f"Phone;Name;City\n{filler}+12035550101;Zoë;Köln\n".encode("latin-1"))
    assert report.accepted == 5001
    assert store.lead(5001).name == "Zoë"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_usual_separators_are_found(delimiter: str) -> None:
    text = LIST.replace(";", delimiter).replace("Köln", '"Köln, Rhein; links | rechts"')
    _, store = import_bytes(text.encode())
    assert store.lead(1).attributes == {"City": "Köln, Rhein; links | rechts"}


def test_a_file_of_one_column_is_a_list_too() -> None:
    report, _ = import_bytes(b"number\r\n+12025550101\r\n\r\n+12025550102")
    assert (report.rows, report.accepted) == (2, 2)


def test_rows_are_named_by_the_line_they_begin_in() -> None:
    report, _ = import_bytes(b'number,note\n+12025550101,"two\nlines"\n\nnonsense,\n')
    assert [one.line for one in report.rejections] == [5]


def test_a_stray_control_character_costs_its_row_at_most() -> None:
    report, _ = import_bytes(b"number,note\n+12025550101,a\x0bb\n+12025550102,a\x1bb\n")
    assert (report.accepted, report.rejections[0].reason) == (1, "holds a control character")


def test_a_quotation_mark_that_is_never_closed_costs_what_it_swallows() -> None:
    text = 'number,note\n+12025550101,ok\n+12025550102,"open\n' + "+12025550103,x\n" * 20_000
    report, _ = import_bytes(text.encode())
    assert report.accepted == 2
    assert report.rejections[0].line == 3
    assert "quotation mark" in report.rejections[0].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n \n,,\n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "binary data"),
        (b"\xff\xfea", "begins as utf-16"),
        (b"PK\x03\x04rest", "not an Excel workbook, or it is damaged"),
        (b"PAR1rest", "not a Parquet file, or it is damaged"),
        (b"\xd0\xcf\x11\xe0rest", "Excel 97 to 2003"),
        (b'[{"number": 1}]', "one JSON array"),
        (b"city,age\nCork,33\n", "Columns seen: 'city', 'age'"),
        (b"+12025550101\n+12025550102\n", r"Columns seen: '\+12025550101'"),
        (b'"' + b"x" * 200_000, "the first line, .* quotation mark"),
    ],
)
def test_a_file_that_is_no_list_gets_one_clear_error(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        import_bytes(content)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_rows_or_a_named_error(content: bytes) -> None:
    for file in (content, b"number,name\n" + content):
        try:
            report, _ = import_bytes(file, "US")
        except UnreadableFileError:
            continue
        assert report.rows == report.accepted + report.rejected + report.duplicates


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(
    st.lists(st.tuples(st.sampled_from(["+12025550101", "+12025550102", "020 7946 0018", "x", ""]), cells, cells)),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_every_row_written_is_accounted_for(rows: list[tuple[str, str, str]], encoding: str, delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([("number", "name", "note"), *rows])
    report, _ = import_bytes(text.getvalue().encode(encoding), "GB")
    written = sum(any(cell.strip() for cell in row) for row in rows)
    assert report.rows == report.accepted + report.rejected + report.duplicates == written


def test_reading_holds_no_more_than_a_piece_of_the_file() -> None:
    file = io.BytesIO(b"number,name,note\n" + b"+12025550101,Ann,nothing in particular to say of her\n" * 40_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_csv(file).rows) == 40_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("encoding", "city"),
    [
        ("cp1251", "Санкт-Петербург, площадь Восстания и другие улицы города"),
        ("shift_jis", "東京都千代田区永田町一丁目、大阪市北区梅田三丁目です"),
        ("gb18030", "北京市东城区东长安街、上海市黄浦区人民大道的居民"),
    ],
)
def test_other_scripts_are_found_by_their_letters(encoding: str, city: str) -> None:
    _, store = import_bytes(f"number;city\n+12025550101;{city}\n".encode(encoding))
    assert store.lead(1).attributes == {"city": city}


def test_what_is_known_of_a_file_need_not_be_found_out() -> None:
    content = "number~city\n+12025550101~Łódź\n".encode("cp1250")
    table = read_csv(io.BytesIO(content), ReadingOptions(encoding="cp1250", delimiter="~"))
    assert [row.cells for row in table.rows] == [("+12025550101", "Łódź")]
    for options, message in (
        (ReadingOptions(encoding="utf-8"), "is not in the encoding 'utf-8'"),
        (ReadingOptions(encoding="utf-99"), "there is no encoding 'utf-99'"),
        (ReadingOptions(encoding="base64"), "there is no encoding 'base64'"),
        (ReadingOptions(delimiter="ab"), "'ab' cannot separate columns"),
        (ReadingOptions(delimiter="\n"), "cannot separate columns"),
    ):
        with pytest.raises(UnreadableFileError, match=message):
            read_csv(io.BytesIO(content), options)
