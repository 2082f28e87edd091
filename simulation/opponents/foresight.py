"""Where the distance to the clairvoyant lies: `predictive` itself, told part of the future of what is under way.

`knows-outcomes` is told which calls in flight a person will answer, and when; `knows-ends` when each busy agent will
be free. All else is `predictive` as it is: its estimates, its threshold, its budget. What one gains over `predictive`
on the same customers is what predicting that part perfectly would be worth to it; who knows both is `clairvoyant`.
The forecast looks at five moments of a call's answer time, too few to make all of a certain future: what is gained is a
lower bound. Outside the simulator there is nobody to ask, and both are `predictive`.
"""

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from pacing.forecast.net import Part
from pacing.forecast.primitives import Primitives
from pacing.forecast.rows import Selection
from pacing.forecast.team import Team
from pacing.model import Decision, PolicySettings, Snapshot
from pacing.policies.predictive import Predictive
from pacing.policy import register
from simulation.opponents.clairvoyant import ORACLE, SAME_MOMENT_S, Foresight


class ForeseeingTeam(Team):
    """Puts what is known of the future into the forecast as certain parts, in place of the chances."""

    def __init__(self, oracle: Callable[[], Foresight], ends: bool, outcomes: bool) -> None:
        super().__init__()
        self._oracle = oracle
        self._ends = ends
        self._outcomes = outcomes

    def parts(self, snapshot: Snapshot, primitives: Primitives) -> tuple[Snapshot, list[Part]]:
        """See `Team`."""
        foresight = self._oracle()
        moments = snapshot.now + primitives.horizons_s
        known: list[Part] = []
        if self._outcomes:
            snapshot = replace(snapshot, calls=())
            known += _certain(foresight.answers_at, moments, -1.0)
        if self._ends:
            snapshot = replace(snapshot, talking_since=(), acw_since=(), talking_ids=(), acw_ids=(), promises=())
            # Who is free at this very moment is counted as idle already.
            later = tuple(at for at in foresight.free_at if at > snapshot.now + SAME_MOMENT_S)
            known += _certain(later, moments + primitives.grace_s, 1.0)
        rest, parts = super().parts(snapshot, primitives)
        return rest, [*parts, *known]


class Foreseeing(Predictive):
    """`predictive` with a team, or calls, whose future is known."""

    def __init__(self, settings: PolicySettings, ends: bool, outcomes: bool) -> None:
        super().__init__(settings)
        oracle = ORACLE.get()
        if oracle is not None:
            self._team = ForeseeingTeam(oracle, ends, outcomes)

    def decide(self, snapshot: Snapshot) -> Decision:
        """The same rule; but what is certain may change from one moment to the next, so no answer holds."""
        return replace(super().decide(snapshot), holds_s=0.0)


@register("knows-ends")
class KnowsEnds(Foreseeing):
    """Knows when each busy agent will be free."""

    def __init__(self, settings: PolicySettings) -> None:
        super().__init__(settings, ends=True, outcomes=False)


@register("knows-outcomes")
class KnowsOutcomes(Foreseeing):
    """Knows which calls in flight will be answered, and when."""

    def __init__(self, settings: PolicySettings) -> None:
        super().__init__(settings, ends=False, outcomes=True)


def _certain(at: tuple[float, ...], moments: NDArray[np.float64], sign: float) -> list[Part]:
    """One part of a forecast: what happens at known times, seen from each of the moments."""
    if not at:
        return []
    happened = np.asarray(np.array(at)[:, None] <= moments, dtype=np.float64)
    return [(Selection(sign * happened), np.ones(len(at)))]
