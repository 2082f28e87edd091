"""What a call's risk comes to in the end: calls placed after it take agents too.

The risk at which a call is placed says what would happen if nothing more were dialed. But the policy fills up to its
threshold at every event, and those who answer first are served first, whoever was dialed first. So a call placed at
next to no risk is in the end exposed almost as much as one placed just under the threshold, the more so the larger the
team. And while more is allowed than usual, more than that comes of it for the moment, as the calls that a higher
threshold has room for are placed all at once. How much is learned: realised over foretold abandon rate, by the share of
the threshold at which calls were placed.
"""

from bisect import bisect_right
from itertools import islice

SHARES = (0.05, 0.25, 0.5, 0.75)
"""Shares of the threshold are gathered in the bins between these."""
SHARE_USUAL = 0.75
"""The mean share: calls placed there come to the rate allowed."""
SLOPE_SMALL, SLOPE_LARGE = 1.15, 0.25
"""How the rate that comes of a call, over the rate allowed, rises with its share of the threshold: for teams of up to
`TEAM_SMALL`, and for large ones. In between, the difference falls with the square of the team."""
TEAM_SMALL = 5
FACTOR_MIN = 0.05
"""No call is foretold less than this part of the rate allowed: a bin that expects nothing could learn nothing."""
BEYOND_EXPONENT = 0.2
"""The rate that comes goes with the power 1.2 of the rate allowed, on its way from the usual one (decision 0233)."""
USUAL_ANSWERS = 1000.0
"""What is usually allowed is the mean over so many answers."""
PRIOR_EXPECTED = 20.0
"""The prior weighs as much as this many expected abandoned calls in each bin."""
HALF_LIFE_EXPECTED = 200.0
"""Half-life in expected abandoned calls: some 7,000 answers at 3 %."""
REMEMBERED_MAX = 4096


class Reckoning:
    """Predicts the chance that a placed call will be abandoned if a person answers it, calibrated online."""

    def __init__(self) -> None:
        self._expected = [PRIOR_EXPECTED] * (len(SHARES) + 1)
        self._seen = [PRIOR_EXPECTED] * (len(SHARES) + 1)
        self._usual = 0.0
        self._answers = 0.0
        self._placed: dict[float, tuple[int, float, float]] = {}
        """What lies behind a prediction, by its value: the policy is told no more when the call is answered."""

    def predict(self, risk: float, threshold: float, allowed: float, agents: int) -> float:
        """The chance for a call placed at `risk` under `threshold`, while the rate `allowed` is steered to."""
        share = min(risk / threshold, 1.0) if threshold > 0.0 else 1.0
        number = bisect_right(SHARES, share)
        usual = self._usual if self._answers else allowed
        beyond = (allowed / usual) ** BEYOND_EXPONENT if usual > 0.0 else 1.0
        foretold = allowed * beyond * max(1.0 + slope(agents) * (share - SHARE_USUAL), FACTOR_MIN)
        predicted = min(foretold * self._seen[number] / self._expected[number], 1.0)
        self._placed[predicted] = (number, foretold, allowed)
        if len(self._placed) > REMEMBERED_MAX:
            for old in list(islice(self._placed, REMEMBERED_MAX // 2)):
                del self._placed[old]
        return predicted

    def learn(self, predicted: float, abandoned: bool) -> None:
        """Count an answer to a call for which that was predicted; a value that was never predicted is left aside."""
        found = self._placed.get(predicted)
        if found is None:
            return
        number, foretold, allowed = found
        keep = 0.5 ** (foretold / HALF_LIFE_EXPECTED)
        self._expected[number] = self._expected[number] * keep + foretold
        self._seen[number] = self._seen[number] * keep + float(abandoned)
        self._answers += (USUAL_ANSWERS - self._answers) / USUAL_ANSWERS
        self._usual += (allowed - self._usual) / max(self._answers, 1.0)


def slope(agents: int) -> float:
    """How the rate that comes of a call, over the rate allowed, rises with its share of the threshold."""
    return SLOPE_LARGE + (SLOPE_SMALL - SLOPE_LARGE) * min(1.0, TEAM_SMALL / max(agents, 1)) ** 2
