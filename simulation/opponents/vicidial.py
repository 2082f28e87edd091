"""VICIdial: RATIO, ADAPT_HARD_LIMIT, ADAPT_AVERAGE and ADAPT_TAPERED.

Theory of operation, from the published source (AST_VDadapt.pl and AST_VDauto_dial.pl of ccabrerar/vicidial@739c0ce).
Two programs share a dial level. One samples every second how many agents are ready and how many calls wait, and moves
the level every 15 seconds by the mean of the last 15 samples; the drop percentage of the day, looked at every minute,
pulls it back by the mode's own rule. The other, every 2.5 seconds, places as many calls as are missing to level times
agents lines. Neither looks at answer rates, ringing, talk times or who is about to be free.

Agents in after-call work are paused to VICIdial: they count among the agents the level is adapted to, and not among
those it is multiplied with. Intensity, difference target and start level are at their defaults (0, 0 and 1).

The names ending in `-tuned` are for a campaign whose administrator has tuned it: lines are counted on ready agents
only, and the campaign's `ratio` is the maximum level (adaptive_maximum_level), the one number that decides in the end.
"""

from collections import deque
from enum import StrEnum

from pacing.model import AnswerObserved, CallObserved, Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register
from simulation.opponents.windows import Window, placed

SAMPLE_S = 1.0
SAMPLES = 15
LEVEL_S = 15.0
DROPS_S = 60.0
PLACE_S = 2.5
LEVEL_MAX = 3.0
DROP_PERCENT_MAX = 3.0
CALLS_TODAY_MIN = 50
CALLS_1MIN_MIN = 20
DROP_PERCENT_1MIN_MAX = 50.0
LATEST_HHMM = 2100


class Mode(StrEnum):
    """The dial methods that differ in what they do over the drop limit."""

    RATIO = "ratio"
    HARD_LIMIT = "hard-limit"
    AVERAGE = "average"
    TAPERED = "tapered"


def adapted_level(
    mode: Mode,
    level: float,
    *,
    ready: float,
    waiting: float,
    agents: float,
    intensity: float = 0.0,
    difference_target: float = 0.0,
    level_max: float = LEVEL_MAX,
    calls_1min: int = 0,
    drop_percent_1min: float = 0.0,
    calls_today: int = 0,
    drop_percent_today: float = 0.0,
    hhmm: int = 1200,
    latest_hhmm: int = LATEST_HHMM,
) -> float:
    """The dial level after one adaptation.

    Args:
        mode: the campaign's dial method.
        level: the level before.
        ready: mean number of ready agents over the samples.
        waiting: mean number of answered calls waiting.
        agents: mean number of agents logged in, in whatever state.
        intensity: adaptive_intensity / 100.
        difference_target: adaptive_dl_diff_target.
        level_max: adaptive_maximum_level.
        calls_1min: calls dialed in the last minute.
        drop_percent_1min: drops per 100 of them.
        calls_today: calls dialed today.
        drop_percent_today: drops per 100 answers today.
        hhmm: the server's time of day as a plain integer, 1430 for 14:30.
        latest_hhmm: latest_server_time, for TAPERED.
    """
    if mode is Mode.RATIO:
        return level
    difference = ready - waiting + difference_target
    percent = 100.0 * difference / agents if difference != 0.0 and agents > 0.0 else 0.0
    percent *= abs(intensity - 1.0) if percent < 0.0 else intensity + 1.0
    level = round(level * (1.0 + percent / 100.0), 3)
    level = min(max(level, 1.0), level_max)
    if calls_1min > CALLS_1MIN_MIN and drop_percent_1min > DROP_PERCENT_1MIN_MAX:
        level /= 2.0
    if calls_today > CALLS_TODAY_MIN and drop_percent_today > DROP_PERCENT_MAX:
        level *= _brake(mode, hhmm, latest_hhmm)
    return max(level, 1.0)


def _brake(mode: Mode, hhmm: int, latest_hhmm: int) -> float:
    """What is left of the level over the drop limit."""
    if mode is Mode.AVERAGE:
        return 0.5
    if mode is Mode.TAPERED:
        left = latest_hhmm - hhmm
        return 0.0 if left < 0 else min(left / 1000.0, 1.0)
    return 0.0


class Vicidial:
    """One dial method, with all agents or only the ready ones counted for the lines."""

    def __init__(self, settings: PolicySettings, mode: Mode, available_only: bool, level_max: float) -> None:
        self._mode = mode
        self._available_only = available_only
        self._level_max = level_max
        self._level = settings.ratio if mode is Mode.RATIO else 1.0
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=SAMPLES)
        self._sampled_at = self._adapted_at = self._counted_at = self._placed_at = float("-inf")
        self._calls_1min = Window(60.0)
        self._drops_1min = Window(60.0)
        self._calls_today = 0
        self._window_started_at: float | None = None
        self._counted = (0, 0.0, 0, 0.0)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Adapt the level when its time has come, and fill the lines when theirs has."""
        now = snapshot.now
        if snapshot.budget.window_started_at != self._window_started_at:
            self._window_started_at = snapshot.budget.window_started_at
            self._calls_today = 0
        if now >= self._sampled_at + SAMPLE_S:
            self._sampled_at = now
            self._samples.append((snapshot.idle_agents, snapshot.queued_calls, snapshot.agents))
        if now >= self._counted_at + DROPS_S:
            self._counted_at = now
            self._count(snapshot)
        if now >= self._adapted_at + LEVEL_S and snapshot.agents > 0:
            self._adapted_at = now
            self._adapt(now)
        wanted = 0
        if now >= self._placed_at + PLACE_S:
            self._placed_at = now
            wanted = self._missing(snapshot)
        calls = placed(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"dial level {self._level:.3f} ({self._mode}): {wanted} lines missing; placed {calls}",
            numbers={"level": self._level, "wanted": wanted},
        )

    def learn(self, observation: Observation) -> None:
        """Count calls and drops."""
        match observation:
            case CallObserved(at=at):
                self._calls_1min.add(at)
                self._calls_today += 1
            case AnswerObserved(at=at, abandoned=True):
                self._drops_1min.add(at)

    def _missing(self, snapshot: Snapshot) -> int:
        """Lines missing to level times agents; conversations count as lines in use."""
        bridged = len(snapshot.talking_since)
        agents = snapshot.idle_agents if self._available_only else snapshot.idle_agents + bridged
        goal = round(self._level * agents) + (bridged if self._available_only else 0)
        return goal - len(snapshot.calls) - snapshot.queued_calls - bridged

    def _count(self, snapshot: Snapshot) -> None:
        calls = self._calls_1min.count(snapshot.now)
        drops = self._drops_1min.count(snapshot.now)
        answered = snapshot.budget.answered
        today = 100.0 * snapshot.budget.abandoned / max(1, answered)
        self._counted = (calls, 100.0 * drops / calls if calls else 0.0, self._calls_today, today)

    def _adapt(self, now: float) -> None:
        count = len(self._samples)
        ready, waiting, agents = (sum(sample[index] for sample in self._samples) / count for index in range(3))
        calls_1min, drop_1min, calls_today, drop_today = self._counted
        self._level = adapted_level(
            self._mode,
            self._level,
            ready=ready,
            waiting=waiting,
            agents=agents,
            level_max=self._level_max,
            calls_1min=calls_1min,
            drop_percent_1min=drop_1min,
            calls_today=calls_today,
            drop_percent_today=drop_today,
            hhmm=int(now // 3600 % 24) * 100 + int(now // 60 % 60),
        )


def _register(name: str, mode: Mode, available_only: bool, level_max: float | None = LEVEL_MAX) -> None:
    """`level_max` None takes the campaign's `ratio`."""
    register(name)(
        lambda settings: Vicidial(settings, mode, available_only, settings.ratio if level_max is None else level_max)
    )


for _mode in Mode:
    _register(f"vicidial-{_mode}", _mode, available_only=False)
    _register(f"vicidial-{_mode}-available", _mode, available_only=True)
    if _mode is not Mode.RATIO:
        _register(f"vicidial-{_mode}-available-10", _mode, available_only=True, level_max=10.0)
        _register(f"vicidial-{_mode}-tuned", _mode, available_only=True, level_max=None)
