"""The predictive policy in the simulator, learning from nothing, against the exact optima at the rate it came to.

Two worlds in which the best possible is known: the memoryless one, and the one with phases (`pacing.optimal`). The
policy knows neither's laws, but when dialing ends, and steers by its account, which keeps a reserve; so it is held
against the optimum at the abandon rate that the same hours realised, not at the cap. In the memoryless world it is held
as well against the best that any steering can do that keeps the cap on every day. The first hour is left out.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.harness import Figure, benchmark
from benchmarks.pacing_optimum import CAP
from benchmarks.steering_cost import curve_of
from pacing.optimal.memoryless import MemorylessModel
from pacing.optimal.memoryless import solve as solve_memoryless
from pacing.optimal.phase_type import PhaseTypeModel
from pacing.optimal.phase_type import solve as solve_phase_type
from pacing.optimal.steering import best_steering
from simulation.experiments.figures import ReplicationFigures, metrics_of_spans
from simulation.experiments.intervals import mean_interval
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all

DAYS = {"memoryless": {3: 40, 5: 30, 10: 12, 20: 8}, "phase-type": {3: 30, 5: 20}}
"""By world and team: the smaller, the more chance there is in a day. All of them take half an hour of one core; the
optimum of ten agents with phases would take minutes to solve."""
STARTS_HOUR = 9
HOURS = 14
DISTANCE_MAX = 0.3
Changes = list[tuple[str, Any]]
PHASES: Changes = [
    ("customers.answer_delay", {"kind": "gamma", "mean_s": 18.0, "cv": 0.5**0.5}),
    ("customers.failure_delay", {"kind": "gamma", "mean_s": 18.0, "cv": 0.5**0.5}),
    ("customers.talk", {"kind": "exponential", "mean_s": 120.0}),
    ("customers.acw", {"kind": "exponential", "mean_s": 15.0}),
    ("campaigns.0.acw_s_max", 600.0),
]


@benchmark("simulated-optimum", "the predictive policy in the simulator against both exact optima, in points")
def simulated_optimum(seed: int) -> Sequence[Figure]:
    """Distances with the half width of their 95 % interval over days."""
    figures = []
    for world, sizes in DAYS.items():
        for agents, days in sizes.items():
            figures += distance(world, agents, days, HOURS, seed)
    return figures


def distance(world: str, agents: int, days: int, hours: int, seed: int) -> list[Figure]:
    """What the policy reached, and how far it is from the optimum at the same abandon rate and under the cap."""
    changes: Changes = [
        ("agents.0.count", agents),
        ("day.start", f"{STARTS_HOUR:02}:00"),
        ("day.hours", float(hours)),
        ("pacing.policy", "predictive"),
        ("pacing.dialing_ends", f"{STARTS_HOUR + hours:02}:00"),
    ]
    scenario = override_all(find_scenario("memoryless"), changes + (PHASES if world == "phase-type" else []))
    done = run_jobs(jobs_for([scenario], range(days), seed), workers=1).done
    reached = mean_interval([_metric(one.figures, "occupancy") for one in done])
    abandoned = mean_interval([_metric(one.figures, "abandon_rate") for one in done])
    assert reached is not None
    assert abandoned is not None
    if world == "phase-type":
        best = solve_phase_type(PhaseTypeModel(agents=agents), abandoned.mean).occupancy
    else:
        best = solve_memoryless(MemorylessModel(agents=agents), abandoned.mean).occupancy
    label = f"{world}, {agents} agents"
    short = 100.0 * (best - reached.mean)
    figures = [
        Figure(name=f"{label}, reached", value=100.0 * reached.mean, unit="%", better="higher"),
        Figure(name=f"{label}, abandoned", value=100.0 * abandoned.mean, unit="%", better="lower"),
        Figure(name=f"{label}, short of the optimum", value=short, unit="points", better="lower", aim=DISTANCE_MAX),
    ]
    if world == "memoryless":
        answers = sum(span.answered for one in done for span in one.figures.spans) / days
        kept = best_steering(curve_of(MemorylessModel(agents=agents)), round(answers), CAP)
        figures.append(
            Figure(
                name=f"{label}, short of the best under the cap",
                value=100.0 * (kept.occupancy - reached.mean),
                unit="points",
                better="lower",
                aim=DISTANCE_MAX,
            )
        )
    if reached.half_width is not None:
        width = 100.0 * reached.half_width
        figures.append(Figure(name=f"{label}, give or take", value=width, unit="points", better="lower"))
    return figures


def _metric(figures: ReplicationFigures, name: str) -> float | None:
    return metrics_of_spans(figures.spans)[name]
