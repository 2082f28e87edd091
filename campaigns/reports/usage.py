"""Usage: what a tenant and its campaigns used of the installation, by day or month; what a bill is made of."""

from collections import defaultdict
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from campaigns.reports.clock import group_of
from campaigns.reports.model import Grouping, ReportFilter, UsageRow, UsageTally
from campaigns.reports.port import ReportStore

BYTES_PER_S = 16_000
"""Of a recording: two channels of mu-law at 8 kHz."""
HEADER_BYTES = 58
"""Of a WAV file of mu-law."""
NO_CAMPAIGN = "(no campaign)"

_COUNTED = tuple(name for name in UsageTally.__struct_fields__ if name not in {"campaign_id", "quarter"})


def usage(
    store: ReportStore,
    tenant_id: int,
    wanted: ReportFilter,
    names: Mapping[int, str],
    grouping: Grouping,
    zone: ZoneInfo,
    *,
    agents: bool = True,
) -> tuple[UsageRow, ...]:
    """A row for each campaign and period in which it used anything, and one for the agents' time.

    Args:
        store: counts.
        tenant_id: whose agents.
        wanted: the campaigns and the period.
        names: of the campaigns.
        grouping: day or month.
        zone: whose days and months.
        agents: whether the time of all the tenant's agents is told too.
    """
    found: defaultdict[tuple[str, int], dict[str, float]] = defaultdict(lambda: dict.fromkeys(_COUNTED, 0))
    for tally in store.tally_usage(wanted):
        counted = found[group_of(tally.quarter, grouping, zone), tally.campaign_id]
        for name in _COUNTED:
            counted[name] += getattr(tally, name)
    agents_s: defaultdict[str, float] = defaultdict(float)
    if agents:
        for stay in store.tally_agents(tenant_id, wanted.since, wanted.until):
            agents_s[group_of(stay.quarter, grouping, zone)] += stay.seconds
    rows = [_row(tenant_id, key[0], key[1], names.get(key[1], ""), counted, 0.0) for key, counted in found.items()]
    empty: dict[str, float] = dict.fromkeys(_COUNTED, 0)
    rows += [_row(tenant_id, period, None, NO_CAMPAIGN, empty, spent_s) for period, spent_s in agents_s.items()]
    return tuple(sorted(rows, key=lambda row: (row.period, row.campaign_id or 0)))


def _row(
    tenant_id: int, period: str, campaign_id: int | None, name: str, counted: Mapping[str, float], agents_s: float
) -> UsageRow:
    return UsageRow(
        tenant_id=tenant_id,
        period=period,
        campaign_id=campaign_id,
        name=name,
        calls=int(counted["calls"]),
        answered=int(counted["answered"]),
        answered_s=counted["answered_s"],
        talk_s=counted["talk_s"],
        agents_s=agents_s,
        recordings=int(counted["recordings"]),
        recordings_bytes=round(counted["recorded_s"] * BYTES_PER_S + counted["recordings"] * HEADER_BYTES),
        imports=int(counted["imports"]),
        import_rows=int(counted["import_rows"]),
    )
