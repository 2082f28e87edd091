"""Choosing which lead to dial by the state of the floor: sure answers for agents who wait, long shots for later.

An answer is worth most when it is almost certain to find an agent. All leads are to be dialed sooner or later, so the
question is only which one now. By the rearrangement inequality (Hardy, Littlewood and Polya 1934, theorem 368) the
sum of value times probability is greatest when both are in the same order: the lead with the highest chance of an
answer where the risk is least, the one with the lowest where the risk is just under the threshold.
"""

from collections.abc import Sequence

SHARE_EXPONENT = 1.0


class LeadChoice:
    """The offered leads, taken out one by one by rank."""

    def __init__(self, probabilities: Sequence[float]) -> None:
        self._ranked = sorted(range(len(probabilities)), key=lambda index: (probabilities[index], index))

    def take(self, risk: float, threshold: float) -> int:
        """The index of the lead to dial at that risk: the surest at none, the least sure at the threshold."""
        share = min(max(risk / threshold, 0.0), 1.0) ** SHARE_EXPONENT
        rank = round((1.0 - share) * (len(self._ranked) - 1))
        return self._ranked.pop(rank)
