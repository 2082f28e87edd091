"""Prefix analysis: the trunks that serve a number, longest matching prefix first."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from dialer.model import Trunk


class Prefixes:
    """The prefixes of one trunk group's trunks."""

    __slots__ = ("_lengths", "_tiers")

    def __init__(self, trunks: Iterable[Trunk]) -> None:
        by_prefix: dict[str, list[Trunk]] = {}
        for trunk in trunks:
            for prefix in trunk.prefixes:
                by_prefix.setdefault(prefix, []).append(trunk)
        # Whoever has the longest prefix has all shorter ones: the answer for each prefix is worked out once.
        self._tiers = {prefix: _tiers(prefix, by_prefix) for prefix in by_prefix}
        self._lengths = sorted({len(prefix) for prefix in by_prefix}, reverse=True)

    def tiers(self, number: str) -> Sequence[Sequence[Trunk]]:
        """Every trunk that serves the number, once: the longest match first, then by priority; equals together."""
        for length in self._lengths:
            found = self._tiers.get(number[:length])
            if found is not None:
                return found
        return ()


def _tiers(longest: str, by_prefix: dict[str, list[Trunk]]) -> list[list[Trunk]]:
    found: set[str] = set()
    tiers = []
    for length in range(len(longest), -1, -1):
        listed = sorted(by_prefix.get(longest[:length], ()), key=_priority)
        for _, tier in groupby(listed, key=_priority):
            fresh = [trunk for trunk in tier if trunk.name not in found]
            if fresh:
                found.update(trunk.name for trunk in fresh)
                tiers.append(fresh)
    return tiers


def _priority(trunk: Trunk) -> int:
    return trunk.priority
