"""The chance that a person answers an attempt, learned online from what was known of it before it was dialed."""

import math
import zlib
from collections.abc import Iterable, Mapping

import numpy as np

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.estimators.signalling import Signal, SignalEffects

BUCKETS = 1 << 14
"""Features are hashed into so many weights, so that memory does not grow with lists and areas."""
RATE = 0.1
RATE_OFFSET = 1.0
RIDGE = 3.0
LASSO = 0.5
"""FTRL-Proximal's alpha, beta, L2 and L1; the last two keep features seen a few times from saying anything."""
LOGIT_MAX = 6.0


class AnswerModel:
    """Logistic regression on hashed features by FTRL-Proximal, calibrated, and silent until it beats the base rate.

    McMahan et al. 2013, "Ad click prediction: a view from the trenches" (KDD), algorithm 1: per-coordinate learning
    rates suit features of very different frequency. The prediction is made relative to the running answer rate, so a
    change of the hour that moves all leads alike is not learned feature by feature.
    """

    def __init__(self) -> None:
        self._z = np.zeros(BUCKETS)
        self._n = np.zeros(BUCKETS)
        self._base = AnswerRate()
        self._calibration = ScoreCalibration()
        self._signals = SignalEffects()

    @property
    def is_trusted(self) -> bool:
        """Whether it has lately foretold answers better than the plain answer rate."""
        return self._calibration.is_trusted

    def probability(self, features: Mapping[str, str]) -> float | None:
        """The chance that a person answers; None while the model is no better than the plain answer rate."""
        if not self.is_trusted:
            return None
        raw, _ = self._raw(_buckets(features))
        return float(self._calibration.calibrated(np.array(raw)))

    def signalled(self, probability: float, signal: Signal, now: float) -> float:
        """The chance of an answer of a call that had that chance when it was placed, and now rings so."""
        return self._signals.after(probability, signal, now)

    def as_placed(self, probability: float, signal: Signal, now: float) -> float:
        """The same as it enters the forecast, which itself accounts for calls that fail before they ring."""
        return self._signals.as_placed(probability, signal, now)

    def update(self, features: Mapping[str, str], answered: bool, now: float, signal: Signal | None = None) -> None:
        """Learn from an attempt that a person answered, or that ended otherwise; `signal` is how it rang, if it did."""
        buckets = _buckets(features)
        raw, weights = self._raw(buckets)
        base = self._base.value()
        if signal is not None:
            self._signals.update(float(self._calibration.calibrated(np.array(raw))), signal, answered, now)
        self._calibration.update(raw, answered, raw if base is None else base.value)
        self._base.update(float(answered), now)
        gradient = raw - float(answered)
        n = self._n[buckets]
        sigma = (np.sqrt(n + gradient * gradient) - np.sqrt(n)) / RATE
        self._z[buckets] += gradient - sigma * weights
        self._n[buckets] = n + gradient * gradient

    def _raw(self, buckets: np.ndarray) -> tuple[float, np.ndarray]:
        z = self._z[buckets]
        shrunk = np.sign(z) * np.maximum(np.abs(z) - LASSO, 0.0)
        weights = -shrunk / ((RATE_OFFSET + np.sqrt(self._n[buckets])) / RATE + RIDGE)
        base = self._base.value()
        rate = min(max(base.value, 1e-3), 1.0 - 1e-3) if base is not None else 0.5
        line = math.log(rate / (1.0 - rate)) + float(weights.sum())
        return 1.0 / (1.0 + math.exp(-min(max(line, -LOGIT_MAX), LOGIT_MAX))), weights


def attempt_features(
    *,
    hour: int,
    weekday: int,
    attempt_number: int,
    last_outcome: str = "",
    days_since_last: float | None = None,
    list_name: str = "",
    number_kind: str = "",
    area: str = "",
    others: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """The features of an attempt, in classes that a list of usual size can fill.

    Args:
        hour: local hour at the called person's, 0..23.
        weekday: Monday is 0.
        attempt_number: 1 for the first try.
        last_outcome: how the try before ended; empty where there was none.
        days_since_last: days since that try; None where there was none.
        list_name: the list or source of the lead.
        number_kind: mobile, landline, voip; empty where unknown.
        area: area code, or the first digits of the number.
        others: more names and values, such as a lead's attributes.
    """
    day = "weekend" if weekday >= 5 else "weekday"
    since = "none" if days_since_last is None else str(min(int(math.log2(max(days_since_last, 0.25)) + 2), 8))
    features = {
        "hour": f"{day} {hour}",
        "weekday": str(weekday),
        "attempt": str(min(attempt_number, 6)),
        "last": last_outcome,
        "last, attempt": f"{last_outcome} {min(attempt_number, 6)}",
        "since": since,
        "list": list_name,
        "kind": number_kind,
        "kind, hour": f"{number_kind} {day} {hour}",
        "area": area,
    }
    features.update(others)
    return features


def _buckets(features: Mapping[str, str]) -> np.ndarray:
    """Where the features' weights are; each bucket once, whatever the order."""
    return np.unique([zlib.crc32(f"{name}={value}".encode()) % BUCKETS for name, value in features.items()])
