import csv
from pathlib import Path

from campaigns.importing.checking import Rejection
from campaigns.importing.rejects import RejectsFile


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
