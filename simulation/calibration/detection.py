"""What call records tell of answering-machine detection: how long it takes, and how often it comes too late."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from campaigns.model import Outcome
from dialer.model import AgentState
from simulation.calibration.durations import QUANTILES
from simulation.calibration.reading import AgentInterval, CallRecord
from simulation.models.distributions import Empirical

NEAR_S = 0.05
"""An agent who was free is on the line within this of the moment at which detection is given up."""
UNDECIDED_MIN = 0.05
"""A smaller share of persons may have waited for an agent and not for detection."""


class Detections(NamedTuple):
    """Times from answer to verdict."""

    delays_s: list[float]
    """Of calls taken for machines, as long as they were kept on the line, and of persons for whom an agent was free."""
    undecided: float
    """Share of persons who were let through because the time was up: bridged at the latest verdict's moment."""


def detections_of(calls: Sequence[CallRecord], intervals: Sequence[AgentInterval] = ()) -> Detections:
    """Read off the verdicts.

    Only verdicts in time are seen as machines; what share there is no verdict for, the persons show. With the agents'
    `intervals` the waits of persons tell of the verdicts too, where the agent they got had been free all the while.
    """
    delays = [
        call.ended_at - call.answered_at
        for call in calls
        if call.outcome is Outcome.MACHINE and call.answered_at is not None and call.ended_at is not None
    ]
    if not delays:
        return Detections([], 0.0)
    limit_s = max(delays)
    waits = np.array(
        [
            one.bridged_at - one.answered_at
            for one in calls
            if one.bridged_at is not None and one.answered_at is not None
        ]
    )
    at_limit = int((np.abs(waits - limit_s) <= NEAR_S).sum())
    before = int((waits < limit_s - NEAR_S).sum())
    just_decided = float((np.array(delays) >= limit_s - NEAR_S).mean())
    # Verdicts that come just in time fall near the limit too, as often as among the machines.
    persons = at_limit / (at_limit + before) if at_limit else 0.0
    undecided = (persons - just_decided) / (1.0 - just_decided) if just_decided < 1.0 else 0.0
    undecided = undecided if undecided >= UNDECIDED_MIN else 0.0
    latest_s = limit_s - NEAR_S if undecided else limit_s
    return Detections([*delays, *(wait for wait in _direct_waits(calls, intervals) if wait <= latest_s)], undecided)


def _direct_waits(calls: Sequence[CallRecord], intervals: Sequence[AgentInterval]) -> Iterator[float]:
    """From answer to agent, where this agent was idle when the person answered and stayed so until the bridge."""
    idle_since = {
        (one.agent_id, round(one.ended_at)): one.started_at for one in intervals if one.state == AgentState.IDLE
    }
    for call in calls:
        if call.answered_at is None or call.bridged_at is None:
            continue
        since = idle_since.get((call.agent_id, round(call.bridged_at)))
        if since is not None and since <= call.answered_at:
            yield call.bridged_at - call.answered_at


def delay_with_undecided(found: Detections) -> Empirical:
    """The delays, and for the undecided the latest there was: then the dialer stops listening anyhow.

    No family of distributions is fitted: detection ends at a limit, and none of them does.
    """
    shares = np.linspace(0.0, 1.0, QUANTILES)
    decided = np.minimum(shares / max(1.0 - found.undecided, 1e-9), 1.0)
    return Empirical(quantiles_s=tuple(round(float(one), 3) for one in np.quantile(found.delays_s, decided)))
