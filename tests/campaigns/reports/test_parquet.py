import io
import tracemalloc

import msgspec
import pyarrow as pa
import pytest
from pyarrow import parquet

from campaigns.model import Cdr, Lead, Outcome
from campaigns.reports import parquet as module
from campaigns.reports.parquet import write_parquet


def lead(place: int) -> Lead:
    return Lead(lead_id=place, campaign_id=1, number=f"+1202555{place:04d}", name="=Ann", attributes={"city": "Łódź"})


def test_columns_have_their_types_and_values_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 3)
    file = io.BytesIO()
    assert write_parquet(file, Lead, (lead(place) for place in range(7))) == 7
    table = parquet.read_table(file)
    assert table.column_names == list(Lead.__struct_fields__)
    assert table.schema.field("lead_id").type == pa.int64()
    assert table.schema.field("not_before").type == pa.float64()
    rows = table.to_pylist()
    assert [row["lead_id"] for row in rows] == list(range(7))
    assert (rows[3]["number"], rows[3]["name"], rows[3]["status"]) == ("+12025550003", "=Ann", "open")
    assert msgspec.json.decode(rows[3]["attributes"]) == {"city": "Łódź"}


def test_what_is_not_known_is_null() -> None:
    cdr = Cdr(
        call_id="1-1", campaign_id=1, calling_number="", called_number="+1", trunk="", started_at=1.0, answered_at=None,
        ended_at=2.0, talk_s=0.0, outcome=Outcome.BUSY, sip_status=None, cause="", agent_id="",
    )  # fmt: skip
    file = io.BytesIO()
    write_parquet(file, Cdr, [cdr])
    (row,) = parquet.read_table(file).to_pylist()
    assert (row["answered_at"], row["sip_status"], row["outcome"]) == (None, None, "busy")
    empty = io.BytesIO()
    assert write_parquet(empty, Cdr, []) == 0
    assert parquet.read_table(empty).num_rows == 0


def test_memory_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 200)

    def peak(count: int) -> int:
        tracemalloc.start()
        write_parquet(io.BytesIO(), Lead, (lead(place) for place in range(count)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    # The file itself is in memory here, and is small.
    assert peak(8000) < peak(800) + 300_000
