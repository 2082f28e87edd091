"""Whether the leads' answer probabilities are worth anything, and what they mean: calibrated online, or left unused."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALF_LIFE_CALLS = 1000.0
PRIOR_CALLS = 40.0
"""The prior, that the probabilities mean what they say, weighs as much as this many calls."""
CALLS_MIN = 200.0
GAIN_SD = 2.0
"""The probabilities are used once they beat the base rate by this many standard errors of the mean log-loss gain."""
LOGIT_MAX = 8.0


class ScoreCalibration:
    """Fits answered = sigmoid(slope x logit(probability) + offset), and compares its log-loss with the base rate's.

    The fit is a recursive logistic regression with exponential forgetting: each call is one Newton step under the
    information gathered so far. A list whose probabilities are all too high, too low or too bold is put right; one
    whose probabilities say nothing is seen to say nothing.
    """

    def __init__(self) -> None:
        self._slope = 1.0
        self._offset = 0.0
        weight = 0.2 * PRIOR_CALLS
        self._information = [weight, 0.0, weight]
        self._calls = 0.0
        self._gain = 0.0
        self._gain_squares = 0.0

    @property
    def is_trusted(self) -> bool:
        """Whether the probabilities have lately foretold answers better than the plain answer rate."""
        if self._calls < CALLS_MIN:
            return False
        mean = self._gain / self._calls
        variance = max(self._gain_squares / self._calls - mean * mean, 1e-12)
        return mean > GAIN_SD * math.sqrt(variance / self._calls)

    def update(self, probability: float, answered: float, base_rate: float) -> None:
        """Count a call that had that probability, when the answer rate was `base_rate`.

        It was answered (1), ended otherwise (0), or was given up at a chance in between.
        """
        keep = 0.5 ** (1.0 / HALF_LIFE_CALLS)
        x = _logit(probability)
        guess = 1.0 / (1.0 + math.exp(-self._line(x)))
        gain = _loss(base_rate, answered) - _loss(guess, answered)
        self._calls = self._calls * keep + 1.0
        self._gain = self._gain * keep + gain
        self._gain_squares = self._gain_squares * keep + gain * gain
        weight = guess * (1.0 - guess)
        a, b, d = self._information
        a, b, d = a * keep + weight * x * x, b * keep + weight * x, d * keep + weight
        self._information = [a, b, d]
        miss = answered - guess
        determinant = a * d - b * b + 1e-9
        self._slope += miss * (d * x - b) / determinant
        self._offset += miss * (a - b * x) / determinant
        self._slope = min(max(self._slope, 0.0), 3.0)

    def calibrated(self, probability: Array) -> Array:
        """What those probabilities mean by present experience."""
        clipped = np.clip(probability, 1e-6, 1.0 - 1e-6)
        line = self._slope * np.log(clipped / (1.0 - clipped)) + self._offset
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(line, -LOGIT_MAX, LOGIT_MAX))))

    def _line(self, x: float) -> float:
        return min(max(self._slope * x + self._offset, -LOGIT_MAX), LOGIT_MAX)


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(clipped / (1.0 - clipped))


def _loss(probability: float, answered: float) -> float:
    clipped = min(max(probability, 1e-4), 1.0 - 1e-4)
    return -answered * math.log(clipped) - (1.0 - answered) * math.log(1.0 - clipped)
