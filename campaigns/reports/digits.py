"""Digits pressed: which keys people press during calls, how often, and which one first."""

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from campaigns.reports.clock import group_of
from campaigns.reports.counting import rate
from campaigns.reports.model import DigitRow, Grouping, ReportFilter
from campaigns.reports.port import ReportStore


def digits(store: ReportStore, wanted: ReportFilter, grouping: Grouping | None, zone: ZoneInfo) -> tuple[DigitRow, ...]:
    """A row for each key that was pressed, by campaign, over the whole period or by hour, day or month.

    What was typed as a whole is not shown: it may be the number of a card or an account.
    """
    answered: Counter[tuple[int, str]] = Counter()
    calls: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    presses: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    first: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for tally in store.tally_digits(wanted):
        key = tally.campaign_id, "" if grouping is None else group_of(tally.quarter, grouping, zone)
        answered[key] += tally.calls
        for digit, count in Counter(tally.digits).items():
            calls[key][digit] += tally.calls
            presses[key][digit] += count * tally.calls
        if tally.digits:
            first[key][tally.digits[0]] += tally.calls
    return tuple(
        DigitRow(
            campaign_id=key[0],
            group=key[1],
            digit=digit,
            calls=count,
            presses=presses[key][digit],
            first=first[key][digit],
            answered=answered[key],
            share_rate=rate(count, answered[key]),
        )
        for key in sorted(calls)
        for digit, count in sorted(calls[key].items())
    )
