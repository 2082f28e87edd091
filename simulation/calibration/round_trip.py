"""The round trip: simulate, calibrate from the records, simulate again, and see on which figures the two agree.

Days are paired: the first of one run with the first of the other, so that a list which wears out is compared with
itself at the same age. The fit follows the luck of the days it was made from, so the interval of the mean difference,
which takes the two runs for strangers, is a little too wide: no more than 5 % of the figures should lie outside. Held
against another run of the first scenario, the fit would have to know what its few days could not tell it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from campaigns.model import Outcome
from simulation.calibration.fitting import Calibration, calibrate
from simulation.calibration.reading import AgentInterval, CallRecord
from simulation.experiments.figures import METRICS, ReplicationFigures, accounts_of, metrics_of, spans_of
from simulation.experiments.intervals import Interval, mean_interval, paired_interval
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all
from simulation.world import DayRecord, World

SECOND_SEED = 1_000_003
"""Added to the seed of the second run: the fitted scenario meets other people."""
PACING = (("pacing.policy", "ratio"), ("pacing.ratio", 2.0), ("pacing.abandon_rate_max", 1.0))
"""A policy that learns nothing and is held back by nothing abandons enough to be compared."""
AMD_PERSON_ERROR = 0.03
FLOORS: dict[str, tuple[tuple[str, object], ...]] = {
    "impatient people": (("customers.patience", {"kind": "exponential", "mean_s": 9.0}),),
    "answering machines": (
        ("customers.machines_known", False),
        (
            "customers.amd",
            {
                "delay": {"kind": "lognormal", "mean_s": 0.9, "cv": 0.3, "max_s": 1.4},
                "person_error": AMD_PERSON_ERROR,
                "machine_error": 0.0,
            },
        ),
    ),
    "agents who differ": (
        ("agents.0.speed_cv", 0.25),
        ("agents.0.pause_probability", 0.05),
        ("agents.0.late", {"kind": "exponential", "mean_s": 120.0}),
    ),
    "a list dialed again": (
        ("campaigns.0.endless", False),
        ("campaigns.0.leads", 6000),
        ("campaigns.0.retry_rules", {"no_answer": {"delay_s": 3600.0, "attempts_max": 4}}),
        ("customers.answer_concentration", 3.0),
    ),
}
"""Ten agents each, with what calibration has to find out."""


COMPARED = tuple(metric for metric in METRICS if "worst" not in metric.name)
"""Every figure of the summary; over single days the worst day is the day itself, and would count twice."""


class Agreement(NamedTuple):
    """One figure of both runs."""

    metric: str
    first: float
    difference: Interval
    """Second run minus first, over pairs of days."""

    @property
    def is_inside(self) -> bool:
        """Whether the interval of the difference holds nought."""
        return self.difference.covers(0.0)


def floor(name: str, *, days: int, hours: float) -> Scenario:
    """One of `FLOORS` as a scenario."""
    span = (("day.days", days), ("day.hours", hours), ("day.warmup_s", 0.0))
    return override_all(find_scenario("base-10"), [*PACING, *span, *FLOORS[name]])


def round_trip(scenario: Scenario, seed: int) -> list[Agreement]:
    """Run a scenario, fit another to its records alone, run that one on other people, and compare figure by figure."""
    first, calls, intervals = _run(scenario, seed)
    amd = scenario.campaigns[0].customers.amd
    found = calibrate(calls, intervals, amd_person_error=amd.person_error if amd is not None else 0.0)
    second, _, _ = _run(as_worked(found, scenario), seed + SECOND_SEED)
    agreements = []
    for metric in COMPARED:
        left, right = ([day[metric.name] for day in days] for days in (first, second))
        before, difference = mean_interval(left), paired_interval(left, right)
        if before is not None and difference is not None:
            agreements.append(Agreement(metric.name, before.mean, difference))
    return agreements


def as_worked(found: Calibration, original: Scenario) -> Scenario:
    """The fitted scenario with what is no model of the world but the floor's own doing: pacing and retry rules."""
    own = original.campaigns[0]
    campaign = replace(found.scenario.campaigns[0], pacing=own.pacing, retry_rules=own.retry_rules)
    return replace(found.scenario, day=original.day, campaigns=(campaign,))


def records_of(day: DayRecord) -> tuple[list[CallRecord], list[AgentInterval]]:
    """What an export of the day would hold: nothing that only the simulator knows."""
    calls = [
        CallRecord(
            lead=str(row.lead_id),
            attempt_number=row.attempt_number,
            placed_at=row.placed_at,
            ringing_at=row.ringing_at,
            answered_at=row.answered_at,
            bridged_at=row.bridged_at,
            ended_at=row.ended_at,
            outcome=Outcome(row.outcome),
            agent_id=row.agent_id,
        )
        for row in day.rows.attempts
    ]
    intervals = [
        AgentInterval(agent_id=row.agent_id, state=row.state, started_at=row.started_at, ended_at=row.ended_at)
        for row in day.rows.intervals
    ]
    return calls, intervals


def _run(
    scenario: Scenario, seed: int
) -> tuple[Sequence[dict[str, float | None]], list[CallRecord], list[AgentInterval]]:
    """Every day's figures, and the records of all days."""
    days, calls, intervals = [], [], []
    for record in World(scenario, seed).days():
        spans, accounts = spans_of(record, 1), accounts_of(record)
        days.append(metrics_of(ReplicationFigures(replication=0, spans=tuple(spans), accounts=tuple(accounts))))
        own_calls, own_intervals = records_of(record)
        calls += own_calls
        intervals += own_intervals
    return days, sorted(calls, key=lambda call: call.placed_at), intervals
