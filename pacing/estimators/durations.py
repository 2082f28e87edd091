"""How long something lasts (talk, ACW, ringing), learned online as a hazard by elapsed time."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from pacing.estimators.estimate import Estimate
from pacing.estimators.life_table import CENSORED_AT_RISK, LifeTable

FINE_S = 60
COARSE_RATIO = 1.06
LONGEST_S = 7200.0
"""The grid has one-second bins up to `FINE_S`, then bins that grow by `COARSE_RATIO` up to `LONGEST_S`."""


def _grid() -> NDArray[np.float64]:
    coarse = math.ceil(math.log(LONGEST_S / FINE_S) / math.log(COARSE_RATIO))
    return np.concatenate([np.arange(FINE_S), FINE_S * COARSE_RATIO ** np.arange(coarse + 1)])


EDGES = _grid()
WIDTHS = np.diff(EDGES)
RISK_MIN = 1e-6


def lognormal_survival(median_s: float, sigma: float) -> NDArray[np.float64]:
    """Chance of lasting beyond each edge of the grid."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 - ndtr((np.log(EDGES) - math.log(median_s)) / sigma))


def survival_of(ends: NDArray[np.float64], risk: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of lasting beyond each edge, from ends and lives at risk by bin; where nobody lives, nobody lasts."""
    lasting = 1.0 - np.minimum(np.where(risk > RISK_MIN, ends / np.maximum(risk, RISK_MIN), 1.0), 1.0)
    return np.concatenate([[1.0], np.cumprod(lasting)])


NOBODY = np.empty(0)
EM_STEPS = 4


class Durations:
    """A hazard by elapsed time, shrunk towards a lognormal law, with forgetting and right-censoring.

    The chance to end in a bin is (ends + prior ends) / (lives at risk + prior lives), the life-table estimate (Kaplan
    and Meier 1958, JASA 53:457), where the prior is `PRIOR_WEIGHT` pseudo-observations of the lognormal law that fits
    the durations seen so far. With few data the law is the lognormal (Brown et al. 2005, JASA 100:36, found call-centre
    durations to be lognormal); with many it is whatever the data say, be it an ACW that ends by force.
    """

    PRIOR_WEIGHT = 30.0

    def __init__(
        self, median_s: float, sigma: float, half_life_s: float = 7200.0, prior_observations: float = 5.0
    ) -> None:
        self._half_life_s = half_life_s
        self._table = LifeTable(EDGES, np.zeros(len(WIDTHS)), np.zeros(len(WIDTHS)))
        self._ended = 0.0
        log_median = math.log(median_s)
        self._log_sums = [x * prior_observations for x in (1.0, log_median, log_median**2 + sigma**2)]
        self._prior_observations = prior_observations
        self._scale = 1.0
        self._scaled_at: float | None = None
        self._survival: NDArray[np.float64] | None = None
        self._estimate: Estimate | None = None

    def update(self, duration_s: float, now: float, ended: bool = True) -> None:
        """Count one duration; with `ended` False it lasted at least that long (censored)."""
        weight = self._weight(now)
        self._survival = None
        self._estimate = None
        self._table.note(duration_s, weight, 0 if ended else None)
        if ended:
            self._ended += weight
            log_duration = math.log(min(max(duration_s, 0.25), LONGEST_S))
            sums = self._log_sums
            sums[0] += weight
            sums[1] += weight * log_duration
            sums[2] += weight * log_duration**2

    @property
    def observations(self) -> float:
        """Ended durations that still weigh in."""
        return self._ended / self._scale

    def value(self) -> Estimate | None:
        """The mean duration in seconds, or None before any has ended."""
        if self._estimate is not None:
            return self._estimate
        count = self.observations
        if count <= 0.0:
            return None
        survival = self.survival()
        mean = float(((survival[1:] + survival[:-1]) / 2 * WIDTHS).sum())
        second = float(((survival[1:] * EDGES[1:] + survival[:-1] * EDGES[:-1]) * WIDTHS).sum())
        self._estimate = Estimate(mean, math.sqrt(max(second - mean**2, 0.0) / count))
        return self._estimate

    def survival(self, ongoing_s: NDArray[np.float64] = NOBODY) -> NDArray[np.float64]:
        """Chance of lasting beyond each edge of `EDGES`.

        `ongoing_s` is how long those that go on now have lasted: censored observations, without which a day that has
        just begun knows only the short ones.
        """
        if not len(ongoing_s):
            if self._survival is None:
                self._survival = self._survival_with(ongoing_s)
            return self._survival
        return self._survival_with(ongoing_s)

    def _survival_with(self, ongoing_s: NDArray[np.float64]) -> NDArray[np.float64]:
        mean, sigma = self._lognormal(ongoing_s)
        prior = lognormal_survival(math.exp(mean), sigma)
        prior_ends = (prior[:-1] - prior[1:]) * self.PRIOR_WEIGHT
        risk, (ends,) = self._table.read()
        lives = risk / self._scale + prior[:-1] * self.PRIOR_WEIGHT
        if len(ongoing_s):
            last = np.searchsorted(EDGES, np.clip(ongoing_s, 0.0, LONGEST_S * 0.999), side="right") - 1
            at = np.bincount(last, minlength=len(WIDTHS)).astype(np.float64)
            lives += at[::-1].cumsum()[::-1] - (1.0 - CENSORED_AT_RISK) * at
        return survival_of(ends / self._scale + prior_ends, lives)

    def _lognormal(self, ongoing_s: NDArray[np.float64]) -> tuple[float, float]:
        """Mean and standard deviation of the log durations; those that go on enter by what they can be expected to be.

        Two steps of the EM algorithm for a censored normal law (Dempster, Laird and Rubin 1977).
        """
        weight, log_sum, square_sum = (x / self._scale for x in self._log_sums)
        mean = log_sum / weight
        variance = max(square_sum / weight - mean**2, 0.01)
        logs = np.log(np.maximum(ongoing_s, 0.25))
        for _ in range(EM_STEPS if len(logs) else 0):
            sigma = math.sqrt(variance)
            z = (logs - mean) / sigma
            beyond = np.exp(-0.5 * z * z - log_ndtr(-z)) * (sigma / math.sqrt(2.0 * math.pi))
            total = weight + len(logs)
            first = log_sum + float((mean + beyond).sum())
            second = square_sum + float((mean**2 + variance + beyond * (mean + logs)).sum())
            mean = first / total
            variance = max(second / total - mean**2, 0.01)
        return mean, math.sqrt(variance)

    def _weight(self, now: float) -> float:
        """Weight of an observation made now: later ones weigh more instead of earlier ones less."""
        if self._scaled_at is None:
            self._scaled_at = now
        self._scale *= 2.0 ** (max(now - self._scaled_at, 0.0) / self._half_life_s)
        self._scaled_at = max(now, self._scaled_at)
        if self._scale > 1e6:
            self._table.divide(self._scale)
            self._ended /= self._scale
            self._log_sums = [x / self._scale for x in self._log_sums]
            self._scale = 1.0
        return self._scale
