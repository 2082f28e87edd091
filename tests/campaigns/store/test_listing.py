import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ports import AttemptFilter
from campaigns.service.errors import AttemptNotFoundError, InvalidListingError
from campaigns.store import listing

times = st.floats(allow_nan=False)


@given(times, st.integers(1), st.integers(1))
def test_attempt_cursors_come_back_exactly(placed_at: float, lead_id: int, number: int) -> None:
    key = (placed_at, lead_id, number)
    assert listing.read_attempt_cursor(listing.attempt_cursor(key)) == key


@given(times, st.text())
def test_cdr_cursors_come_back_exactly(started_at: float, call_id: str) -> None:
    assert listing.read_cdr_cursor(listing.cdr_cursor((started_at, call_id))) == (started_at, call_id)


@given(st.text())
def test_any_other_text_is_a_cursor_or_a_named_error(text: str) -> None:
    for read in (listing.read_attempt_cursor, listing.read_cdr_cursor):
        try:
            read(text)
        except InvalidListingError:
            continue


def test_a_page_is_cut_where_another_follows() -> None:
    rows = [((float(-index), str(index)), index) for index in range(3)]
    assert listing.cut(rows, 2, listing.cdr_cursor).items == (0, 1)
    assert listing.cut(rows, 2, listing.cdr_cursor).cursor == "-1.0:1"
    assert listing.cut(rows, 3, listing.cdr_cursor).cursor is None
    assert listing.cut([], 3, listing.cdr_cursor).items == ()


def test_a_page_has_a_size() -> None:
    assert listing.check_limit(AttemptFilter(limit=1)) == 1
    assert listing.check_limit(AttemptFilter(limit=1000)) == 1000
    with pytest.raises(InvalidListingError):
        listing.check_limit(AttemptFilter(limit=1001))


@pytest.mark.parametrize("name", ["", "-", "1", "1-", "-1", "1-2-3", "a-b", "٣-1", "1" * 19 + "-1", "1-" + "1" * 10])
def test_only_attempts_names_are_split(name: str) -> None:
    assert listing.split_attempt_id("4711-2") == (4711, 2)
    with pytest.raises(AttemptNotFoundError):
        listing.split_attempt_id(name)
