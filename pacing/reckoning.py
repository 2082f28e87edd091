"""What a call's risk comes to in the end: calls placed after it take agents too.

The risk at which a call is placed says what would happen if nothing more were dialed. But the policy fills up to its
threshold at every event, and those who answer first are served first, whoever was dialed first. So a call placed at
next to no risk is in the end exposed almost as much as one placed just under the threshold, the more so the larger the
team. How much is learned: realised over allowed abandon rate, by the share of the threshold at which calls were placed.
"""

from bisect import bisect_right
from itertools import islice

SHARES = (0.05, 0.25, 0.5, 0.75)
"""Shares of the threshold are gathered in the bins between these."""
PRIOR_FACTORS = (0.45, 0.75, 0.9, 1.0, 1.05)
PRIOR_EXPECTED = 3.0
"""The prior weighs as much as this many expected abandoned calls in each bin."""
HALF_LIFE_EXPECTED = 60.0
"""Half-life in expected abandoned calls: some 2,000 answers at 3 %."""
REMEMBERED_MAX = 4096


class Reckoning:
    """Predicts the chance that a placed call will be abandoned if a person answers it, calibrated online."""

    def __init__(self) -> None:
        self._expected = [PRIOR_EXPECTED] * len(PRIOR_FACTORS)
        self._seen = [PRIOR_EXPECTED * factor for factor in PRIOR_FACTORS]
        self._placed: dict[float, tuple[int, float]] = {}
        """What lies behind a prediction, by its value: the policy is told no more when the call is answered."""

    def predict(self, risk: float, threshold: float, allowed: float) -> float:
        """The chance for a call placed at `risk` under `threshold`, while the rate `allowed` is steered to."""
        number = bisect_right(SHARES, risk / threshold) if threshold > 0.0 else len(SHARES)
        predicted = min(allowed * self._seen[number] / self._expected[number], 1.0)
        self._placed[predicted] = (number, allowed)
        if len(self._placed) > REMEMBERED_MAX:
            for old in list(islice(self._placed, REMEMBERED_MAX // 2)):
                del self._placed[old]
        return predicted

    def learn(self, predicted: float, abandoned: bool) -> None:
        """Count an answer to a call for which that was predicted; a value that was never predicted is left aside."""
        found = self._placed.get(predicted)
        if found is None:
            return
        number, allowed = found
        keep = 0.5 ** (allowed / HALF_LIFE_EXPECTED)
        self._expected[number] = self._expected[number] * keep + allowed
        self._seen[number] = self._seen[number] * keep + float(abandoned)
