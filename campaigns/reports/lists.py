"""List quality: what of a list was fit to be called, what was dialed, and whom it reached."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from campaigns.reports.counting import rate
from campaigns.reports.model import ListRow
from campaigns.reports.outcomes import NO_LIST
from campaigns.reports.port import ReportStore

_OF_IMPORTS = ("rows", "accepted", "rejected", "duplicates", "blocked")
_OF_LEADS = ("leads", "leads_open", "leads_dialed", "leads_reached", "leads_invalid")


def list_quality(store: ReportStore, campaign_ids: Sequence[int]) -> tuple[ListRow, ...]:
    """Every list of some campaigns, ever, by campaign and list; leads of no list are a list of their own.

    Leads that came one by one over REST are among the leads, and not among the rows of imports.
    """
    names = {(one.campaign_id, one.list_id): one.name for one in store.list_names(campaign_ids)}
    found: defaultdict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_OF_IMPORTS + _OF_LEADS, 0))
    for key in names:
        found[key]["rows"] += 0
    for brought in store.tally_imports(campaign_ids):
        for field in _OF_IMPORTS:
            found[brought.campaign_id, brought.list_id][field] += getattr(brought, field)
    for tally in store.tally_leads(campaign_ids):
        for field in _OF_LEADS:
            found[tally.campaign_id, tally.list_id][field] += getattr(tally, field)
    return tuple(_row(key, names.get(key, NO_LIST), counted) for key, counted in sorted(found.items()))


def _row(key: tuple[int, int], name: str, counted: Mapping[str, int]) -> ListRow:
    return ListRow(
        campaign_id=key[0],
        list_id=key[1],
        list=name,
        **counted,
        rejected_rate=rate(counted["rejected"], counted["rows"]),
        duplicate_rate=rate(counted["duplicates"], counted["rows"]),
        dialed_rate=rate(counted["leads_dialed"], counted["leads"]),
        reached_rate=rate(counted["leads_reached"], counted["leads_dialed"]),
        invalid_rate=rate(counted["leads_invalid"], counted["leads_dialed"]),
    )
