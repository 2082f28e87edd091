import pytest

from campaigns.importing import batches
from campaigns.importing.batches import ImportOptions, open_batches
from campaigns.importing.columns import Mapping
from campaigns.importing.table import Row, Table


def table(count: int) -> Table:
    rows = (Row(line, (f"+1202555{line:04d}" if line % 3 else "x", "Cork")) for line in range(2, count + 2))
    return Table(("Tel", "Town"), rows, "by hand", count, lambda: 7)


def test_rows_come_in_batches_with_their_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 4)
    mapping = Mapping(columns={"Town": "attribute/city"})
    heading, found = open_batches(table(10), ImportOptions(mapping=mapping))
    assert heading.mapped == {"Tel": "number/unknown", "Town": "attribute/city"}
    assert (heading.columns, heading.described, heading.size) == (("Tel", "Town"), "by hand", 10)
    all_of = list(found)
    assert [(one.rows, len(one.leads), one.done) for one in all_of] == [(4, 3, 7), (4, 2, 7), (2, 2, 7)]
    assert all_of[0].origin([0, 2]) == {0: (2, ("+12025550002", "Cork")), 2: (5, ("+12025550005", "Cork"))}
    assert all_of[0].origin([]) == {}
    rejection, cells = all_of[0].rejected[0]
    assert (rejection.line, rejection.value, cells) == (3, "x", ("x", "Cork"))


def test_rows_that_were_dealt_with_are_passed_over() -> None:
    _, found = open_batches(table(10), ImportOptions(), skip=8)
    assert [one.rows for one in found] == [2]
