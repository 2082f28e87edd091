"""Prefix analysis: the trunks that serve a number, longest matching prefix first."""

from collections.abc import Iterable

from dialer.model import Trunk


class Prefixes:
    """The prefixes of one trunk group's trunks."""

    __slots__ = ("_length_max", "_trunks")

    def __init__(self, trunks: Iterable[Trunk]) -> None:
        self._trunks: dict[str, list[Trunk]] = {}
        for trunk in trunks:
            for prefix in trunk.prefixes:
                self._trunks.setdefault(prefix, []).append(trunk)
        for listed in self._trunks.values():
            listed.sort(key=lambda trunk: trunk.priority)
        self._length_max = max(map(len, self._trunks), default=0)

    def trunks(self, number: str) -> list[Trunk]:
        """Every trunk that serves the number, the longest match first, then by priority; none twice."""
        found: dict[str, Trunk] = {}
        for length in range(min(self._length_max, len(number)), -1, -1):
            for trunk in self._trunks.get(number[:length], ()):
                found.setdefault(trunk.name, trunk)
        return list(found.values())


def translate(trunk: Trunk, number: str) -> str:
    """The number in the form the trunk wants: its `strip` taken off the front, its `add` put there."""
    return trunk.add + number.removeprefix(trunk.strip)
