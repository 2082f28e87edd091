"""Whether a scenario fitted to call records gives their figures back: the round trip on several floors and seeds."""

from collections import defaultdict
from collections.abc import Sequence

from benchmarks.harness import Figure, benchmark
from simulation.calibration.round_trip import FLOORS, floor, round_trip
from simulation.experiments.intervals import mean_interval

SEEDS = 6
DAYS = 6
HOURS = 1.0


@benchmark(
    "calibration-round-trip",
    f"simulate, calibrate, simulate again: {SEEDS} seeds of {DAYS} days of {HOURS:g} h, 10 agents",
)
def calibration_round_trip(seed: int) -> Sequence[Figure]:
    """By floor the figures outside their own intervals; over all floors, the figures that are off on average."""
    found = []
    off = pairs = 0
    for number, name in enumerate(FLOORS):
        # Other seeds on every floor: the same people on all of them would make one chance look like four.
        differences: defaultdict[str, list[float]] = defaultdict(list)
        outside = count = 0
        for offset in range(SEEDS):
            for one in round_trip(floor(name, days=DAYS, hours=HOURS), seed + SEEDS * number + offset):
                count += 1
                outside += not one.is_inside
                differences[one.metric].append(one.difference.mean)
        for series in differences.values():
            interval = mean_interval(series)
            pairs += 1
            off += interval is not None and not interval.covers(0.0)
        value = 100.0 * outside / count
        found.append(Figure(name=f"outside 95 %: {name}", value=value, unit="%", better="lower", aim=5.0))
    value = 100.0 * off / pairs
    return [*found, Figure(name="off over all seeds", value=value, unit="%", better="lower", aim=5.0)]
