"""List mix: how many leads each list of a campaign gives, by its weight.

Start-time fair queueing (Goyal, Vin, Cheng 1996): each list has a turn on a clock that leads move, and goes on by
1 / weight with every lead. A list that had nothing due meanwhile has no arrears.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def quotas(count: int, weights: Mapping[int, float], turns: Mapping[int, float]) -> dict[int, int]:
    """How many of the next `count` leads each list gives, by list id.

    Args:
        count: leads wanted.
        weights: of the lists that may give, above 0.
        turns: when it is each list's turn, from `moved`; a list that is not there begins with the others.
    """
    given = dict.fromkeys(weights, 0)
    at = _begun(weights, turns)
    for _ in range(count if weights else 0):
        first = min(at, key=lambda list_id: (at[list_id], list_id))
        given[first] += 1
        at[first] += 1 / weights[first]
    return given


def moved(given: Mapping[int, int], weights: Mapping[int, float], turns: Mapping[int, float]) -> dict[int, float]:
    """The turns after each list has given so many; the earliest is 0, so that they never grow."""
    at = _begun(weights, turns)
    for list_id, count in given.items():
        at[list_id] += count / weights[list_id]
    first = min(at.values(), default=0.0)
    return {list_id: turn - first for list_id, turn in at.items()}


def interleaved(parts: Mapping[int, Sequence[T]], weights: Mapping[int, float]) -> list[T]:
    """The leads of several lists in the order in which they are to be dialed: each list at its rhythm."""
    placed: Iterable[tuple[float, int, T]] = (
        ((place + 0.5) / weights[list_id], list_id, one)
        for list_id, leads in parts.items()
        for place, one in enumerate(leads)
    )
    return [one for _, _, one in sorted(placed, key=lambda entry: entry[:2])]


def _begun(weights: Mapping[int, float], turns: Mapping[int, float]) -> dict[int, float]:
    clock = min((turns[list_id] for list_id in weights if list_id in turns), default=0.0)
    # No list is more than one lead behind: what it could not give is not given later.
    return {list_id: min(max(clock, turns.get(list_id, clock)), clock + 1 / weights[list_id]) for list_id in weights}
