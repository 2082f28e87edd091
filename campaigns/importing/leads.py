"""Takes a table into a campaign at one go, for files small enough that nobody waits long; `job` takes any file."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from campaigns.importing.batches import Batch, ImportOptions, open_batches
from campaigns.importing.checking import Rejection
from campaigns.importing.formats import read_table
from campaigns.importing.table import Table
from campaigns.imports import AddRules, OnDuplicate
from campaigns.ports import CampaignStore, LeadsAdded

REJECTIONS_MAX = 1000
"""Rejected rows named in a report; all of them are counted."""
BLOCKED = "is on the do-not-call list"
DUPLICATE = "is the number of a lead that is there already"


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file; rows = accepted + rejected + duplicates."""

    rows: int
    accepted: int
    rejected: int
    duplicates: int
    """Rows whose number stands further up in the file or was there before."""
    updated: int
    """Those of the duplicates that changed the lead that is there."""
    blocked: int
    """Those of the rejected whose numbers are all on the do-not-call list."""
    rejections: tuple[Rejection, ...]
    """The first `REJECTIONS_MAX` rejected rows."""
    columns: dict[str, str]
    """What each column was taken for."""
    file: str
    """How the file was read."""


def import_file(
    store: CampaignStore,
    campaign_id: int,
    file: BinaryIO,
    options: ImportOptions = ImportOptions(),  # noqa: B008 (immutable)
) -> ImportReport:
    """Add the leads of a file to a campaign.

    Args:
        store: where the campaign is.
        campaign_id: which campaign.
        file: CSV, Excel, JSON Lines or Parquet; open for reading bytes, at its beginning, and seekable. It is read
            twice, and, but for Excel, never held in memory.
        options: how it is read and added.

    Raises:
        UnreadableFileError: it holds no list with a column for the phone number; the message says what is wrong.
        CampaignNotFoundError, CallerError, StoreUnavailableError: as `import_leads`.
    """
    return import_leads(store, campaign_id, read_table(file, options.reading), options)


def import_leads(
    store: CampaignStore,
    campaign_id: int,
    table: Table,
    options: ImportOptions = ImportOptions(),  # noqa: B008 (immutable)
) -> ImportReport:
    """Add a table's leads to a campaign, a batch at a time.

    Each batch is a transaction of its own, so that dialing goes on during a long import. One that breaks off can be
    started again: what is in the campaign already counts as a duplicate.

    Raises:
        CampaignNotFoundError: no such campaign.
        UnreadableFileError: there is no column for the phone number.
        CallerError: there is no such default region.
        StoreUnavailableError: the database is gone; batches before were added.
    """
    store.campaign(campaign_id)
    heading, batches = open_batches(table, options)
    rules = rules_of(options, store.open_list(campaign_id, options.list_name) if options.list_name else 0)
    accepted = rejected = duplicates = updated = blocked = 0
    rejections: list[Rejection] = []
    for batch in batches:
        added = store.add_leads(campaign_id, batch.leads, rules)
        refused = refused_by_store(batch, added, rules)
        accepted += added.accepted
        updated += added.updated
        blocked += added.blocked
        rejected += len(batch.rejected) + len(refused)
        duplicates += added.duplicates if rules.duplicates is not OnDuplicate.REJECT else 0
        found = sorted((one for one, _ in [*batch.rejected, *refused]), key=lambda one: one.line)
        rejections += found[: REJECTIONS_MAX - len(rejections)]
    return ImportReport(
        rows=accepted + rejected + duplicates,
        accepted=accepted,
        rejected=rejected,
        duplicates=duplicates,
        updated=updated,
        blocked=blocked,
        rejections=tuple(rejections),
        columns=heading.mapped,
        file=heading.described,
    )


def rules_of(options: ImportOptions, list_id: int, import_id: int = 0) -> AddRules:
    """The rules by which the store adds the leads of an import."""
    return AddRules(list_id=list_id, scope=options.scope, duplicates=options.duplicates, import_id=import_id)


def refused_by_store(batch: Batch, added: LeadsAdded, rules: AddRules) -> list[tuple[Rejection, tuple[str, ...]]]:
    """The sound rows of a batch that are still rejected: blocked ones, and duplicates where the rule says so."""
    return list(_refused(batch, added, rules))


def _refused(batch: Batch, added: LeadsAdded, rules: AddRules) -> Iterator[tuple[Rejection, tuple[str, ...]]]:
    reasons = dict.fromkeys(added.blocked_at, BLOCKED)
    if rules.duplicates is OnDuplicate.REJECT:
        reasons |= dict.fromkeys(added.duplicates_at, DUPLICATE)
    for index, (line, cells) in sorted(batch.origin(reasons).items()):
        reason = reasons[index]
        yield Rejection(line, "number", batch.leads[index].number, reason), cells
