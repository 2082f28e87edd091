"""Abandoned calls and what else the law looks at, per campaign and day, by each regulator's own definition.

For every day and every rule that the campaign is held to stands the account of the rule's period as it was at the end
of that day: 30 successive days in the United States, any 24 hours in the United Kingdom, the month in Canada
(`campaigns.rules.abandon`). It is the account that the dialer itself steers by, not a second reckoning.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.model import Campaign
from campaigns.reports.counting import rate
from campaigns.reports.model import QUARTER_S, CallTally, ComplianceRow, ReportFilter
from campaigns.reports.port import ReportStore
from campaigns.rules.abandon import HOUR_S, windows
from campaigns.rules.window import find_zone
from campaigns.service.errors import CallerError
from campaigns.terms import AbandonWindow, AnswerHour

DAYS_MAX = 3660
"""Ten years; each day of each campaign has a row for every rule."""
SHORT_RING_S = 15.0
"""Ring this long at least, or four rings (16 CFR 310.4(b)(4)(ii))."""
CONNECT_S_MAX = 2.0
"""Connect to an agent within two seconds (16 CFR 310.4(b)(4)(iii))."""
_NOTHING = AbandonWindow(name="", rate_max=0.0)


def compliance(
    store: ReportStore, wanted: ReportFilter, campaigns: Sequence[Campaign], now: float
) -> tuple[ComplianceRow, ...]:
    """A row for each campaign, day on which something was dialed or answered, and rule.

    Days are those of each campaign's own time zone; a day that is not over is judged as it stands now.
    """
    calls: defaultdict[int, list[CallTally]] = defaultdict(list)
    for tally in store.tally_calls(wanted):
        calls[tally.campaign_id].append(tally)
    return tuple(
        row for campaign in campaigns for row in _campaign(store, wanted, campaign, calls[campaign.campaign_id], now)
    )


def _campaign(
    store: ReportStore, wanted: ReportFilter, campaign: Campaign, calls: list[CallTally], now: float
) -> Iterator[ComplianceRow]:
    zone = find_zone(campaign.time_zone) or ZoneInfo("UTC")
    hours = tuple(store.answer_hours(campaign.campaign_id))
    by_day: defaultdict[date, list[CallTally]] = defaultdict(list)
    for tally in calls:
        by_day[_day(tally.quarter * QUARTER_S, zone)].append(tally)
    answered_on: defaultdict[date, list[AnswerHour]] = defaultdict(list)
    for hour in hours:
        # An hour in which a day begins is the day's that it ends in.
        answered_on[_day((hour.hour + 1) * HOUR_S - 1, zone)].append(hour)
    asked = {day for day in answered_on if _is_asked_for(day, zone, wanted)} | by_day.keys()
    if len(asked) > DAYS_MAX:
        raise CallerError(
            f"the period has {len(asked)} days, at most {DAYS_MAX} are reported; ask for a shorter one", "since"
        )
    for day in sorted(asked):
        yield from _rows(campaign, day, by_day[day], answered_on[day], _accounts(campaign, hours, day, zone, now))


def _accounts(
    campaign: Campaign, hours: tuple[AnswerHour, ...], day: date, zone: ZoneInfo, now: float
) -> tuple[AbandonWindow, ...]:
    """The campaign's accounts at the end of a day."""
    following = day + timedelta(days=1)
    ends_at = min(now, datetime(following.year, following.month, following.day, tzinfo=zone).timestamp() - 1)
    first = hours[0].hour * HOUR_S if hours else None
    return windows(campaign, (hour for hour in hours if hour.hour * HOUR_S <= ends_at), first, ends_at)


def _rows(
    campaign: Campaign,
    day: date,
    calls: Iterable[CallTally],
    answers: list[AnswerHour],
    accounts: tuple[AbandonWindow, ...],
) -> Iterator[ComplianceRow]:
    counted = dict.fromkeys(("placed", "late_connects", "short_rings", "refused"), 0)
    for tally in calls:
        for name in counted:
            counted[name] += getattr(tally, name)
    for account in accounts or (_NOTHING,):
        persons = math.ceil(account.machines * account.machine_share)
        abandon_rate = rate(account.abandoned + persons, account.answered + persons)
        yield ComplianceRow(
            campaign_id=campaign.campaign_id,
            name=campaign.name,
            day=day.isoformat(),
            rule=account.name,
            period_started_at=account.started_at if account.name else None,
            period_answered=account.answered + persons,
            period_abandoned=account.abandoned + persons,
            period_abandon_rate=abandon_rate,
            abandon_max_rate=account.rate_max if account.name else campaign.pacing.abandon_rate_max,
            is_kept=abandon_rate is None or abandon_rate <= account.rate_max,
            answered=sum(hour.answered for hour in answers),
            abandoned=sum(hour.abandoned for hour in answers),
            machines=sum(hour.machines for hour in answers),
            **counted,
        )


def _day(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


def _is_asked_for(day: date, zone: ZoneInfo, wanted: ReportFilter) -> bool:
    following = day + timedelta(days=1)
    starts_at = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    ends_at = datetime(following.year, following.month, following.day, tzinfo=zone).timestamp()
    return (wanted.since is None or ends_at > wanted.since) and (wanted.until is None or starts_at < wanted.until)
