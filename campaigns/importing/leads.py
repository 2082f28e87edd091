"""Takes a table of text into a campaign: checks each row, adds the good ones in batches, reports on all of them."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from campaigns.importing.columns import ColumnMap, map_columns
from campaigns.importing.numbers import InvalidNumberError, check_region, to_e164
from campaigns.importing.table import Row, Table
from campaigns.model import NewLead
from campaigns.ports import CampaignStore
from campaigns.rules.window import find_zone

BATCH = 1000
REJECTIONS_MAX = 1000
"""Rejected rows named in a report; all of them are counted."""
TEXT_LENGTH_MAX = 1000
PRIORITY_MAX = 99
"""Either way; the store keeps one queue for each priority of a campaign."""


class Rejection(msgspec.Struct, frozen=True):
    """A row that was not taken, and why."""

    line: int
    field: str
    """The lead's field or the attribute; empty where the whole row is wrong."""
    value: str
    reason: str


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file; rows = accepted + rejected + duplicates + blocked."""

    rows: int
    accepted: int
    rejected: int
    duplicates: int
    """Rows whose number stands further up in the file or was in the campaign before."""
    blocked: int
    """Rows whose number is on the do-not-call list."""
    rejections: tuple[Rejection, ...]
    """The first `REJECTIONS_MAX` rejected rows."""
    columns: dict[str, str]
    """Which column was taken for which field of a lead."""
    file: str
    """How the file was read."""


class _RejectedError(Exception):
    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.value = value
        self.reason = reason


def import_leads(store: CampaignStore, campaign_id: int, table: Table, default_region: str = "") -> ImportReport:
    """Add a table's leads to a campaign, `BATCH` at a time.

    Each batch is a transaction of its own, so that dialing goes on during a long import. One that breaks off can be
    started again: what is in the campaign already counts as a duplicate.

    Raises:
        CampaignNotFoundError: no such campaign.
        UnreadableFileError: there is no column for the phone number.
        CallerError: there is no such default region.
        StoreUnavailableError: the database is gone; batches before were added.
    """
    store.campaign(campaign_id)
    check_region(default_region)
    columns = map_columns(table.columns)
    accepted = rejected = duplicates = blocked = 0
    rejections: list[Rejection] = []
    checked = _check_rows(table, columns, default_region)
    while batch := list(islice(checked, BATCH)):
        leads = [item for item in batch if isinstance(item, NewLead)]
        refused = [item for item in batch if isinstance(item, Rejection)]
        added = store.add_leads(campaign_id, leads)
        accepted += added.accepted
        duplicates += added.duplicates
        blocked += added.blocked
        rejected += len(refused)
        rejections += refused[: REJECTIONS_MAX - len(rejections)]
    return ImportReport(
        rows=accepted + rejected + duplicates + blocked,
        accepted=accepted,
        rejected=rejected,
        duplicates=duplicates,
        blocked=blocked,
        rejections=tuple(rejections),
        columns=_described(table, columns),
        file=table.described,
    )


def _check_rows(table: Table, columns: ColumnMap, default_region: str) -> Iterator[NewLead | Rejection]:
    for row in table.rows:
        try:
            yield _to_lead(row, len(table.columns), columns, default_region)
        except _RejectedError as error:
            yield Rejection(row.line, error.field, error.value[:100], error.reason)


def _to_lead(row: Row, columns_count: int, columns: ColumnMap, default_region: str) -> NewLead:
    if row.problem:
        raise _RejectedError("", "", row.problem)
    if any(row.cells[columns_count:]):
        # A separator inside an unquoted cell moves all that follow: the number may be another person's.
        reason = (
            f"has {len(row.cells)} cells, the header has {columns_count}; put cells that hold a separator in quotes"
        )
        raise _RejectedError("", "", reason)
    attributes = {name: _text(row, name, index) for index, name in columns.attributes.items()}
    return NewLead(
        number=_number(_text(row, "number", columns.number), default_region),
        name=_name(row, columns),
        time_zone=_time_zone(_text(row, "time_zone", columns.time_zone)),
        priority=_priority(_text(row, "priority", columns.priority)),
        attributes={name: text for name, text in attributes.items() if text},
        external_id=_text(row, "external_id", columns.external_id),
    )


def _text(row: Row, field: str, index: int | None) -> str:
    if index is None or index >= len(row.cells):
        return ""
    text = row.cells[index].strip()
    if len(text) > TEXT_LENGTH_MAX:
        raise _RejectedError(field, text, f"has {len(text)} characters, at most {TEXT_LENGTH_MAX} are taken")
    if any(ord(character) < 32 and character not in "\t\n\v\f\r" for character in text):
        raise _RejectedError(field, repr(text), "holds a control character")
    return text


def _number(text: str, default_region: str) -> str:
    if not text:
        raise _RejectedError("number", text, "is empty")
    try:
        return to_e164(text, default_region)
    except InvalidNumberError as error:
        raise _RejectedError("number", text, str(error)) from None


def _name(row: Row, columns: ColumnMap) -> str:
    parts = (columns.name, columns.first_name, columns.last_name)
    return " ".join(filter(None, (_text(row, "name", index) for index in parts)))


def _time_zone(text: str) -> str:
    if text and find_zone(text) is None:
        raise _RejectedError("time_zone", text, "is not an IANA time zone such as America/New_York")
    return text


def _priority(text: str) -> int:
    if not text:
        return 0
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        raise _RejectedError("priority", text, f"is not a whole number from -{PRIORITY_MAX} to {PRIORITY_MAX}")
    return int(text)


def _described(table: Table, columns: ColumnMap) -> dict[str, str]:
    found = {}
    for field in ("number", "name", "first_name", "last_name", "time_zone", "priority", "external_id"):
        index = getattr(columns, field)
        if index is not None:
            found[field] = table.columns[index]
    return found
