"""`python -m benchmarks`: run the benchmarks, or those named, and print their figures."""

import argparse
import shlex
import sys
from pathlib import Path

from benchmarks import (
    amd,
    answer_model,
    answer_to_bridge,
    answered_calls,
    calibration_round_trip,
    engine_events,
    forecast_calibration,
    hopper,
    lead_import,
    media_workers,
    pacing_decision,
    pacing_optimum,
    rtp_relay,
    simulated_optimum,
    simulation_speed,
    sip_calls,
    sip_fuzz,
    sip_loss,
    sip_soak,
    steering_cost,
)
from benchmarks.harness import UnknownBenchmarkError, as_json, as_table, choose, machine
from benchmarks.plots import FOLDER, draw_all

MODULES = (
    engine_events,
    answer_to_bridge,
    pacing_decision,
    pacing_optimum,
    simulated_optimum,
    steering_cost,
    answer_model,
    forecast_calibration,
    calibration_round_trip,
    rtp_relay,
    media_workers,
    answered_calls,
    simulation_speed,
    amd,
    sip_calls,
    lead_import,
    hopper,
)
"""Importing a module registers its benchmarks."""
CHECKS = {"sip-fuzz": sip_fuzz.main, "sip-loss": sip_loss.main, "sip-soak": sip_soak.main}
"""Long runs with options of their own, which say by their exit status whether all was well; never part of the rest."""


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in CHECKS:
        return CHECKS[given[0]](given[1:])
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run the dialer's benchmarks.",
        epilog=f"Long checks with options of their own: {', '.join(CHECKS)} (--help after each).",
    )
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="run only these; all where none is named; `plots` draws those of the docs"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of every random number (1)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--list", action="store_true", help="print the ids and what they measure")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where `plots` draws to ({FOLDER})")
    options = parser.parse_args(arguments)
    if options.ids == ["plots"]:
        for path in draw_all(options.folder):
            print(f"drew {path}")
        return 0
    try:
        chosen = choose(options.ids)
    except UnknownBenchmarkError as error:
        parser.error(str(error))
    if options.list:
        for each in chosen:
            print(f"{each.benchmark_id:<24} {each.title}")
        return 0
    results = {each.benchmark_id: each.run(options.seed) for each in chosen}
    command = shlex.join(["python", "-m", "benchmarks", *(sys.argv[1:] if arguments is None else arguments)])
    if options.json:
        print(as_json(results, seed=options.seed, command=command))
    else:
        print(as_table(results))
        print("\n" + ", ".join(f"{name} {value}" for name, value in machine().items()))
        print(f"seed {options.seed}: {command}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
