"""Steering the abandon rate: the receding-horizon controller that spends the budget and no more."""

import math

from pacing.model import AbandonBudget

START_RISK = 0.024
"""The risk threshold to start from; measured best at 3 % for teams from 5 to 300 agents, almost alike for all."""
RISK_EXPONENT = 1.3
"""The threshold goes with this power of the abandon rate it yields (measured 1.28 to 1.32)."""
TRIM_STEP = 0.05
TRIM_MIN = -2.5
TRIM_MAX = 2.0
RATE_TIME_S = 900.0
RATE_PRIOR_ANSWERS = 5.0
REMAINING_S_MAX = 4 * 3600.0
"""Where the window has no known end, or a far one, no more than this much future may be counted on."""
GATE_SHARE = 0.9


class BudgetController:
    """Turns what is left of the abandon budget into a threshold on the risk of each single call.

    The allowed rate `rho` is the one that, held for the rest of the window, ends it at the target. An integrator trims
    the threshold until the realised rate follows the allowed one, so that no model needs to be unbiased.
    """

    def __init__(self, target: float) -> None:
        self._target = target
        self._trim = 0.0
        self._rho = target

    def threshold(self, budget: AbandonBudget, now: float) -> float:
        """The highest risk at which a call may be placed now; 0 while the budget is exhausted."""
        target = min(self._target, budget.rate_max)
        remaining = self.answers_expected(budget, now)
        left = target * (budget.answered + remaining) - budget.abandoned
        self._rho = min(max(left / max(remaining, 1.0), 0.0), 2.0 * target)
        if self._rho <= 0.0:
            return 0.0
        return float(START_RISK * (self._rho / 0.03) ** RISK_EXPONENT * math.exp(self._trim))

    def is_gated(self, budget: AbandonBudget, now: float) -> bool:
        """Whether one abandoned call more could leave the window over its cap."""
        answers = budget.answered + GATE_SHARE * self.answers_expected(budget, now)
        return budget.abandoned + 1 > budget.rate_max * answers

    @staticmethod
    def answers_expected(budget: AbandonBudget, now: float) -> float:
        """Answers still to come in the window, at the rate seen so far."""
        elapsed = max(now - budget.window_started_at, 0.0)
        rate = (budget.answered + RATE_PRIOR_ANSWERS) / (elapsed + RATE_TIME_S)
        return rate * min(max(budget.window_ends_at - now, 0.0), REMAINING_S_MAX)

    def learn(self, abandoned: bool) -> None:
        """Take one more answer into the trim."""
        step = TRIM_STEP * (self._rho - float(abandoned))
        self._trim = min(max(self._trim + step, TRIM_MIN), TRIM_MAX)
