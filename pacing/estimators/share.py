"""A share of events, learned online with forgetting: a Beta belief."""

import math

from pacing.estimators.estimate import Estimate


class Share:
    """How often something happens: a Beta belief whose observations halve in weight every so many later ones."""

    def __init__(self, prior: float, prior_events: float, half_life_events: float) -> None:
        """The prior believes in a share of `prior`, as firmly as after `prior_events` events."""
        self._prior_happened = prior * prior_events
        self._prior_events = prior_events
        self._keep = 0.5 ** (1.0 / half_life_events)
        self._happened = 0.0
        self._events = 0.0

    def update(self, happened: bool, now: float) -> None:
        """Count one event; it forgets by events, not by time."""
        del now
        self._happened = self._happened * self._keep + float(happened)
        self._events = self._events * self._keep + 1.0

    def value(self, now: float) -> Estimate | None:
        """The share; None before any event."""
        del now
        return self.belief() if self._events > 0.0 else None

    def belief(self) -> Estimate:
        """The share as believed, the prior's before any event."""
        total = self._events + self._prior_events
        share = (self._happened + self._prior_happened) / total
        return Estimate(share, math.sqrt(share * (1.0 - share) / (total + 1.0)))
