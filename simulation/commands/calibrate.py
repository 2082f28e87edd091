"""`dialer simulate calibrate`: a scenario from call detail records, with the fit of every model."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.table import Table

from simulation.calibration.durations import compare_families, sample_of
from simulation.calibration.fitting import SEED, Calibration, calibrate
from simulation.calibration.reading import read_calls, read_intervals
from simulation.calibration.writing import scenario_toml
from simulation.commands import options, tables


def calibrate_records(
    records: Annotated[Path, typer.Argument(help="CDRs or attempts: CSV, or JSON lines (.jsonl).")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The scenario file to write.")] = Path("scenario.toml"),
    intervals: Annotated[Path | None, typer.Option(help="The agents' intervals, for ACW and the agents.")] = None,
    amd_person_error: Annotated[
        float,
        typer.Option(help="Share of persons whom AMD takes for machines; not in records.", min=0.0, max=0.5),
    ] = 0.0,
    as_json: options.AsJson = False,
) -> None:
    """Fit every model to call records, show how well it fits, and write a scenario."""
    with options.one_line_errors():
        calls = read_calls(records)
        found = calibrate(
            calls,
            read_intervals(intervals) if intervals is not None else (),
            name=output.stem,
            amd_person_error=amd_person_error,
        )
        try:
            output.write_text(scenario_toml(found.scenario), encoding="utf-8")
        except OSError as error:
            raise options.CommandError(f"{output}: cannot be written: {error.strerror}") from None
        if as_json:
            tables.print_json({"findings": [one._asdict() for one in found.findings], "scenario": found.scenario})
        else:
            _print(found)
            spans = [(one.bridged_at, one.ended_at) for one in calls]
            talks = [end - start for start, end in spans if start is not None and end is not None]
            if len(talks) > 1:
                print_families("talk time, by family", talks)
        typer.echo(f"wrote {output}", err=True)


def print_families(title: str, durations_s: list[float]) -> None:
    """How each family of distributions fits, by proper scores on the half it was not fitted to."""
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    for column in ("family", "mean [s]".replace("[", r"\["), "KS distance", "log score", "CRPS"):
        table.add_column(column, justify="right")
    for fit in compare_families(sample_of(durations_s), np.random.default_rng(SEED)):
        table.add_row(
            fit.family, f"{fit.duration.mean():.1f}", f"{fit.distance:.4f}", f"{fit.log_score:.4f}", f"{fit.crps:.3f}"
        )
    tables.print_table(table)


def _print(found: Calibration) -> None:
    table = Table(title=found.scenario.name, box=box.SIMPLE, title_justify="left")
    for column in ("model", "found", "rests on", "KS distance"):
        table.add_column(column)
    for finding in found.findings:
        fit = found.fits.get(finding.model)
        table.add_row(finding.model, finding.value, finding.basis, f"{fit[0].distance:.4f}" if fit is not None else "")
    tables.print_table(table)
