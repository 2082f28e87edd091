"""Every format gives the same table; whatever the bytes are, there are rows or one named error."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.importing.batches import ImportOptions
from campaigns.importing.formats import read_table
from campaigns.importing.leads import import_file
from campaigns.model import Campaign
from campaigns.service.errors import UnreadableFileError
from campaigns.store.memory import MemoryStore
from tests.campaigns.importing.lists import FORMATS, write_list

HEADER = ("Phone", "Name", "City")
ROWS = [("+12025550101", "Zoë", "Köln"), ("+12025550102", "Łukasz", "東京"), ("", "", ""), ("+12025550103", "Ann", "")]


@pytest.mark.parametrize("suffix", FORMATS)
def test_one_list_in_four_formats(tmp_path: Path, suffix: str) -> None:
    with write_list(tmp_path / f"list.{suffix}", HEADER, ROWS).open("rb") as file:
        table = read_table(file)
        assert table.columns == HEADER
        cells = [row.cells for row in table.rows]
        assert [(*row, "", "")[:3] for row in cells] == [row for row in ROWS if any(row)]
        assert table.size > 0
        assert table.done() > 0


HEADS = (
    b"",
    b"PK\x03\x04",
    b"PAR1",
    b'{"number": 1}\n',
    b"number,name\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xd0\xcf\x11\xe0",
)


def outcome(content: bytes) -> str:
    return "error" if rows_of(content) is None else "rows"


def rows_of(content: bytes) -> int | None:
    """How many rows were found, each accounted for; None where one error says what is wrong with the file."""
    store = MemoryStore()
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    try:
        report = import_file(store, 1, io.BytesIO(content), ImportOptions(default_region="US"))
    except UnreadableFileError:
        return None
    assert report.rows == report.accepted + report.rejected + report.duplicates
    assert len(report.rejections) == min(report.rejected, 1000)
    return report.rows


@given(st.sampled_from(HEADS), st.binary(max_size=300) | st.text(max_size=150).map(str.encode))
def test_any_bytes_give_rows_or_a_named_error(head: bytes, content: bytes) -> None:
    outcome(head + content)


@pytest.mark.parametrize("suffix", FORMATS)
@given(st.data())
def test_a_damaged_file_gives_rows_or_a_named_error(suffix: str, data: st.DataObject) -> None:
    if suffix not in WHOLE:
        path = Path(write_once(suffix))
        WHOLE[suffix] = path.read_bytes()
        path.unlink()
    content = bytearray(WHOLE[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(content)))
    outcome(bytes(content[:cut]))


WHOLE: dict[str, bytes] = {}


def write_once(suffix: str) -> str:
    import tempfile

    path = Path(tempfile.mkdtemp()) / f"list.{suffix}"
    write_list(path, HEADER, ROWS * 5)
    return str(path)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
numbers = st.sampled_from(["+12025550101", "+12025550102", "(202) 555-0103", "020 7946 0018", "x", ""])


@pytest.mark.parametrize("suffix", FORMATS)
@given(rows=st.lists(st.tuples(numbers, texts, texts), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_every_row_written_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, rows: list[tuple[str, str, str]]
) -> None:
    path = write_list(tmp_path_factory.mktemp("lists") / f"list.{suffix}", ("number", "name", "note"), rows)
    # Rows in which nothing stands are no rows.
    assert rows_of(path.read_bytes()) == sum(any(cell.strip() for cell in row) for row in rows)
