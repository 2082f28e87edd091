"""The best value of one setting: highest occupancy among those that keep the abandon rate under the cap, surely enough.

A value is admissible when three things hold at the stated confidence: the mean abandon rate is under the cap; the
share of campaign-days over the cap is under `days_over_cap_max`; and the worst 30 days seen are under the cap. Rounds
of evenly spaced values close in on the best one.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from scipy import stats

from simulation.experiments.intervals import share_high
from simulation.experiments.summary import Summary

POINTS = 7
DIGITS = 4


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One value tried."""

    value: float
    summary: Summary
    abandon_rate_high: float
    """Upper end of the one-sided interval of the mean abandon rate."""
    days_over_high: float
    """Upper end of the one-sided interval of the share of campaign-days over the cap."""
    is_admissible: bool


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found."""

    parameter: str
    best: Trial | None
    """None where no value was admissible."""
    trials: tuple[Trial, ...]
    """By value."""
    confidence: float
    days_over_cap_max: float
    is_complete: bool = True
    """False when it was interrupted: better values may not have been tried."""


def judge(value: float, summary: Summary, confidence: float, days_over_cap_max: float) -> Trial:
    """Decide whether a value is admissible."""
    rates = np.array([rate for rate in summary.values["abandon_rate"] if rate is not None])
    high = 1.0
    if rates.size > 1:
        quantile = float(stats.t.ppf(confidence, rates.size - 1))
        high = float(rates.mean() + quantile * rates.std(ddof=1) / np.sqrt(rates.size))
    days_high = share_high(summary.days_over_cap, summary.campaign_days, confidence) if summary.campaign_days else 1.0
    windows = [rate for rate in summary.values["abandon_rate_worst_30_days"] if rate is not None]
    is_admissible = high <= summary.cap and days_high <= days_over_cap_max and max(windows, default=1.0) <= summary.cap
    return Trial(
        value=value,
        summary=summary,
        abandon_rate_high=high,
        days_over_high=days_high,
        is_admissible=is_admissible,
    )


def search(
    parameter: str,
    low: float,
    high: float,
    rounds: int,
    evaluate: Callable[[Sequence[float]], Sequence[Summary | None]],
    *,
    confidence: float,
    days_over_cap_max: float,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> Tuning:
    """Try evenly spaced values between `low` and `high`, then again around the best one.

    `evaluate` gives None for values it did not come to. The search ends there, or when `is_interrupted` after a round,
    with what is done.
    """
    trials: dict[float, Trial] = {}
    best: Trial | None = None
    is_complete = True
    for _ in range(rounds):
        values = [round(float(value), DIGITS) for value in np.linspace(low, high, POINTS)]
        new = [value for value in dict.fromkeys(values) if value not in trials]
        if not new:
            break
        for value, summary in zip(new, evaluate(new), strict=True):
            if summary is None:
                is_complete = False
            else:
                trials[value] = judge(value, summary, confidence, days_over_cap_max)
        best = _best(list(trials.values()))
        is_complete = is_complete and not is_interrupted()
        if not is_complete:
            break
        low, high = _around(sorted(trials), best)
    ordered = tuple(trials[value] for value in sorted(trials))
    return Tuning(
        parameter=parameter,
        best=best,
        trials=ordered,
        confidence=confidence,
        days_over_cap_max=days_over_cap_max,
        is_complete=is_complete,
    )


def _best(trials: Sequence[Trial]) -> Trial | None:
    admissible = [trial for trial in trials if trial.is_admissible]
    return max(admissible, key=_occupancy, default=None)


def _occupancy(trial: Trial) -> float:
    occupancy = trial.summary.metrics["occupancy"]
    return occupancy.mean if occupancy is not None else 0.0


def _around(values: Sequence[float], best: Trial | None) -> tuple[float, float]:
    """The neighbours of the best value; the low end where nothing was admissible, as less dialing abandons less."""
    if best is None:
        return values[0], values[1] if len(values) > 1 else values[0]
    index = values.index(best.value)
    return values[max(index - 1, 0)], values[min(index + 1, len(values) - 1)]
