"""A PI controller on the abandon rate, from the published source of dctr.py: 2.5 % less what is abandoned."""

from pacing.model import CallObserved, CallResult, Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register
from simulation.opponents.windows import placed

UPTIME_S_MIN = 300.0
ANSWERED_MIN = 10
IDLE_MIN = 3
TARGET = 0.025
LIMIT = 0.03
PROPORTIONAL = 2.0
INTEGRAL = 0.05
ADJUST_START = 150.0
STEP_S = 1.0


@register("pi-controller")
class PiController:
    """Idle agents, plus what is missing to one answer each, times an adjustment in per cent.

    Rates are fractions and the adjustment starts at 150, so the gains hardly move it: what works is the fall back to
    one call per idle agent above 3 %.
    """

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._started_at: float | None = None
        self._stepped_at = float("-inf")
        self._integral = 0.0
        self._adjust = ADJUST_START
        self._calls = 0
        self._answers = 0

    def decide(self, snapshot: Snapshot) -> Decision:
        """The controller's count, less calls in flight and waiting."""
        now = snapshot.now
        if self._started_at is None:
            self._started_at = now
        abandoned = snapshot.budget.rate or 0.0
        if now >= self._stepped_at + STEP_S:
            self._stepped_at = now
            error = TARGET - abandoned
            self._integral += error
            self._adjust = ADJUST_START + PROPORTIONAL * error + INTEGRAL * self._integral
        idle = snapshot.idle_agents
        is_cold = now < self._started_at + UPTIME_S_MIN or self._answers < ANSWERED_MIN
        if idle < IDLE_MIN:
            target = 0
        elif is_cold or abandoned > LIMIT:
            target = idle
        else:
            connection = self._answers / self._calls
            target = int(idle + (idle / connection - idle) * self._adjust / 100.0)
        calls = placed(target - len(snapshot.calls) - snapshot.queued_calls, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"{target} calls wanted for {idle} idle at {self._adjust:.0f} % of the over-dial; placed {calls}",
            numbers={"adjust": self._adjust, "target": target},
        )

    def learn(self, observation: Observation) -> None:
        """Count calls and answers."""
        if isinstance(observation, CallObserved):
            self._calls += 1
            self._answers += observation.result is CallResult.ANSWERED
