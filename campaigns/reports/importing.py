"""What imports brought, by list."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from campaigns.imports import ImportStatus, LeadImport
from campaigns.reports.model import QUARTER_S, ImportTally, ReportFilter, UsageTally

_FIELDS = ("rows", "accepted", "rejected", "duplicates", "blocked")


def tally_imports(imports: Iterable[LeadImport]) -> tuple[ImportTally, ...]:
    """Rows by campaign and list; imports that were rolled back, and dry runs, brought nothing."""
    found: defaultdict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_FIELDS, 0))
    for one in imports:
        if one.status is not ImportStatus.ROLLED_BACK and not msgspec.json.decode(one.options).get("dry_run"):
            for field in _FIELDS:
                found[one.campaign_id, one.list_id][field] += getattr(one, field)
    return tuple(
        ImportTally(campaign_id=campaign_id, list_id=list_id, **counted)
        for (campaign_id, list_id), counted in sorted(found.items())
    )


def used_by_imports(found: Iterable[LeadImport], wanted: ReportFilter) -> Iterator[UsageTally]:
    """Imports that were begun in the period."""
    for one in found:
        is_after = wanted.since is None or one.created_at >= wanted.since
        if is_after and (wanted.until is None or one.created_at < wanted.until):
            quarter = int(one.created_at // QUARTER_S)
            yield UsageTally(campaign_id=one.campaign_id, quarter=quarter, imports=1, import_rows=one.rows)
