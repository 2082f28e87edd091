"""Choosing which lead to dial by the state of the floor: sure answers for agents who wait, long shots for later.

An answer is worth most when it is almost certain to find an agent. All leads are to be dialed sooner or later, so the
question is only which one now. By the rearrangement inequality (Hardy, Littlewood and Polya 1934, theorem 368) the
sum of value times probability is greatest when both are in the same order: the lead with the highest chance of an
answer where the risk is least, the one with the lowest where the risk is just under the threshold.
"""

from collections.abc import Sequence

SHARE_EXPONENT = 1.0


class LeadChoice:
    """The offered leads, taken out one by one: the first `in_order` as they come, then the others by rank."""

    def __init__(self, probabilities: Sequence[float], in_order: int = 0) -> None:
        self._first = iter(range(min(in_order, len(probabilities))))
        others = range(in_order, len(probabilities))
        self._ranked = sorted(others, key=lambda index: (probabilities[index], index))

    def take(self, risk: float, threshold: float) -> int:
        """The index of the lead to dial at that risk: the surest at none, the least sure at the threshold."""
        first = next(self._first, None)
        if first is not None:
            return first
        share = min(max(risk / threshold, 0.0), 1.0) ** SHARE_EXPONENT
        rank = round((1.0 - share) * (len(self._ranked) - 1))
        return self._ranked.pop(rank)
