"""Late cancelling: giving up calls that have rung for the legal minimum and would now most likely find no agent."""

import numpy as np

from pacing.estimators.score_calibration import ScoreCalibration
from pacing.forecast.net import NetForecast
from pacing.forecast.primitives import Primitives
from pacing.model import CallInFlight, Snapshot

RISK_FACTOR = 3.0
"""A call is given up when its own risk passes the dialing threshold by this factor; sooner annoys for little."""
ANSWER_MIN = 1e-6


def cancellable(snapshot: Snapshot) -> list[CallInFlight]:
    """The calls that have rung for as long as is asked and may be given up, oldest first."""
    if snapshot.cancel_after_s is None:
        return []
    latest = snapshot.now - snapshot.cancel_after_s
    rung = [
        call for call in snapshot.calls if call.may_cancel and call.ringing_at is not None and call.ringing_at <= latest
    ]
    return sorted(rung, key=lambda call: (call.placed_at, call.call_id))


def choose_cancels(
    snapshot: Snapshot,
    primitives: Primitives,
    forecast: NetForecast,
    answer_rate: float,
    threshold: float,
    scores: ScoreCalibration | None = None,
) -> tuple[str, ...]:
    """The calls to give up, oldest first; the forecast is left as it will be without them.

    A call's own risk is the chance that no agent is left at its answer, over the times at which it may still be
    answered, given that the calls chosen before it are gone. The call itself only adds to the shortfall, so one whose
    risk is within the limit with itself counted need not be taken out to be weighed.
    """
    if snapshot.cancel_after_s is None:
        return ()
    calls = cancellable(snapshot)
    limit = RISK_FACTOR * threshold
    if not calls:
        return ()
    shortfall = forecast.shortfall()
    if float(shortfall.max()) <= limit:
        return ()
    ages_s = snapshot.now - np.array([call.placed_at for call in calls])
    chances = np.full(len(calls), answer_rate)
    if scores is not None:
        known = [number for number, call in enumerate(calls) if call.answer_probability is not None]
        told = [probability for call in calls if (probability := call.answer_probability) is not None]
        chances[known] = scores.calibrated(np.array(told))
    answered = primitives.answered(ages_s, chances)
    by_horizon = np.diff(answered, prepend=0.0) / np.maximum(answered[:, -1:], ANSWER_MIN)
    chosen = []
    highest: list[float] = (by_horizon @ shortfall).tolist()
    for number, call in enumerate(calls):
        if highest[number] <= limit:
            continue
        removed = forecast.remove(float(ages_s[number]), float(chances[number]))
        shortfall = forecast.shortfall()
        if float(by_horizon[number] @ shortfall) > limit:
            chosen.append(call.call_id)
            highest = (by_horizon @ shortfall).tolist()
        else:
            forecast.put_back(removed)
    return tuple(chosen)
