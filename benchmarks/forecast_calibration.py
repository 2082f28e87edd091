"""Whether the predictive policy's forecasts come true: coverage of its intervals, and risks against what happened.

A day of the simulator's base case. Every twenty seconds the policy's own tables give the distribution of how many busy
agents come free, and how many calls in flight are answered, by the middle of its horizons; what then happened is read
off the day's rows. The risks are those at which calls were placed.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Figure, benchmark
from pacing.calibration import IntervalCoverage, RiskCalibration
from pacing.forecast.primitives import HORIZON_COUNT
from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.policies.predictive import Predictive
from pacing.policy import register
from simulation.experiments.figures import ANSWERED
from simulation.models.streams import Stream, generator
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all
from simulation.world import DayRecord, World

Array = NDArray[np.float64]

AGENTS = 20
HOURS = 4.0
WATCHED = "predictive, watched"
LOOK_EVERY_S = 20.0
MIDDLE = HORIZON_COUNT // 2
BUSY = frozenset({"talking", "reserved", "acw"})


class Look(NamedTuple):
    """What was foretold at one moment."""

    at: float
    free_by: float
    free: Array
    """By busy agent, the chance of being free by then."""
    answered_by: float
    answered: Array
    """By call in flight, the chance of being answered by then."""
    call_ids: frozenset[str]


class WatchedDay(NamedTuple):
    """A day with the forecasts made on it."""

    record: DayRecord
    looks: list[Look]
    decisions: list[tuple[float, Decision]]
    risks: RiskCalibration
    free: IntervalCoverage
    answered: IntervalCoverage


@register(WATCHED)
class Watched:
    """Decides as `predictive` does, and keeps what it foretold."""

    latest: "Watched | None" = None

    def __init__(self, settings: PolicySettings) -> None:
        self._policy = Predictive(settings)
        self.looks: list[Look] = []
        self.decisions: list[tuple[float, Decision]] = []
        Watched.latest = self

    def decide(self, snapshot: Snapshot) -> Decision:
        """The policy's own decision."""
        decision = self._policy.decide(snapshot)
        if "risk_max" in decision.numbers:
            self.decisions.append((snapshot.now, decision))
            if not self.looks or snapshot.now >= self.looks[-1].at + LOOK_EVERY_S:
                self.looks.append(self._look(snapshot, decision.numbers["answer_rate"]))
        return decision

    def learn(self, observation: Observation) -> None:
        """The policy learns."""
        self._policy.learn(observation)

    def _look(self, snapshot: Snapshot, answer_rate: float) -> Look:
        primitives = self._policy._current_rows(snapshot).primitives
        now, horizon_s = snapshot.now, float(primitives.horizons_s[MIDDLE])
        talk, acw = (now - np.array(since) for since in (snapshot.talking_since, snapshot.acw_since))
        ages = now - np.array([call.placed_at for call in snapshot.calls])
        return Look(
            now,
            now + horizon_s + primitives.grace_s,
            np.concatenate([primitives.free_from_talk(talk)[:, MIDDLE], primitives.free_from_acw(acw)[:, MIDDLE]]),
            now + horizon_s,
            primitives.answered(ages, np.full(len(ages), answer_rate))[:, MIDDLE],
            frozenset(call.call_id for call in snapshot.calls),
        )


@benchmark(
    "forecast-calibration", f"coverage of the forecast's intervals and realised over predicted risk, {AGENTS} agents"
)
def forecast_calibration(seed: int) -> Sequence[Figure]:
    """Coverage should be what it says; realised over predicted should be near 1."""
    day = watched_day(seed)
    figures = []
    for name, coverage in (("agents coming free", day.free), ("people answering", day.answered)):
        for level in (0.5, 0.9):
            covered = coverage.coverage(level)
            assert covered is not None
            label = f"{name}, coverage of {level:.0%} intervals"
            figures.append(Figure(name=label, value=covered, unit="", better="higher"))
    ratio = day.risks.ratio()
    assert ratio is not None
    figures += [
        Figure(name="realised over predicted abandons", value=ratio.value, unit="", better="lower"),
        Figure(name="its standard error", value=ratio.sd, unit="", better="lower"),
        Figure(name="answers", value=day.risks.answers, unit="", better="higher"),
    ]
    return figures


def watched_day(seed: int) -> WatchedDay:
    """Simulate the day and hold what was foretold against it."""
    scenario = override_all(
        find_scenario("base"),
        [("agents.0.count", AGENTS), ("day.hours", HOURS), ("campaigns.0.pacing.policy", WATCHED)],
    )
    world = World(scenario, int(generator(seed, Stream.LEAD).integers(2**31)))
    (record,) = world.days()
    watched = Watched.latest
    assert watched is not None
    free, answered = IntervalCoverage(), IntervalCoverage()
    ends, answers = _acw_ends(record), _answers(record)
    busy = _busy(record)
    for look in watched.looks[:-2]:
        at_work = [agent for agent, spans in busy.items() if _is_within(spans, look.at)]
        came = sum(bool(np.any((ends[agent] > look.at) & (ends[agent] <= look.free_by))) for agent in at_work)
        if len(at_work) == len(look.free):
            _count(free, look.free, came)
        said = sum(look.at < answers[call_id] <= look.answered_by for call_id in look.call_ids if call_id in answers)
        _count(answered, look.answered, said)
    risks = world.engine._state.tasks.works[1].risks
    return WatchedDay(record, watched.looks, watched.decisions, risks, free, answered)


def distribution(chances: Array) -> Array:
    """Poisson-binomial probabilities of 0, 1, 2, ... by plain convolution."""
    found = np.array([1.0])
    for chance in chances.tolist():
        found = np.convolve(found, (1.0 - chance, chance))
    return found


def _count(coverage: IntervalCoverage, chances: Array, happened: int) -> None:
    cumulative = np.concatenate([[0.0], np.cumsum(distribution(chances))])
    coverage.update(float(cumulative[happened]), float(cumulative[happened + 1]))


def _busy(record: DayRecord) -> dict[str, Array]:
    spans: dict[str, list[tuple[float, float]]] = {}
    for row in record.rows.intervals:
        if row.state in BUSY:
            spans.setdefault(row.agent_id, []).append((row.started_at, row.ended_at))
    return {agent: np.array(each) for agent, each in spans.items()}


def _is_within(spans: Array, at: float) -> bool:
    return bool(np.any((spans[:, 0] <= at) & (at < spans[:, 1])))


def _acw_ends(record: DayRecord) -> dict[str, Array]:
    ends: dict[str, list[float]] = {row.agent_id: [] for row in record.rows.intervals}
    for row in record.rows.intervals:
        if row.state == "acw":
            ends[row.agent_id].append(row.ended_at)
    return {agent: np.array(each) for agent, each in ends.items()}


def _answers(record: DayRecord) -> dict[str, float]:
    return {
        row.attempt_id: row.answered_at
        for row in record.rows.attempts
        if row.answered_at is not None and row.outcome in ANSWERED
    }
