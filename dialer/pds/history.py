"""What the engine remembers of the numbers it has dialed: how the last try went, and how often it was given up.

Kept from the engine's start on, by number and not by lead, so that it also holds between campaigns. It is not read from
the store: after a restart the cap on late cancels begins anew, and only the retry rule for cancelled attempts holds on.
"""

from typing import NamedTuple

from campaigns.model import Outcome

NUMBERS_MAX = 200_000
"""Beyond this the number noted least recently is forgotten."""


class Tried(NamedTuple):
    """A number's earlier attempts."""

    placed_at: float
    """When the last one was placed."""
    outcome: Outcome
    """How the last one ended."""
    late_cancels: int
    """How many of them were given up while they rang."""


class NumberHistory:
    """Earlier attempts by number, E.164."""

    __slots__ = ("_numbers_max", "_tried")

    def __init__(self, numbers_max: int = NUMBERS_MAX) -> None:
        self._tried: dict[str, Tried] = {}
        self._numbers_max = numbers_max

    def find(self, number: str) -> Tried | None:
        """What is remembered of a number; None where it has not been dialed, or is forgotten."""
        return self._tried.get(number)

    def late_cancels(self, number: str) -> int:
        """How often calls to the number were given up while they rang."""
        tried = self._tried.get(number)
        return tried.late_cancels if tried is not None else 0

    def note(self, number: str, placed_at: float, outcome: Outcome, was_given_up: bool) -> None:
        """Remember an attempt that has ended."""
        before = self._tried.pop(number, None)
        late_cancels = (before.late_cancels if before is not None else 0) + was_given_up
        self._tried[number] = Tried(placed_at, outcome, late_cancels)
        if len(self._tried) > self._numbers_max:
            del self._tried[next(iter(self._tried))]
