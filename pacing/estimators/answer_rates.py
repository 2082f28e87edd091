"""Answer rates by list, attempt number, trunk and hour, learned online; a new list starts from its parents."""

import msgspec

from pacing.estimators.estimate import Estimate
from pacing.estimators.pooled_odds import PooledOdds, chance

SPREADS = {"base": 1.5, "list": 0.6, "attempt": 0.4, "trunk": 0.3, "hour": 0.3}
"""How far groups' log odds are expected to lie apart: a list at +0.6 answers 44 % where the campaign answers 30 %."""
HALF_LIVES_S = {"base": 1800.0, "list": 86_400.0, "attempt": 86_400.0, "trunk": 3600.0, "hour": 7 * 86_400.0}
"""The campaign's own level drifts within the hour, a trunk fails within the hour; lists, tries and hours are slow."""
CALLS_MIN = 20


class AnswerKey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an answer rate may depend on; an empty field says nothing."""

    list_name: str = ""
    attempt_number: int = 1
    trunk: str = ""
    hour: int | None = None
    """Local hour at the called person's, 0..23."""


class AnswerRates:
    """One campaign's answer rate with the effects of list, attempt number, trunk and hour, partially pooled."""

    def __init__(self) -> None:
        self._odds = PooledOdds(SPREADS, HALF_LIVES_S)
        self._calls = 0

    def update(self, key: AnswerKey, answered: bool, now: float) -> Estimate | None:
        """Count a call that a person answered, or that ended otherwise; returns the `value` of before."""
        before = self._odds.update(_groups(key), answered, now)
        self._calls += 1
        return _rate(before) if self._calls > CALLS_MIN else None

    def value(self, key: AnswerKey, now: float) -> Estimate | None:
        """The chance that such a call is answered; None before enough calls of any kind have ended."""
        if self._calls < CALLS_MIN:
            return None
        return _rate(self._odds.log_odds(_groups(key), now))


def _rate(odds: Estimate) -> Estimate:
    rate = chance(odds)
    return Estimate(rate, rate * (1.0 - rate) * odds.sd)


def _groups(key: AnswerKey) -> dict[str, str]:
    groups = {"base": "", "attempt": str(min(key.attempt_number, 6))}
    if key.list_name:
        groups["list"] = key.list_name
    if key.trunk:
        groups["trunk"] = key.trunk
    if key.hour is not None:
        groups["hour"] = str(key.hour)
    return groups
