"""Counters by name, for live views and alarms: a thing that should not happen is counted, never crashed on."""


class Counters:
    """Counts that only rise, in the order in which they were first met."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, name: str, times: int = 1) -> None:
        """Add to a counter; names are a fixed set in the code, so their number is bounded."""
        self._counts[name] = self._counts.get(name, 0) + times

    def value(self, name: str) -> int:
        """A counter's value; 0 for one that has never counted."""
        return self._counts.get(name, 0)

    def values(self) -> dict[str, int]:
        """All counters, a copy."""
        return dict(self._counts)
