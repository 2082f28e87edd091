"""Steering the abandon rate: the receding-horizon controller that spends the budget and no more."""

import math

from pacing.model import AbandonBudget

START_RISK = 0.024
"""The risk threshold to start from at a cap of 3 %; measured best for teams from 5 to 300 agents, almost alike."""
START_RATE = 0.03
RISK_EXPONENT = 1.3
"""The threshold goes with this power of the abandon rate it yields (measured 1.28 to 1.32)."""
TRIM_STEP = 0.05
TRIM_MIN = -2.5
TRIM_MAX = 2.0
RATE_TIME_S = 900.0
RATE_PRIOR_ANSWERS = 5.0
RESERVE_CALLS = 2.0
"""The window is steered to end with this many abandoned calls to spare: about what the last minutes may bring."""
REMAINING_S_MAX = 4 * 3600.0
"""No more than this much future is counted on, even where the window ends later: agents may go home."""
OPEN_END_S = 1800.0
OPEN_END_ANSWERS = 150.0
"""Where the end of the window is not known, a deviation is made good within this time and number of answers."""
GATE_SHARE = 0.9


class BudgetController:
    """Turns what is left of the abandon budget into a threshold on the risk of each single call.

    The allowed rate is the one that, held for the rest of the window, ends it with the reserve to spare and at or
    under the target. An integrator trims the threshold until the realised rate follows the allowed one, so that no
    model needs to be unbiased.
    """

    def __init__(self, target: float | None) -> None:
        self._target = target
        self._trim = 0.0
        self._allowed: float | None = None

    def threshold(self, budget: AbandonBudget, now: float) -> float:
        """The highest risk at which a call may be placed now; 0 while the budget allows no abandoned call more."""
        remaining = self._answers_expected(budget, now)
        target = budget.rate_max if self._target is None else min(self._target, budget.rate_max)
        at_target = target * (budget.answered + remaining)
        at_reserve = budget.rate_max * (budget.answered + remaining) - RESERVE_CALLS
        spare = min(at_target, at_reserve) - budget.abandoned
        self._allowed = min(max(spare / max(remaining, 1.0), 0.0), 2.0 * target)
        cautious = budget.rate_max * (budget.answered + GATE_SHARE * remaining)
        if budget.abandoned + 1 > cautious or self._allowed == 0.0:
            return 0.0
        return float(START_RISK * (self._allowed / START_RATE) ** RISK_EXPONENT * math.exp(self._trim))

    def learn(self, abandoned: bool) -> None:
        """Take one more answer into the trim."""
        if self._allowed is not None:
            step = TRIM_STEP * (self._allowed - float(abandoned))
            self._trim = min(max(self._trim + step, TRIM_MIN), TRIM_MAX)

    @staticmethod
    def _answers_expected(budget: AbandonBudget, now: float) -> float:
        """Answers still to come in the window, at the rate seen so far."""
        elapsed = max(now - budget.window_started_at, 0.0)
        rate = (budget.answered + RATE_PRIOR_ANSWERS) / (elapsed + RATE_TIME_S)
        if math.isinf(budget.window_ends_at):
            return max(rate * OPEN_END_S, OPEN_END_ANSWERS)
        return rate * min(max(budget.window_ends_at - now, 0.0), REMAINING_S_MAX)
