"""A run's rows as pandas frames, CSV, JSON lines or Parquet; column names are the rows' field names."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dialer.runner import TraceWriter
from simulation.rows import AttemptRow, DecisionRow, IntervalRow
from simulation.scenario.loading import ScenarioError
from simulation.scenario.model import Scenario
from simulation.world import World, engine_settings

TABLES: dict[str, type[Any]] = {"attempts": AttemptRow, "intervals": IntervalRow, "decisions": DecisionRow}


class ExportError(ScenarioError):
    """The rows cannot be written; the message says why and what to do."""


class Columns(NamedTuple):
    """One table column by column."""

    name: str
    columns: dict[str, list[Any]]


def write_rows(scenario: Scenario, seed: int, folder: Path, kind: str) -> list[Path]:
    """Simulate once more with this replication's seed and write its three tables; returns the files.

    Raises:
        ExportError: the format is unknown, its library is missing, or the folder cannot be written.
    """
    writer = _writer(kind)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for table in run_tables(scenario, seed):
            path = folder / f"{table.name}.{kind}"
            writer(path, table.columns)
            written.append(path)
        return written
    except OSError as error:
        raise ExportError(f"{folder}: cannot be written: {error.strerror}") from None


def write_trace(scenario: Scenario, seed: int, path: Path) -> None:
    """Simulate once more with this replication's seed and record every step of the engine."""
    try:
        with path.open("wb") as file, TraceWriter(file, engine_settings(scenario)) as trace:
            for _ in World(scenario, seed, trace=trace).days():
                pass
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror}") from None


def run_tables(scenario: Scenario, seed: int) -> Iterator[Columns]:
    """The attempts, agent intervals and decisions of one replication."""
    rows: dict[str, list[Sequence[Any]]] = {name: [] for name in TABLES}
    for record in World(scenario, seed, keeps_decisions=True).days():
        for name in TABLES:
            rows[name] += getattr(record.rows, name)
    for name, kind in TABLES.items():
        fields: tuple[str, ...] = kind._fields
        columns = list(zip(*rows[name], strict=True)) or [()] * len(fields)
        yield Columns(name, {field: list(column) for field, column in zip(fields, columns, strict=True)})


def run_frames(scenario: Scenario, seed: int) -> dict[str, Any]:
    """The three tables of one replication as pandas frames, by name; `polars.from_pandas` makes Polars' of them.

    Raises:
        ExportError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise ExportError("frames need pandas: pip install 'predictive-dialer[analysis]'") from None
    return {table.name: pd.DataFrame(table.columns) for table in run_tables(scenario, seed)}


def check_format(kind: str) -> None:
    """Refuse a format that rows cannot be written in, before anything is simulated.

    Raises:
        ExportError: the message lists the formats there are.
    """
    _writer(kind)


def _writer(kind: str) -> Callable[[Path, dict[str, list[Any]]], None]:
    writers = {"csv": _write_csv, "json": _write_json, "parquet": _write_parquet}
    if kind not in writers:
        raise ExportError(f"no format {kind!r}; choose one of: {', '.join(writers)}")
    if kind == "parquet":
        try:
            import pyarrow as pa  # noqa: F401
        except ImportError:
            raise ExportError("Parquet needs pyarrow: pip install 'predictive-dialer[analysis]'") from None
    return writers[kind]


def _write_csv(path: Path, columns: dict[str, list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _write_json(path: Path, columns: dict[str, list[Any]]) -> None:
    """One JSON object per line."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for values in zip(*columns.values(), strict=True):
            file.write(encoder.encode(dict(zip(columns, values, strict=True))) + b"\n")


def _write_parquet(path: Path, columns: dict[str, list[Any]]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path)
