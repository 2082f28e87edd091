"""Which numbers may be called at all: the fence against toll fraud, asked before any trunk is.

Whoever takes over a dialer calls numbers that share their price with the thief: premium rate, satellites, services of
revenue share. Those ranges are barred from the start; an operator who needs one allows it by its prefix.
"""

from collections.abc import Iterable


class Fence:
    """Allowed and barred prefixes; the longest that matches decides, and of two equal ones the allowed."""

    __slots__ = ("_is_allowed", "_lengths")

    def __init__(self, allowed: Iterable[str], barred: Iterable[str]) -> None:
        self._is_allowed = dict.fromkeys(barred, False) | dict.fromkeys(allowed, True)
        self._lengths = sorted({len(prefix) for prefix in self._is_allowed}, reverse=True)

    def refusal(self, number: str) -> str:
        """Why a number may not be called; empty where it may."""
        for length in self._lengths:
            is_allowed = self._is_allowed.get(number[:length])
            if is_allowed is not None:
                return "" if is_allowed else f"numbers that begin with {number[:length]} are barred"
        return "no allowed prefix fits the number"
