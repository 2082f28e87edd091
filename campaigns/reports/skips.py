"""Skips: how often agents did not call a lead that they looked at, and why."""

from collections import Counter

import msgspec

from campaigns.reports.agents import OwnName
from campaigns.reports.counting import rate
from campaigns.reports.model import ReportFilter
from campaigns.reports.port import ReportStore


class SkipRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often one agent skipped leads of one campaign for one reason."""

    campaign_id: int
    agent_id: str
    reason: str
    """Empty where the agent used their own words alone: `GET /skips` has them."""
    skips: int
    share_rate: float | None
    """Of the agent's skips in this campaign."""
    looked_mean_s: float | None
    """How long the agent had looked at the lead."""


def skips(store: ReportStore, wanted: ReportFilter, own_name: OwnName) -> tuple[SkipRow, ...]:
    """A row for each agent and reason, each agent's most frequent first."""
    found = store.tally_skips(wanted)
    of_agent: Counter[tuple[int, str]] = Counter()
    for tally in found:
        of_agent[tally.campaign_id, tally.agent_id] += tally.skips
    return tuple(
        SkipRow(
            campaign_id=tally.campaign_id,
            agent_id=own_name(tally.agent_id),
            reason=tally.reason,
            skips=tally.skips,
            share_rate=rate(tally.skips, of_agent[tally.campaign_id, tally.agent_id]),
            looked_mean_s=rate(tally.looked_s, tally.skips),
        )
        for tally in sorted(found, key=lambda one: (one.campaign_id, one.agent_id, -one.skips, one.reason))
    )
