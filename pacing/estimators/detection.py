"""AMD at work: how long it listens, and how often what it hears is a person."""

import math

from pacing.estimators.estimate import Estimate
from pacing.estimators.share import Share

PERSON_SHARE = 0.7
PERSON_CALLS = 10.0
HALF_LIFE_CALLS = 300.0


class Detection:
    """Delay and verdicts of answering-machine detection.

    Its errors cannot be learned from its own verdicts: whoever is wrongly hung up on tells nobody. What the law asks
    for, a reasoned estimate of them, is made by listening to samples and is a setting, not an estimate.
    """

    def __init__(self) -> None:
        self._calls = 0.0
        self._delays = 0.0
        self._squares = 0.0
        self._persons = Share(PERSON_SHARE, PERSON_CALLS, HALF_LIFE_CALLS)

    def update(self, is_person: bool, delay_s: float, now: float) -> None:
        """Count a verdict that came so long after the answer."""
        keep = 0.5 ** (1.0 / HALF_LIFE_CALLS)
        self._calls = self._calls * keep + 1.0
        self._delays = self._delays * keep + delay_s
        self._squares = self._squares * keep + delay_s * delay_s
        self._persons.update(is_person, now)

    def value(self, now: float) -> Estimate | None:
        """The mean delay in seconds; None before any verdict."""
        del now
        if self._calls <= 0.0:
            return None
        mean = self._delays / self._calls
        variance = max(self._squares / self._calls - mean * mean, 0.0)
        return Estimate(mean, math.sqrt(variance / self._calls))

    def person_share(self) -> Estimate:
        """The chance that an answered call in which AMD still listens is a person."""
        return self._persons.belief()
