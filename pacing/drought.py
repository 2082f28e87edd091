"""A drought: so many answers were due and none came that the fault is the line's, not the list's."""

DUE_MAX = 12.0
"""Answers due in a row without one: by mere chance once in more than a hundred thousand answers. A trunk that carries
nothing is seen after some forty calls at 30 %."""


class Drought:
    """Counts the answers that were due since the last one.

    A silent outage looks like a list on which nobody answers any more. Whoever follows it dials ever more calls, and
    when the line comes back all of them are answered at once.
    """

    def __init__(self) -> None:
        self._due = 0.0

    @property
    def is_on(self) -> bool:
        """Whether no answer has come for far too long."""
        return self._due > DUE_MAX

    def update(self, answered: bool, rate: float) -> None:
        """Count a call that has ended, when the share of calls answered was `rate`."""
        self._due = 0.0 if answered else self._due + rate
