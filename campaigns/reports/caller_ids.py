"""Caller IDs: which of our numbers is answered less than chance would have it.

A number that phones label as spam is answered less from one day to the next. Two questions are asked of each number's
last days, each by Fisher's exact test (R. A. Fisher, "The Design of Experiments", 1935), one-sided: is it answered less
than it was itself before (the list may have become poor, for all numbers alike), and is it answered less than the
others are now? As many questions as there are numbers are asked, so each has that part of the error allowed
(Bonferroni): a report over numbers that are all well flags one in a hundred times at most, for either question.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from campaigns.caller_ids import CallerId, CallerIdUse, ShownWithin
from campaigns.model import ANSWERED_BY_PERSON
from campaigns.reports.counting import rate
from campaigns.reports.model import Key, ReportFilter, Tally
from campaigns.reports.port import ReportStore
from campaigns.rules.caller_ids import calls_within

ERROR_MAX = 0.01
"""The chance that a report flags anything though nothing has changed, for each of the two questions."""
DAY_S = 86_400.0
RECENT_DAYS = 7
"""The last days, which are compared with all before them; a week has every weekday once."""

Calls = tuple[int, int]
"""Placed, and answered by a person."""


class CallerIdRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one of our numbers is answered: lately, before, and beside the others."""

    caller_id: str
    placed: int
    answered: int
    answer_rate: float | None
    earlier_placed: int
    earlier_answer_rate: float | None
    recent_placed: int
    recent_answer_rate: float | None
    others_recent_answer_rate: float | None
    fall_p: float | None
    """The chance of a fall this deep, had nothing changed; None where there is nothing to compare."""
    below_p: float | None
    """The chance of being this far below the others, were it as good as they are."""
    flag: str
    """"fallen", "below the others", both, or empty."""
    hour_calls: int | None
    """Calls of the last 60 minutes, in every campaign, as caps count them now; None for a number that is not
    registered."""
    day_calls: int | None
    week_calls: int | None
    rests_until_at: float | None
    """None where it does not rest."""


def caller_ids(
    store: ReportStore, wanted: ReportFilter, recent_since: float, registered: Iterable[CallerId] = (), now: float = 0.0
) -> tuple[CallerIdRow, ...]:
    """Every number that was shown, the most used first.

    Args:
        store: counts the calls.
        wanted: which calls; `since` is where "before" begins.
        recent_since: where "lately" begins.
        registered: the tenant's own numbers.
        now: Unix seconds, for what caps count of those.
    """
    start = float("-inf") if wanted.since is None else wanted.since
    recent = _calls(store.tally(msgspec.structs.replace(wanted, since=max(start, recent_since)), (Key.CALLER_ID,)))
    until = recent_since if wanted.until is None else min(recent_since, wanted.until)
    earlier = _calls(store.tally(msgspec.structs.replace(wanted, until=until), (Key.CALLER_ID,)))
    numbers = sorted(recent.keys() | earlier.keys(), key=lambda one: (-recent[one][0] - earlier[one][0], one))
    placed, answered = _total(recent.values())
    error_max = ERROR_MAX / max(1, len(numbers))
    uses = {one.number: one.use for one in registered}
    rows = []
    for number in numbers:
        mine = recent[number]
        others = placed - mine[0], answered - mine[1]
        row = _row(number, mine, earlier[number], others, error_max)
        rows.append(msgspec.structs.replace(row, **_counted(uses[number], now)) if number in uses else row)
    return tuple(rows)


def chance_of_so_few(mine: Calls, other: Calls) -> float | None:
    """The chance that `mine` has so few answers or fewer, were its rate the other's; None where there is no call."""
    if not mine[0] or not other[0]:
        return None
    # Imported where it is needed: it takes a while, and most commands need no statistics.
    from scipy.stats import hypergeom

    return float(hypergeom.cdf(mine[1], mine[0] + other[0], mine[1] + other[1], mine[0]))


def _row(number: str, mine: Calls, before: Calls, others: Calls, error_max: float) -> CallerIdRow:
    fall, below = chance_of_so_few(mine, before), chance_of_so_few(mine, others)
    flags = (("fallen", fall), ("below the others", below))
    return CallerIdRow(
        caller_id=number,
        placed=mine[0] + before[0],
        answered=mine[1] + before[1],
        answer_rate=rate(mine[1] + before[1], mine[0] + before[0]),
        earlier_placed=before[0],
        earlier_answer_rate=rate(before[1], before[0]),
        recent_placed=mine[0],
        recent_answer_rate=rate(mine[1], mine[0]),
        others_recent_answer_rate=rate(others[1], others[0]),
        fall_p=fall,
        below_p=below,
        flag="; ".join(name for name, chance in flags if chance is not None and chance < error_max),
        hour_calls=None,
        day_calls=None,
        week_calls=None,
        rests_until_at=None,
    )


def _counted(use: CallerIdUse, now: float) -> dict[str, float | None]:
    return {
        "hour_calls": calls_within(use, ShownWithin.HOUR, now),
        "day_calls": calls_within(use, ShownWithin.DAY, now),
        "week_calls": calls_within(use, ShownWithin.WEEK, now),
        "rests_until_at": use.rests_until if now < use.rests_until else None,
    }


def _calls(tallies: Iterable[Tally]) -> defaultdict[str, Calls]:
    found: defaultdict[str, Calls] = defaultdict(lambda: (0, 0))
    for tally in tallies:
        placed, answered = found[str(tally.keys[0])]
        is_answer = tally.outcome in ANSWERED_BY_PERSON
        found[str(tally.keys[0])] = (
            placed + tally.attempts - tally.not_placed,
            answered + (tally.attempts if is_answer else 0),
        )
    return found


def _total(calls: Iterable[Calls]) -> Calls:
    placed, answered = 0, 0
    for one in calls:
        placed, answered = placed + one[0], answered + one[1]
    return placed, answered
