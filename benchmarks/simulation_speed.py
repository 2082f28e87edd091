"""How much faster than the day itself the simulator runs one, what memory a month takes, and what a second core gives.

Speed is simulated time over processor time, so that a busy machine gives the same figure; scaling needs the wall clock.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.harness import Figure, benchmark
from simulation.experiments.figures import spans_of
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all
from simulation.world import World

AGENTS = 50
HOURS = 2.0
MONTH_DAYS = 30
SCALING_JOBS = 6


@benchmark("simulation-speed", f"simulated over real time, {AGENTS} agents, predictive pacing, one core")
def simulation_speed(seed: int) -> Sequence[Figure]:
    """With the product's own policy, whose decisions take most of the time."""
    return [Figure(name="speed", value=_speed("predictive", seed), unit="x", better="higher", aim=3000)]


@benchmark("simulation-speed-ratio", f"simulated over real time, {AGENTS} agents, a fixed ratio, one core")
def simulation_speed_ratio(seed: int) -> Sequence[Figure]:
    """With a policy that takes no time: what is left is the engine and the simulated world."""
    return [Figure(name="speed", value=_speed("ratio", seed), unit="x", better="higher", aim=3000)]


@benchmark("simulation-memory", f"memory that days 4 to {MONTH_DAYS} of a month add, 20 agents, a fixed ratio")
def simulation_memory(seed: int) -> Sequence[Figure]:
    """An endless list: nothing may pile up."""
    scenario = _scenario("ratio", 20, hours=2.0, days=MONTH_DAYS)
    after: dict[int, float] = {}
    for record in World(scenario, seed).days():
        spans_of(record, 1)
        after[record.day] = _resident_mib()
    growth = after[MONTH_DAYS - 1] - after[2]
    return [
        Figure(name="growth", value=growth, unit="MiB", better="lower", aim=20),
        Figure(name="resident at the end", value=after[MONTH_DAYS - 1], unit="MiB", better="lower"),
    ]


@benchmark("simulation-scaling", f"speed-up of {SCALING_JOBS} replications over two processes")
def simulation_scaling(seed: int) -> Sequence[Figure]:
    """Replications share nothing, so a second core should nearly halve the time."""
    jobs = jobs_for([_scenario("ratio", AGENTS, HOURS)], range(SCALING_JOBS), seed)
    took = []
    for workers in (1, 2):
        started = perf_counter()
        run_jobs(jobs, workers=workers)
        took.append(perf_counter() - started)
    return [Figure(name="speed-up", value=took[0] / took[1], unit="x", better="higher", aim=1.7)]


def _speed(policy: str, seed: int) -> float:
    world = World(_scenario(policy, AGENTS, HOURS), seed)
    started = process_time()
    for _ in world.days():
        pass
    return HOURS * 3600.0 / (process_time() - started)


def _scenario(policy: str, agents: int, hours: float, days: int = 1) -> Scenario:
    return override_all(
        find_scenario(f"base-{agents}"),
        [
            ("pacing.policy", policy),
            ("pacing.ratio", 3.0),
            ("day.hours", hours),
            ("day.days", days),
            ("day.warmup_s", 0.0),
        ],
    )


def _resident_mib() -> float:
    """Resident memory now, from the kernel; nought where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return float(line.split()[1]) / 1024.0
