"""The best values of settings: highest occupancy among those that keep the abandon rate under the cap, surely enough.

A candidate is admissible when three things hold at the stated confidence: the mean abandon rate is under the cap; the
share of campaign-days over the cap is under `days_over_cap_max`; and the worst 30 days seen are under the cap.

Theory of operation. Every round lays a grid over the settings' ranges. All candidates of a round meet the same first
few days; the better half goes on to twice as many, and so on, until the last ones have met all days (successive
halving, Karnin, Koren and Somekh 2013): days are spent where the decision is close. Only candidates that met all days
can win. The next round closes in on the neighbours of the best one.
"""

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from scipy import stats

from simulation.experiments.candidates import Setting, Value, closer, grid
from simulation.experiments.figures import ReplicationFigures
from simulation.experiments.intervals import share_high
from simulation.experiments.summary import Summary

FIRST_SHARE = 0.25
"""Of the replications, those that every candidate meets."""
FIRST_MIN = 3
KEPT_MIN = 3
"""Candidates that meet all replications, where there are so many."""

Candidate = tuple[Value, ...]
Evaluate = Callable[[Sequence[Candidate], range], Sequence[Sequence[ReplicationFigures]]]
"""Runs candidates on the replications of these numbers; gives fewer figures where it was interrupted."""
Summarise = Callable[[Candidate, Sequence[ReplicationFigures]], Summary]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate tried."""

    settings: dict[str, Value]
    summary: Summary
    abandon_rate_high: float
    """Upper end of the one-sided interval of the mean abandon rate."""
    days_over_high: float
    """Upper end of the one-sided interval of the share of campaign-days over the cap."""
    is_admissible: bool
    is_finished: bool
    """False where it fell behind, or was interrupted, before it had met all replications."""

    @property
    def occupancy(self) -> float:
        """Mean occupancy, 0..1."""
        occupancy = self.summary.metrics["occupancy"]
        return occupancy.mean if occupancy is not None else 0.0


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found."""

    parameters: tuple[str, ...]
    best: Trial | None
    """None where nothing was admissible."""
    trials: tuple[Trial, ...]
    """By the values of their settings."""
    confidence: float
    days_over_cap_max: float
    is_complete: bool = True
    """False when it was interrupted: better values may not have been tried."""


def judge(
    settings: dict[str, Value], summary: Summary, confidence: float, days_over_cap_max: float, replications: int
) -> Trial:
    """Decide whether a candidate is admissible; it has to have met so many replications to be a finished one."""
    rates = np.array([rate for rate in summary.values["abandon_rate"] if rate is not None])
    high = 1.0
    if rates.size > 1:
        quantile = float(stats.t.ppf(confidence, rates.size - 1))
        high = float(rates.mean() + quantile * rates.std(ddof=1) / np.sqrt(rates.size))
    days_high = share_high(summary.days_over_cap, summary.campaign_days, confidence) if summary.campaign_days else 1.0
    windows = [rate for rate in summary.values["abandon_rate_worst_30_days"] if rate is not None]
    is_admissible = high <= summary.cap and days_high <= days_over_cap_max and max(windows, default=1.0) <= summary.cap
    return Trial(
        settings=settings,
        summary=summary,
        abandon_rate_high=high,
        days_over_high=days_high,
        is_admissible=is_admissible,
        is_finished=summary.replications >= replications,
    )


def search(
    settings: Sequence[Setting],
    rounds: int,
    replications: int,
    evaluate: Evaluate,
    summarise: Summarise,
    *,
    confidence: float,
    days_over_cap_max: float,
) -> Tuning:
    """Search the grid of all settings, then again around the best candidate.

    The search ends with what is done where `evaluate` gives fewer figures than it was asked for.
    """
    paths = tuple(setting.path for setting in settings)
    trials: dict[Candidate, Trial] = {}
    is_complete = True
    for _ in range(rounds):
        new = [one for one in grid(settings) if one not in trials]
        if not new:
            break
        figures, is_complete = _halve(new, replications, evaluate, summarise, days_over_cap_max)
        for candidate, own in figures.items():
            named = dict(zip(paths, candidate, strict=True))
            trials[candidate] = judge(named, summarise(candidate, own), confidence, days_over_cap_max, replications)
        if not is_complete or not trials:
            break
        settings = closer(settings, _centre(settings, trials))
    ordered = sorted(trials.items(), key=lambda item: tuple(map(_orderable, item[0])))
    return Tuning(
        parameters=paths,
        best=_best([trial for _, trial in ordered], or_unfinished=not is_complete),
        trials=tuple(trial for _, trial in ordered),
        confidence=confidence,
        days_over_cap_max=days_over_cap_max,
        is_complete=is_complete,
    )


def _halve(
    candidates: Sequence[Candidate],
    replications: int,
    evaluate: Evaluate,
    summarise: Summarise,
    days_over_cap_max: float,
) -> tuple[dict[Candidate, list[ReplicationFigures]], bool]:
    """The figures of every candidate as far as it came, and whether all that was asked for was run."""
    figures: dict[Candidate, list[ReplicationFigures]] = {}
    going = list(candidates)
    done, until = 0, min(max(math.ceil(FIRST_SHARE * replications), FIRST_MIN), replications)
    while True:
        asked = range(done, until)
        is_complete = True
        for candidate, own in zip(going, evaluate(going, asked), strict=True):
            is_complete = is_complete and len(own) == len(asked)
            if own:
                figures.setdefault(candidate, []).extend(own)
        if not is_complete or until >= replications:
            return figures, is_complete
        ranked = sorted(going, key=lambda one: _rank(summarise(one, figures[one]), days_over_cap_max))
        going = ranked[: max(math.ceil(len(ranked) / 2), KEPT_MIN)]
        done, until = until, min(2 * until, replications)


def _rank(summary: Summary, days_over_cap_max: float) -> tuple[bool, float]:
    """Lowest first: what seems admissible by its occupancy, and after it the rest by its abandon rate."""
    rate, occupancy = summary.metrics["abandon_rate"], summary.metrics["occupancy"]
    abandoned = rate.mean if rate is not None else 0.0
    seems_over = abandoned > summary.cap or summary.days_over_cap > days_over_cap_max * summary.campaign_days
    return seems_over, abandoned if seems_over else -(occupancy.mean if occupancy is not None else 0.0)


def _best(trials: Sequence[Trial], *, or_unfinished: bool = False) -> Trial | None:
    admissible = [one for one in trials if one.is_admissible and (one.is_finished or or_unfinished)]
    return max(admissible, key=lambda one: one.occupancy, default=None)


def _centre(settings: Sequence[Setting], trials: dict[Candidate, Trial]) -> Candidate:
    """Around what the next round looks: the best of this grid, or what abandons least where nothing is admissible."""
    own = {candidate: trials[candidate] for candidate in grid(settings)}
    best = _best(list(own.values()))
    if best is not None:
        return next(candidate for candidate, trial in own.items() if trial is best)
    return min(own, key=lambda one: own[one].abandon_rate_high)


def _orderable(value: Value) -> tuple[bool, float, str]:
    """Numbers before words."""
    is_number = isinstance(value, int | float)
    return (not is_number, float(value) if is_number else 0.0, str(value))
