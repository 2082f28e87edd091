"""Listings a page at a time: one way to ask for the next page, and one form of answer, for all of them."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from campaigns.ports import Page
from campaigns.store.listing import PAGE_MAX, read_id_cursor
from dialer.rest.answers import answer

T = TypeVar("T")


class Paging(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")
    limit: int = Field(100, ge=1, le=PAGE_MAX, description="Rows a page.")
    cursor: str | None = Field(None, max_length=100, description="The `cursor` of the page before.")


def page_answer(request: Request, page: Page[Any]) -> Response:
    """A page as JSON, with the address of the next one in `Link` (RFC 8288)."""
    headers = {}
    if page.cursor is not None:
        query = {key: value for key, value in request.query_params.items() if key != "cursor"} | {"cursor": page.cursor}
        headers["Link"] = f'<{request.url.path}?{urlencode(query)}>; rel="next"'
    return answer(page, headers=headers)


def page_of(rows: Sequence[T], key: Callable[[T], int | str], wanted: Paging, *, newest_first: bool = False) -> Page[T]:
    """A page of a list that is at hand whole, because it is short.

    Args:
        rows: in the order of their keys.
        key: of a row; the last one's is the cursor.
        wanted: which page.
        newest_first: whether the keys fall from row to row.

    Raises:
        InvalidListingError: the cursor is none of this listing.
    """
    after = _after(wanted.cursor, is_number=bool(rows) and isinstance(key(rows[0]), int))
    passed = operator.lt if newest_first else operator.gt
    left = [row for row in rows if after is None or passed(key(row), after)]
    cursor = str(key(left[wanted.limit - 1])) if len(left) > wanted.limit else None
    return Page(tuple(left[: wanted.limit]), cursor)


def _after(cursor: str | None, *, is_number: bool) -> int | str | None:
    if cursor is None or not is_number:
        return cursor
    return read_id_cursor(cursor)
