import pytest

from campaigns.service.errors import InvalidListingError
from dialer.rest.pages import Paging, page_of


@pytest.mark.parametrize("rows", [list(range(1, 8)), list("abcdefg"), []])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_follow_one_another_and_leave_nothing_out(rows: list[int | str], limit: int) -> None:
    found, cursor = [], None
    while True:
        page = page_of(rows, lambda one: one, Paging(limit=limit, cursor=cursor))
        assert len(page.items) <= limit
        found += page.items
        if page.cursor is None:
            break
        cursor = page.cursor
    assert found == rows


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣", "9" * 40])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidListingError):
        page_of([1, 2], lambda one: one, Paging(cursor=cursor))


def test_a_row_that_has_gone_leaves_its_place() -> None:
    assert page_of([1, 3], lambda one: one, Paging(cursor="2")).items == (3,)
