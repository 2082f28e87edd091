"""The registry of benchmarks, their figures and how they are shown.

A benchmark's id is permanent: figures of two revisions are compared by it. A figure says which way is better and, where
there is one, its aim. Results hold no time of day, so that two runs can be laid side by side.
"""

import json
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured number."""

    name: str
    value: float
    unit: str
    better: Literal["higher", "lower"]
    aim: float | None = None

    @property
    def meets_aim(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.better == "higher" else self.value <= self.aim


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """A benchmark: its permanent id, what it measures, and the function that does it with a seed."""

    benchmark_id: str
    title: str
    run: Callable[[int], Sequence[Figure]]


class UnknownBenchmarkError(ValueError):
    """There is no benchmark of that id."""


_BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(
    benchmark_id: str, title: str
) -> Callable[[Callable[[int], Sequence[Figure]]], Callable[[int], Sequence[Figure]]]:
    """Register the decorated function under a permanent id."""

    def add(run: Callable[[int], Sequence[Figure]]) -> Callable[[int], Sequence[Figure]]:
        assert benchmark_id not in _BENCHMARKS, f"two benchmarks are called {benchmark_id!r}"
        _BENCHMARKS[benchmark_id] = Benchmark(benchmark_id=benchmark_id, title=title, run=run)
        return run

    return add


def choose(benchmark_ids: Sequence[str]) -> list[Benchmark]:
    """The benchmarks of these ids in the order of registration; all of them for an empty list.

    Raises:
        UnknownBenchmarkError: the message lists the ids there are.
    """
    unknown = [name for name in benchmark_ids if name not in _BENCHMARKS]
    if unknown:
        raise UnknownBenchmarkError(f"no benchmark {unknown[0]!r}; choose from: {', '.join(sorted(_BENCHMARKS))}")
    return [each for name, each in _BENCHMARKS.items() if not benchmark_ids or name in benchmark_ids]


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
    }


def as_table(results: dict[str, Sequence[Figure]]) -> str:
    """The results as lines of text."""
    rows = [
        (name, figure.name, f"{figure.value:,.6g} {figure.unit}", _aim(figure))
        for name, figures in results.items()
        for figure in figures
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip() for row in rows
    )


def as_json(results: dict[str, Sequence[Figure]], *, seed: int, command: str) -> str:
    """The results for a program to read, with machine, seed and command."""
    figures = {name: msgspec.to_builtins(list(each)) for name, each in results.items()}
    return json.dumps({"machine": machine(), "seed": seed, "command": command, "figures": figures}, indent=2)


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    relation = "at least" if figure.better == "higher" else "at most"
    return f"aim: {relation} {figure.aim:,g} {figure.unit}, {'met' if figure.meets_aim else 'missed'}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
