"""Whether the forecasts come true: risks against outcomes, and intervals against what fell into them.

risks = RiskCalibration()
risks.update(0.02, abandoned=False)     # a call placed at a risk of 2 % was answered, and an agent was there
risks.ratio()                           # realised over predicted, with its uncertainty
risks.is_off                            # the alarm: outside [0.5, 2] on enough answers
risks.curve()                           # the reliability curve

intervals = IntervalCoverage()
intervals.update(below=0.31, at=0.42)   # the forecast's distribution function just below and at what happened
intervals.coverage(0.9)                 # 0.9 for a forecast that is right
"""

from bisect import bisect_left

import msgspec
import numpy as np

from pacing.estimators.estimate import Estimate

HALF_LIFE_ANSWERS = 2000.0
"""An answer's weight halves after this many later ones: some hours of a mid-sized team."""
EDGES = (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2)
"""Risks are gathered in the bins between these; the last bin is open."""
RATIO_MIN = 0.5
RATIO_MAX = 2.0
"""Realised over predicted outside these raises the alarm ..."""
RATIO_BACK = 1.25
"""... and inside 1/1.25 to 1.25 times these it is taken back."""
EXPECTED_MIN = 15.0
"""Abandoned calls that must be expected (or seen, where they exceed the range) before the ratio is judged: by chance
alone a right forecast sees twice as many once in 3,000, and half as many once in 60."""
PIT_BINS = 200
HALF_LIFE_FORECASTS = 10_000.0


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the reliability curve: calls placed at about the same risk."""

    predicted: float
    """Their mean predicted risk."""
    realised: float
    """Share of those answered by a person that found no agent in time."""
    answers: float
    """Answers in this bin that still weigh in."""


class RiskTally(msgspec.Struct, frozen=True, kw_only=True):
    """Calls placed at about the same risk and answered by a person, as sums that can be added up over days."""

    answers: int = 0
    predicted: float = 0.0
    """Sum of their predicted risks: so many abandoned calls were to be expected."""
    abandoned: int = 0

    def __add__(self, other: "RiskTally") -> "RiskTally":
        return RiskTally(
            answers=self.answers + other.answers,
            predicted=self.predicted + other.predicted,
            abandoned=self.abandoned + other.abandoned,
        )


class RiskCalibration:
    """The predicted risk of every dial that a person answered, against what became of it, with forgetting."""

    def __init__(self) -> None:
        # Per bin: answers, predicted and realised abandoned calls. Later ones weigh more instead of earlier ones less.
        self._sums = [[0.0, 0.0, 0.0] for _ in range(len(EDGES) + 1)]
        self._total = [0.0, 0.0, 0.0]
        self._weight = 1.0
        self._is_off = False
        self._whole = [[0.0, 0.0, 0.0] for _ in self._sums]

    def update(self, risk: float, abandoned: bool) -> None:
        """Count an answer to a call that was placed at that risk."""
        self._weight *= 2.0 ** (1.0 / HALF_LIFE_ANSWERS)
        number = bisect_left(EDGES, risk)
        whole = self._whole[number]
        whole[0] += 1.0
        whole[1] += risk
        whole[2] += float(abandoned)
        for sums in (self._sums[number], self._total):
            sums[0] += self._weight
            sums[1] += self._weight * risk
            sums[2] += self._weight * float(abandoned)
        if self._weight > 1e9:
            self._sums = [[value / self._weight for value in each] for each in self._sums]
            self._total = [value / self._weight for value in self._total]
            self._weight = 1.0
        self._is_off = self._judge()

    def ratio(self) -> Estimate | None:
        """Realised over predicted abandoned calls; None before any has been expected."""
        predicted, realised = self._total[1] / self._weight, self._total[2] / self._weight
        if predicted <= 0.0:
            return None
        return Estimate(realised / predicted, (realised + 1.0) ** 0.5 / predicted)

    @property
    def is_off(self) -> bool:
        """Whether the ratio has left [`RATIO_MIN`, `RATIO_MAX`] and has not come back well inside yet."""
        return self._is_off

    @property
    def answers(self) -> float:
        """Answers that still weigh in."""
        return self._total[0] / self._weight

    def curve(self) -> tuple[Reliability, ...]:
        """The reliability curve, by rising risk; bins without answers are left out."""
        return tuple(
            Reliability(predicted=predicted / answers, realised=realised / answers, answers=answers / self._weight)
            for answers, predicted, realised in self._sums
            if answers > 0.0
        )

    def tallies(self) -> tuple[RiskTally, ...]:
        """Everything counted since the beginning, nothing forgotten, by bin of risk; empty bins are there too."""
        return tuple(
            RiskTally(answers=round(answers), predicted=predicted, abandoned=round(abandoned))
            for answers, predicted, abandoned in self._whole
        )

    def _judge(self) -> bool:
        predicted, realised = self._total[1] / self._weight, self._total[2] / self._weight
        if max(predicted, realised / RATIO_MAX) < EXPECTED_MIN:
            return False
        slack = RATIO_BACK if self._is_off else 1.0
        return not RATIO_MIN * slack * predicted <= realised <= RATIO_MAX / slack * predicted


class IntervalCoverage:
    """How often what happened lay inside the forecast's central intervals.

    Kept as the histogram of the probability integral transform. For counts the transform is a step, so the mass of one
    observation is spread over it (the non-randomised transform of Czado, Gneiting and Held 2009, Biometrics 65:1254):
    a right forecast then has exactly its nominal coverage, however coarse its distribution.
    """

    def __init__(self) -> None:
        self._mass = np.zeros(PIT_BINS)
        self._count = 0.0

    def update(self, below: float, at: float) -> None:
        """Count a forecast whose distribution function was `below` just below what happened, and `at` at it."""
        low = min(max(below, 0.0), 1.0)
        high = min(max(at, low), 1.0)
        keep = 0.5 ** (1.0 / HALF_LIFE_FORECASTS)
        self._mass *= keep
        self._count = self._count * keep + 1.0
        if high - low < 1e-9:
            self._mass[min(int(low * PIT_BINS), PIT_BINS - 1)] += 1.0
            return
        edges = np.clip(np.linspace(0.0, 1.0, PIT_BINS + 1), low, high)
        self._mass += np.diff(edges) / (high - low)

    def coverage(self, level: float) -> float | None:
        """Share that lay in the central interval of that level (0..1); None before any forecast."""
        if self._count <= 0.0:
            return None
        cumulative = np.concatenate([[0.0], np.cumsum(self._mass)]) / self._count
        low, high = np.interp(((1.0 - level) / 2, (1.0 + level) / 2), np.linspace(0.0, 1.0, PIT_BINS + 1), cumulative)
        return float(high - low)

    @property
    def forecasts(self) -> float:
        """Forecasts that still weigh in."""
        return self._count
