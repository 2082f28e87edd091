"""Prefix analysis: the trunks that serve a number, longest matching prefix first."""

from collections.abc import Iterable
from itertools import groupby

from dialer.model import Trunk


class Prefixes:
    """The prefixes of one trunk group's trunks."""

    __slots__ = ("_length_max", "_tiers")

    def __init__(self, trunks: Iterable[Trunk]) -> None:
        by_prefix: dict[str, list[Trunk]] = {}
        for trunk in trunks:
            for prefix in trunk.prefixes:
                by_prefix.setdefault(prefix, []).append(trunk)
        self._tiers: dict[str, list[list[Trunk]]] = {}
        for prefix, listed in by_prefix.items():
            listed.sort(key=_priority)
            self._tiers[prefix] = [list(tier) for _, tier in groupby(listed, key=_priority)]
        self._length_max = max(map(len, self._tiers), default=0)

    def tiers(self, number: str) -> list[list[Trunk]]:
        """Every trunk that serves the number, once: the longest match first, then by priority; equals together."""
        found: set[str] = set()
        tiers = []
        for length in range(min(self._length_max, len(number)), -1, -1):
            for tier in self._tiers.get(number[:length], ()):
                fresh = [trunk for trunk in tier if trunk.name not in found]
                if fresh:
                    found.update(trunk.name for trunk in fresh)
                    tiers.append(fresh)
        return tiers


def _priority(trunk: Trunk) -> int:
    return trunk.priority
