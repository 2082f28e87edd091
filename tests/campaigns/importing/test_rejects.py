import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.importing.checking import Rejection
from campaigns.importing.rejects import RejectsFile, erase_rows
from campaigns.service.spelling import Spellings


def test_what_is_not_counted_is_thrown_away_by_whoever_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    file = RejectsFile(path, ["phone", "name"])
    assert file.write([]) == 0
    assert not path.exists()
    kept = file.write([(Rejection(5, "number", "x", "is odd"), ("x", "Ann")), (Rejection(3, "", "", "torn"), ())])
    file.write([(Rejection(9, "number", "y", "is odd"), ("y", "Zoë, Köln"))])
    again = RejectsFile(path, ["phone", "name"], kept)
    again.write([(Rejection(7, "number", "z", "is odd"), ("z", "Łódź"))])
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    assert rows == [
        ["rejected line", "rejected field", "rejected value", "rejected reason", "phone", "name"],
        ["3", "", "", "torn"],
        ["5", "number", "x", "is odd", "x", "Ann"],
        ["7", "number", "z", "is odd", "z", "Łódź"],
    ]


def test_an_import_that_begins_anew_leaves_nothing_of_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("older")
    RejectsFile(path, ["phone"])
    assert path.read_text() == ""


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def test_a_person_is_blanked_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    file = RejectsFile(path, ["phone", "name", "note"])
    blocked = Rejection(2, "number", "(202) 555-0101", "is on the do-not-call list")
    file.write([(blocked, ("(202) 555-0101", 'Jane "Jo" Doe', "first, second\r\nthird"))])
    file.write([(Rejection(3, "number", "x", "is odd"), ("x", "Joe", "+12025550102"))])
    before = file.write([(Rejection(4, "", "", "torn"), ("x", "Joe"))])
    assert erase_rows(path, Spellings(["+12025550101"])) == 1
    rows = rows_of(path)
    assert [cell.strip() for cell in rows[1]] == ["2", "", "", "erased on request", "", "", ""]
    assert rows[2] == ["3", "number", "x", "is odd", "x", "Joe", "+12025550102"]
    assert path.stat().st_size == before
    assert b"Jane" not in path.read_bytes()
    assert b"third" not in path.read_bytes()
    # Done again after a crash, it finds nothing; the import goes on where it was.
    assert erase_rows(path, Spellings(["+12025550101"])) == 0
    RejectsFile(path, ["phone", "name", "note"], before).write([(Rejection(9, "", "", "torn"), ())])
    assert [row[0] for row in rows_of(path)[1:]] == ["2", "3", "4", "9"]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
rows = st.lists(st.tuples(cells, st.lists(cells, max_size=3)), min_size=1, max_size=8)


@given(rows=rows, place=st.integers(0, 7), cell=st.integers(0, 2))
def test_whatever_stands_around_it_only_the_person_goes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, list[str]]], place: int, cell: int
) -> None:
    path = tmp_path_factory.mktemp("rejects") / "rejects.csv"
    place %= len(rows)
    rows[place] = (rows[place][0], ["x"] * cell + ["+1 202-555-0101", "Jane"])
    wanted = Spellings(["+12025550101"])
    named = [index for index, (value, kept) in enumerate(rows) if any(map(wanted.are_in, (value, *kept)))]
    file = RejectsFile(path, ["a", "b", "c"])
    for index, (value, kept) in enumerate(rows):
        size = file.write([(Rejection(index + 2, "number", value, "is odd"), kept)])
    before = rows_of(path)
    assert erase_rows(path, wanted) == len(named)
    after = rows_of(path)
    assert path.stat().st_size == size
    assert [len(row) for row in after] == [len(row) for row in before]
    for index, (old, new) in enumerate(zip(before[1:], after[1:], strict=True)):
        if index in named:
            assert [one.strip() for one in new] == [old[0], "", "", "erased on request", *[""] * (len(old) - 4)]
        else:
            assert new == old
