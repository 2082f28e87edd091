"""Pages of attempts, CDRs and skips: newest first, by keyset, so that a page costs the same however far down it lies.

A cursor is the key of the last row of the page before: "time:lead:number" for attempts, "time:call" for CDRs,
"time:lead" for skips.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from campaigns.ports import AttemptFilter, ImportFilter, LeadFilter, Page
from campaigns.service.errors import AttemptNotFoundError, InvalidListingError
from campaigns.skips import SkipFilter

PAGE_MAX = 1000
ID_MAX = 2**63 - 1

AttemptKey = tuple[float, int, int]
CdrKey = tuple[float, str]
SkipKey = tuple[float, int]
K = TypeVar("K")
T = TypeVar("T")


def check_limit(wanted: AttemptFilter | LeadFilter | ImportFilter | SkipFilter) -> int:
    """The page's size.

    Raises:
        InvalidListingError: it is not 1 to `PAGE_MAX`.
    """
    if not 1 <= wanted.limit <= PAGE_MAX:
        raise InvalidListingError(f"a page has 1 to {PAGE_MAX} rows, not {wanted.limit}", "limit")
    return wanted.limit


def cut(rows: Sequence[tuple[K, T]], limit: int, write_cursor: Callable[[K], str]) -> Page[T]:
    """Make a page of rows with their keys, of which there is one more than the limit where another page follows."""
    cursor = write_cursor(rows[limit - 1][0]) if len(rows) > limit else None
    return Page(tuple(row for _, row in rows[:limit]), cursor)


def attempt_cursor(key: AttemptKey) -> str:
    """Write the key of an attempt as a cursor."""
    return f"{key[0]!r}:{key[1]}:{key[2]}"


def read_attempt_cursor(cursor: str) -> AttemptKey:
    """Read what `attempt_cursor` wrote.

    Raises:
        InvalidListingError: it is something else.
    """
    try:
        placed_at, lead_id, number = cursor.split(":")
        return float(placed_at), int(lead_id), int(number)
    except ValueError:
        raise InvalidListingError from None


def cdr_cursor(key: CdrKey) -> str:
    """Write the key of a CDR as a cursor."""
    return _timed(key)


def read_cdr_cursor(cursor: str) -> CdrKey:
    """Read what `cdr_cursor` wrote.

    Raises:
        InvalidListingError: it is something else.
    """
    return _read_timed(cursor)


def skip_cursor(key: SkipKey) -> str:
    """Write the key of a skip as a cursor."""
    return _timed(key)


def read_skip_cursor(cursor: str) -> SkipKey:
    """Read what `skip_cursor` wrote.

    Raises:
        InvalidListingError: it is something else.
    """
    skipped_at, lead_id = _read_timed(cursor)
    return skipped_at, read_id_cursor(lead_id)


def read_id_cursor(cursor: str | None, first: int = 0) -> int:
    """The id at which the page before ended, which is the cursor; `first` for the first page.

    Raises:
        InvalidListingError: it is something else.
    """
    if cursor is None:
        return first
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise InvalidListingError
    return int(cursor)


def split_attempt_id(attempt_id: str) -> tuple[int, int]:
    """The lead and the number of an attempt from its name.

    Raises:
        AttemptNotFoundError: it is no attempt's name.
    """
    lead_id, _, number = attempt_id.partition("-")
    if not (lead_id.isascii() and lead_id.isdigit() and number.isascii() and number.isdigit()):
        raise AttemptNotFoundError(attempt_id)
    if len(lead_id) > 18 or len(number) > 9:
        # Longer than any key a database can hold.
        raise AttemptNotFoundError(attempt_id)
    return int(lead_id), int(number)


def _timed(key: tuple[float, object]) -> str:
    return f"{key[0]!r}:{key[1]}"


def _read_timed(cursor: str) -> tuple[float, str]:
    at, _, name = cursor.partition(":")
    try:
        return float(at), name
    except ValueError:
        raise InvalidListingError from None
