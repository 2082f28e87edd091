"""The optimum of steering: how an account with so many answers to come is best spent where it may not end over its cap.

A dynamic program over the answers to come and what the account is under its cap. At every answer the controller picks
the abandon rate to steer to, and that answer is abandoned with this chance, whatever became of the others. On a floor,
answers come in bursts, and a threshold takes minutes to tell: what is found here no steering can do better.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

ANSWER_STEPS = 3
"""What an answer adds to the account, in steps of its grid."""
SAVED_CALLS = 12
"""More than this under the cap counts as no more than this."""
OWED_CALLS = 2
"""A window that has come this far over its cap is given up."""
RATES = 60
"""Abandon rates to pick from, even steps from next to nothing to twice the cap."""


class SteeringOptimum(msgspec.Struct, frozen=True, kw_only=True):
    """What the best steering comes to."""

    occupancy: float
    """Of all windows, 0..1."""
    abandon_rate: float
    """Of all answers, 0..1."""
    over: float
    """Chance that a window ends over its cap, 0..1."""


def best_steering(
    curve: Sequence[tuple[float, float]], answers: int, rate_max: float, over_price: float = 1.0
) -> SteeringOptimum:
    """The best that can be made of a window.

    Args:
        curve: abandon rates (rising) and the best occupancy at each, both 0..1.
        answers: how many the window will see, at least one.
        rate_max: the cap, 0..1; taken to the nearest whole number of steps in a call.
        over_price: what a window over its cap costs, in the occupancy of whole windows.
    """
    call = round(ANSWER_STEPS / rate_max)
    rates = 2.0 * rate_max * np.arange(1, RATES + 1) / RATES
    known_rates, known_occupancies = np.array(curve).T
    gains = np.interp(rates, known_rates, known_occupancies)
    levels = np.arange(-OWED_CALLS * call, SAVED_CALLS * call + 1)
    value = np.where(levels < 0, -over_price, 0.0)
    picked = np.empty((answers, len(levels)), np.int8)
    kept, lost = (_targets(len(levels), steps) for steps in (ANSWER_STEPS, ANSWER_STEPS - call))
    for left in range(answers):
        worth = (gains / answers)[:, None] + value[kept] + rates[:, None] * (value[lost] - value[kept])
        picked[left] = worth.argmax(axis=0)
        value = worth.max(axis=0)
    at = (levels == 0).astype(np.float64)
    occupancy = abandoned = 0.0
    for picks in picked[::-1]:
        occupancy += at @ gains[picks]
        gone = at * rates[picks]
        abandoned += gone.sum()
        at = np.bincount(kept, at - gone, len(at)) + np.bincount(lost, gone, len(at))
    over = at[levels < 0].sum()
    return SteeringOptimum(
        occupancy=float(occupancy / answers), abandon_rate=float(abandoned / answers), over=float(over)
    )


def _targets(levels: int, steps: int) -> NDArray[np.intp]:
    """Where each level comes to, so many steps further on: the lowest keeps what is there, the highest is the end."""
    to = np.clip(np.arange(levels) + steps, 0, levels - 1)
    to[0] = 0
    return to
