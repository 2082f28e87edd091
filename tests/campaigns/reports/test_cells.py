import csv
import io
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.model import Outcome
from campaigns.reports.cells import LEAD_INS, columns, csv_cell, raw_cell, safe_text
from campaigns.reports.model import CampaignRow, Counts

UTC = ZoneInfo("UTC")
blanks = st.text(" \u00a0\ufeff", max_size=3)
hostile = st.one_of(st.text(), st.builds(str.__add__, st.sampled_from(LEAD_INS), st.text()))
hostile = st.builds(str.__add__, blanks, hostile)


@given(hostile)
def test_no_text_begins_as_a_formula_does_and_none_is_lost(text: str) -> None:
    cell = safe_text(text)
    assert not cell.lstrip(" \u00a0\ufeff").startswith(LEAD_INS)
    assert cell.removeprefix("'") == text or cell == text


@given(hostile)
def test_what_a_spreadsheet_reads_back_from_a_line_is_safe(text: str) -> None:
    line = io.StringIO()
    csv.writer(line).writerow([csv_cell("name", text, UTC), csv_cell("number", 3, UTC)])
    (cells,) = csv.reader(io.StringIO(line.getvalue(), newline=""))
    assert not cells[0].startswith(LEAD_INS)
    assert len(cells) == 2


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_a_phone_number_stays_readable(number: str) -> None:
    assert csv_cell("number", number, UTC) == f"'{number}"
    assert raw_cell(number) == number


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9))
def test_figures_that_we_computed_stay_numbers(value: float) -> None:
    assert isinstance(csv_cell("talk_s", value, UTC), int | float)


@pytest.mark.parametrize("text", ["+1202=1", "+", "+1 202", "=1+1", "@a", "-1", "+\u0661\u0662"])
def test_what_is_no_phone_number_is_marked_for_programs_too(text: str) -> None:
    assert raw_cell(text) == f"'{text}"


def test_each_kind_of_value_has_its_form() -> None:
    assert csv_cell("placed_at", 0.0, ZoneInfo("Europe/Berlin")) == "1970-01-01T01:00:00+01:00"
    assert csv_cell("outcome", Outcome.BUSY, UTC) == "busy"
    assert csv_cell("answer_rate", None, UTC) == ""
    assert csv_cell("is_kept", True, UTC) == "yes"
    assert csv_cell("attributes", {"a": "=1"}, UTC) == '{"a":"=1"}'
    assert raw_cell(1.5) == 1.5
    assert raw_cell(None) == ""


def test_columns_begin_with_what_the_row_is_about() -> None:
    assert columns(CampaignRow)[:3] == ("campaign_id", "name", "status")
    assert set(columns(CampaignRow)) == set(CampaignRow.__struct_fields__)
    assert columns(Counts) == Counts.__struct_fields__
