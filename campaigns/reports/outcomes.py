"""Outcomes by hour, list, attempt number and so on, and the summary of campaigns: all from the same tallies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from campaigns.model import Campaign
from campaigns.reports.clock import group_of
from campaigns.reports.counting import counts, rate
from campaigns.reports.model import CampaignRow, Grouping, Key, OutcomeRow, ReportFilter, Tally
from campaigns.reports.port import ReportStore

_KEYS: dict[Grouping, Key | None] = {
    Grouping.HOUR: Key.QUARTER,
    Grouping.HOUR_OF_DAY: Key.QUARTER,
    Grouping.WEEKDAY: Key.QUARTER,
    Grouping.DAY: Key.QUARTER,
    Grouping.MONTH: Key.QUARTER,
    Grouping.LIST: Key.LIST,
    Grouping.ATTEMPT_NUMBER: Key.ATTEMPT_NUMBER,
    Grouping.CAMPAIGN: None,
    Grouping.CALLER_ID: Key.CALLER_ID,
    Grouping.TRUNK: Key.TRUNK,
    Grouping.AGENT: Key.AGENT,
    Grouping.DISPOSITION: Key.DISPOSITION,
}
_OF_ONE_CAMPAIGN = frozenset({Grouping.LIST, Grouping.CAMPAIGN})
NO_LIST = "(no list)"


def outcomes(store: ReportStore, wanted: ReportFilter, grouping: Grouping, zone: ZoneInfo) -> tuple[OutcomeRow, ...]:
    """Attempts by outcome of each group, groups in order.

    Args:
        store: counts the attempts.
        wanted: which.
        grouping: by what; lists and campaigns are told apart by campaign.
        zone: whose hours and days are meant.
    """
    names = {}
    if grouping is Grouping.LIST:
        names = {one.list_id: one.name for one in store.list_names(wanted.campaign_ids)}
    groups: defaultdict[tuple[int | None, int | str], list[Tally]] = defaultdict(list)
    key = _KEYS[grouping]
    for tally in store.tally(wanted, () if key is None else (key,)):
        campaign_id = tally.campaign_id if grouping in _OF_ONE_CAMPAIGN else None
        (value,) = tally.keys or (tally.campaign_id,)
        group = group_of(int(value), grouping, zone) if key is Key.QUARTER else value
        groups[campaign_id, group].append(tally)
    ordered = sorted(groups.items(), key=lambda one: (one[0][0] or 0, one[0][1]))
    return tuple(
        OutcomeRow(campaign_id=campaign_id, group=_named(group, grouping, names), **counts(tallies))
        for (campaign_id, group), tallies in ordered
    )


def summary(store: ReportStore, wanted: ReportFilter, campaigns: Sequence[Campaign]) -> tuple[CampaignRow, ...]:
    """Each campaign's leads as they are now and its attempts in the period; campaigns without attempts too."""
    tallies: defaultdict[int, list[Tally]] = defaultdict(list)
    for tally in store.tally(wanted):
        tallies[tally.campaign_id].append(tally)
    leads: defaultdict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_LEADS, 0))
    for one in store.tally_leads(wanted.campaign_ids):
        if wanted.list_id in {None, one.list_id}:
            for name in _LEADS:
                leads[one.campaign_id][name] += getattr(one, name)
    return tuple(
        CampaignRow(
            campaign_id=campaign.campaign_id,
            name=campaign.name,
            status=campaign.status,
            **leads[campaign.campaign_id],
            dialed_rate=rate(leads[campaign.campaign_id]["leads_dialed"], leads[campaign.campaign_id]["leads"]),
            reached_rate=rate(
                leads[campaign.campaign_id]["leads_reached"], leads[campaign.campaign_id]["leads_dialed"]
            ),
            **counts(tallies[campaign.campaign_id]),
        )
        for campaign in campaigns
    )


_LEADS = ("leads", "leads_open", "leads_dialed", "leads_reached")


def _named(key: int | str, grouping: Grouping, names: Mapping[int, str]) -> str:
    if grouping is Grouping.LIST:
        return names.get(int(key), NO_LIST)
    return str(key)
