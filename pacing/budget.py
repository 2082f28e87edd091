"""Steering the abandon rate: the receding-horizon controller that spends the budget and no more."""

import math
from collections.abc import Sequence

from pacing.model import AbandonBudget

START_RISK = 0.016
START_RISK_ALONE = 0.04
"""The risk threshold to start from at a cap of 3 %: the first, and the second divided by the number of agents. Held for
days, 0.030 / 0.024 / 0.020 yield 3 % with 5 / 10 / 20 agents; these are four fifths of that, as what is overspent early
costs more than what is left for later."""
START_RATE = 0.03
TRIM_STEP_FIRST = 0.1
TRIM_STEP_LAST = 0.025
TRIM_STEP_ANSWERS = 100.0
"""The integrator's step falls from the first to the last of these, by half in so many answers."""
TRIM_MIN = -2.5
TRIM_MAX = 2.5
RATE_LIFE_S = 3600.0
RATE_TIME_S = 900.0
RATE_PRIOR_ANSWERS = 5.0
"""Answers to come are foreseen from those of the last hour, beginning with so many in so long."""
OPEN_HORIZON_S = 1800.0
OPEN_HORIZON_ANSWERS = 300.0
"""Where the window's end is not known, a deviation is made good within this much time or this many answers, whichever
takes longer. Shorter horizons make the threshold swing, which costs occupancy; longer ones need a larger reserve."""
OPEN_EXPONENT = 1.3
"""The threshold goes with this power of the abandon rate it yields (measured 1.28 to 1.32)."""
OPEN_RESERVE_SD = 2.0
"""Then this many standard deviations of what the horizon may bring are kept in reserve."""
OPEN_SURE_ANSWERS = 60.0
"""And the gate relies on so many answers to come: a gate that closes at the cap itself closes 5 % of the time."""
KNOWN_HORIZON_S = 4 * 3600.0
"""Towards a known end no more future than this is counted on."""
KNOWN_EXPONENT = 1.0
"""A deviation has until then to be made good, so that the threshold moves less with the allowed rate than would bring
that rate about at once: its swings cost occupancy, and the trim does the rest."""
KNOWN_RESERVE_CALLS = 0.6
KNOWN_RESERVE_SD = 4.0
KNOWN_RESPONSE_S = 300.0
"""And so many calls are kept in reserve, with so many standard deviations of what may be abandoned in the time that a
change of threshold takes to tell: what chance does in the last minutes cannot be made good. With three deviations two
of 860 days of twenty agents ended over their cap; with four none of 1,200 did (decision 0233)."""
SURPLUS_S = 1800.0
"""What is missing is saved at once, what is left over is spent over no less than this: divided by the few answers of
the last minutes it would let calls through at any risk, and answers come in bursts."""
LIST_HORIZON_ANSWERS = 20.0
"""Towards the end of the list at least so many are foreseen all the same: leads may be added, and a list that is fed
as it is dialed would otherwise make the threshold swing. What must hold when nobody is left is the reserve."""
SURE_SHARE = 0.9
"""Share of the answers expected before a known end on which the gate relies."""
FLOOR_SHARE = 0.02
"""While the budget is spent, this share of the target is still allowed: far better than progressive for all but the
smallest teams, whose idle agents would pile up and then be dialed for all at once, and next to nothing abandoned."""
ANSWERS_MIN = 300.0
"""A window is expected to see at least so many answers; the reserve is built up over them."""


class BudgetController:
    """Turns what is left of the abandon budget into a threshold on the risk of each single call.

    The allowed rate is the one that, held over the horizon, brings the account to its target with a reserve of calls
    to spare. Where the window's end is known, that is the horizon, or the end of the list where that comes first. Where
    it is not, agents may go home at any time: the account is kept under its cap all along, by a reserve that covers
    chance. An integrator trims the threshold until the realised rate follows the allowed one, so that no model needs to
    be unbiased.
    """

    def __init__(self, target: float | None) -> None:
        self._target = target
        self._trim = 0.0
        self.allowed = START_RATE
        """The abandon rate steered to now."""
        self._answers = 0
        self._recent = 0.0
        self._first_at: float | None = None
        self._last_at = 0.0

    def threshold(
        self, budgets: Sequence[AbandonBudget], now: float, agents: int, answers_left: float = math.inf
    ) -> float:
        """The highest risk at which a call may be placed now, with so many agents at work.

        Where several windows run side by side (24 hours, 30 days), the one that allows least decides.

        Args:
            budgets: the accounts that must all hold.
            now: Unix seconds.
            agents: agents at work.
            answers_left: how many answers the leads left on the list are good for.
        """
        if self._first_at is None:
            self._first_at = self._last_at = now
        rate = self._answers_per_s(now)
        allowances = [self._allowance(budget, rate, answers_left, now) for budget in budgets]
        self.allowed = min(allowances)
        least = budgets[allowances.index(self.allowed)]
        exponent = OPEN_EXPONENT if math.isinf(least.window_ends_at) else KNOWN_EXPONENT
        start = START_RISK + START_RISK_ALONE / max(agents, 1)
        return float(start * (self.allowed / START_RATE) ** exponent * math.exp(self._trim))

    def learn(self, abandoned: bool, now: float) -> None:
        """Take one more answer into the trim and the rate of answers."""
        if self._first_at is None:
            return
        self._recent = self._recent * self._kept(now) + 1.0
        self._last_at = max(now, self._last_at)
        step = max(TRIM_STEP_FIRST / (1.0 + self._answers / TRIM_STEP_ANSWERS), TRIM_STEP_LAST)
        self._answers += 1
        moved = self._trim + step * (self.allowed - float(abandoned))
        self._trim = min(max(moved, TRIM_MIN), TRIM_MAX)

    def _answers_per_s(self, now: float) -> float:
        """Answers per second of late, while there was dialing: the window may have begun long before it."""
        assert self._first_at is not None
        seen_s = RATE_LIFE_S * (1.0 - math.exp(-max(now - self._first_at, 0.0) / RATE_LIFE_S))
        return (self._recent * self._kept(now) + RATE_PRIOR_ANSWERS) / (seen_s + RATE_TIME_S)

    def _kept(self, now: float) -> float:
        return math.exp(-max(now - self._last_at, 0.0) / RATE_LIFE_S)

    def _allowance(self, budget: AbandonBudget, rate: float, answers_left: float, now: float) -> float:
        """The abandon rate that brings this account to its target over the horizon, at so many answers per second."""
        built_up = min(budget.answered / ANSWERS_MIN, 1.0)
        if math.isinf(budget.window_ends_at):
            horizon = max(rate * OPEN_HORIZON_S, OPEN_HORIZON_ANSWERS)
            reserve = (1.0 + OPEN_RESERVE_SD * math.sqrt(budget.rate_max * horizon / 2.0)) * built_up
            sure = max(ANSWERS_MIN - budget.answered, OPEN_SURE_ANSWERS)
        else:
            by_time = rate * min(max(budget.window_ends_at - now, 0.0), KNOWN_HORIZON_S)
            horizon = min(by_time, max(answers_left, LIST_HORIZON_ANSWERS))
            chance = math.sqrt(budget.rate_max * rate * KNOWN_RESPONSE_S)
            reserve = (KNOWN_RESERVE_CALLS + KNOWN_RESERVE_SD * chance) * built_up
            sure = SURE_SHARE * min(by_time, answers_left)
        target = budget.rate_max if self._target is None else min(self._target, budget.rate_max)
        floor = FLOOR_SHARE * target
        if budget.abandoned + 1 > budget.rate_max * (budget.answered + sure):
            return floor
        answers = budget.answered + horizon
        spare = min(target * answers, budget.rate_max * answers - reserve) - budget.abandoned
        surplus = spare - target * horizon
        over = max(horizon, rate * SURPLUS_S, 1.0) if surplus > 0.0 else max(horizon, 1.0)
        return min(max(target + surplus / over, floor), 2.0 * target)
