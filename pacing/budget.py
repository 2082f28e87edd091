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
HORIZON_S = 900.0
HORIZON_ANSWERS = 100.0
"""A deviation is made good within this much time or this many answers, whichever takes longer: no more future than
that is counted on, for agents may go home and lists may end long before the regulator's window does."""
ANSWERS_MIN = 200.0
"""A window is expected to see at least so many answers: a reserve can only be built up by and by."""
RESERVE_SD = 2.0
"""Standard deviations of what the horizon may bring that are kept in reserve, in abandoned calls."""


class BudgetController:
    """Turns what is left of the abandon budget into a threshold on the risk of each single call.

    The allowed rate is the one that, held over the horizon, brings the account to its target, with a reserve of calls
    under the cap that covers chance: as the account is kept there all along, the window may end at any time, and the
    reserve shrinks towards an end that is known. An integrator trims the threshold until the realised rate follows
    the allowed one, so that no model needs to be unbiased.
    """

    def __init__(self, target: float | None) -> None:
        self._target = target
        self._trim = 0.0
        self._allowed: float | None = None

    def threshold(self, budget: AbandonBudget, now: float) -> float:
        """The highest risk at which a call may be placed now; 0 while the budget allows no abandoned call more."""
        horizon = self._horizon_answers(budget, now)
        target = budget.rate_max if self._target is None else min(self._target, budget.rate_max)
        reserve = 1.0 + RESERVE_SD * math.sqrt(budget.rate_max * horizon / 2.0)
        reserve *= min(budget.answered / ANSWERS_MIN, 1.0)
        answers = budget.answered + horizon
        spare = min(target * answers, budget.rate_max * answers - reserve) - budget.abandoned
        self._allowed = min(max(spare / max(horizon, 1.0), 0.0), 2.0 * target)
        certain = max(float(budget.answered), min(ANSWERS_MIN, answers))
        if budget.abandoned + 1 > budget.rate_max * certain or self._allowed == 0.0:
            return 0.0
        return float(START_RISK * (self._allowed / START_RATE) ** RISK_EXPONENT * math.exp(self._trim))

    def learn(self, abandoned: bool) -> None:
        """Take one more answer into the trim."""
        if self._allowed is not None:
            step = TRIM_STEP * (self._allowed - float(abandoned))
            self._trim = min(max(self._trim + step, TRIM_MIN), TRIM_MAX)

    @staticmethod
    def _horizon_answers(budget: AbandonBudget, now: float) -> float:
        """Answers to come within the horizon, at the rate seen so far."""
        elapsed = max(now - budget.window_started_at, 0.0)
        rate = (budget.answered + RATE_PRIOR_ANSWERS) / (elapsed + RATE_TIME_S)
        return min(max(rate * HORIZON_S, HORIZON_ANSWERS), rate * max(budget.window_ends_at - now, 0.0))
