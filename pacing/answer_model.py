"""The chance that a person answers an attempt, learned online from what was known of it before it was dialed."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.pooled_odds import OTHERS, PooledOdds, logit
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.estimators.signalling import Signal, SignalEffects

SPREADS = {
    "base": 0.3,
    "hour": 0.3,
    "weekday": 0.2,
    "attempt": 0.4,
    "last": 0.5,
    "last, attempt": 0.3,
    "since": 0.3,
    "list": 0.6,
    "kind": 0.5,
    "kind, hour": 0.3,
    "area": 0.4,
    OTHERS: 1.0,
}
"""How far the log odds of a feature's values are expected to lie apart: leads of a class at +1 answer 54 % where the
campaign answers 30 %. Attributes may say the most; the running answer rate has the hour in it already."""
HALF_LIFE_S = 7 * 86_400.0
LOGIT_MAX = 6.0


class AnswerModel:
    """Logistic regression on what is known of an attempt, calibrated, and silent until it beats the base rate.

    Every value of every feature has a Gaussian belief about its effect, which one attempt updates (`PooledOdds`): what
    has been seen little says little, and what is learned is learned as fast as the data allow. Effects are relative to
    the running answer rate, so a change of the hour that moves all leads alike is not learned feature by feature.
    """

    def __init__(self) -> None:
        self._odds = PooledOdds(SPREADS, {OTHERS: HALF_LIFE_S})
        self._base = AnswerRate()
        self._calibration = ScoreCalibration()
        self._signals = SignalEffects()

    @property
    def is_trusted(self) -> bool:
        """Whether it has lately foretold answers better than the plain answer rate."""
        return self._calibration.is_trusted

    def probability(self, features: Mapping[str, str], now: float) -> float | None:
        """The chance that a person answers; None while the model is no better than the plain answer rate."""
        if not self.is_trusted:
            return None
        odds = self._odds.log_odds(_groups(features), now, self._offset())
        return float(self._calibration.calibrated(np.array(_probability(odds.value))))

    def signalled(self, probability: float, signal: Signal, now: float) -> float:
        """The chance of an answer of a call that had that chance when it was placed, and now rings so."""
        return self._signals.after(probability, signal, now)

    def as_placed(self, probability: float, signal: Signal, now: float) -> float:
        """The same as it enters the forecast, which itself accounts for calls that fail before they ring."""
        return self._signals.as_placed(probability, signal, now)

    def update(self, features: Mapping[str, str], answered: bool, now: float, signal: Signal | None = None) -> None:
        """Learn from an attempt that a person answered, or that ended otherwise; `signal` is how it rang, if it did."""
        base = self._base.value()
        raw = _probability(self._odds.update(_groups(features), answered, now, self._offset()).value)
        if signal is not None:
            self._signals.update(float(self._calibration.calibrated(np.array(raw))), signal, answered, now)
        self._calibration.update(raw, answered, raw if base is None else base.value)
        self._base.update(float(answered), now)

    def _offset(self) -> float:
        """The log odds of the running answer rate."""
        base = self._base.value()
        return 0.0 if base is None else logit(base.value)


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


def _groups(features: Mapping[str, str]) -> dict[str, str]:
    return {"base": "", **features}


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -LOGIT_MAX), LOGIT_MAX)))
