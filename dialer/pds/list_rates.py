"""Answer rates by list, attempt number, trunk and hour, for campaigns without lead scores; silent unless they matter.

Where a campaign dials two lists of different quality, or many leads for the third time, calls have chances of their own
without any model of the leads. Once that foretells answers better than the plain answer rate, pacing is told.
"""

from datetime import datetime

from campaigns.model import Campaign, Lead
from campaigns.rules.window import find_zone
from dialer.pds.history import NumberHistory
from dialer.pds.hopper import Hopper
from dialer.pds.scores import Known, Offer, Score, first_of_one_priority, list_of
from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.answer_rates import AnswerKey, AnswerRates
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.estimators.signalling import Signal
from pacing.model import CallResult

HOUR_LIFE_S = 60.0
"""The hour at the campaign's is looked up anew after so long."""


class ListRates:
    """One campaign's rates; the same to the engine as `LeadScores`."""

    __slots__ = ("_base", "_calibration", "_first", "_hour", "_hour_at", "_is_mixed", "_rates")

    def __init__(self) -> None:
        self._rates = AnswerRates()
        self._base = AnswerRate()
        self._calibration = ScoreCalibration()
        self._first: AnswerKey | None = None
        self._is_mixed = False
        """Whether attempts have differed in more than the hour; until then there is nothing to tell apart."""
        self._hour = 0
        self._hour_at = -HOUR_LIFE_S

    @property
    def is_trusted(self) -> bool:
        """Whether the rates have lately foretold answers better than the plain answer rate."""
        return self._is_mixed and self._calibration.is_trusted

    def offer(self, campaign: Campaign, hopper: Hopper, history: NumberHistory, now: float) -> Offer:
        """The next leads in their order with the rates that they share, empty while the rates are silent."""
        del history
        if not self.is_trusted:
            return Offer()
        leads = tuple(first_of_one_priority(hopper, now))
        groups = [(list_of(lead), lead.attempts_made) for lead in leads]
        examples = dict(zip(groups, leads, strict=True))
        # Many leads, few groups: the rate of each group is worked out once.
        rates = {group: self._rates.value(self._key(campaign, lead, "", now), now) for group, lead in examples.items()}
        known = {group: rate.value for group, rate in rates.items() if rate is not None}
        if len(known) < len(rates):
            return Offer()
        return Offer(leads, tuple([known[group] for group in groups]), len(leads))

    def score(self, campaign: Campaign, lead: Lead, history: NumberHistory, now: float, trunk: str = "") -> Score:
        """The rate of a lead that is dialed now."""
        del history
        key = self._key(campaign, lead, trunk, now)
        rate = self._rates.value(key, now) if self.is_trusted else None
        return Score(key, rate.value if rate is not None else None)

    def signalled(self, probability: float, signal: Signal, now: float) -> float:
        """The same: these rates take no notice of how a call rings."""
        del signal, now
        return probability

    def learn(self, key: Known, result: CallResult, now: float, signal: Signal | None = None) -> None:
        """Learn from an attempt; one that was given up says too little of what would have become of it."""
        del signal
        if result is CallResult.CANCELLED or not isinstance(key, AnswerKey):
            # Anything else was scored by the lead scores that the campaign had before.
            return
        answered = result is CallResult.ANSWERED
        if not self._is_mixed:
            self._first = self._first or key
            self._is_mixed = _kind(key) != _kind(self._first)
        if self._is_mixed:
            rate, base = self._rates.update(key, answered, now), self._base.value()
            if rate is not None and base is not None:
                self._calibration.update(rate.value, answered, base.value)
        self._base.update(float(answered), now)

    def _key(self, campaign: Campaign, lead: Lead, trunk: str, now: float) -> AnswerKey:
        if now - self._hour_at >= HOUR_LIFE_S:
            self._hour = datetime.fromtimestamp(now, find_zone(campaign.time_zone)).hour
            self._hour_at = now
        return AnswerKey(list_name=list_of(lead), attempt_number=lead.attempts_made + 1, trunk=trunk, hour=self._hour)


def _kind(key: AnswerKey) -> tuple[str, int, str]:
    return key.list_name, key.attempt_number, key.trunk
