"""Bringing a list in: a million rows of CSV, phase by phase, beside a bare load of the same file as the floor."""

import csv
import gc
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.harness import Figure, benchmark
from benchmarks.lead_lists import HEADER, postgresql, write_csv
from campaigns.importing.batches import ImportOptions, open_batches
from campaigns.importing.formats import read_table
from campaigns.importing.job import new_import, run_import
from campaigns.model import Campaign
from campaigns.store.opening import open_store

ROWS = int(os.environ.get("BENCHMARK_LEADS", "1000000"))
AIM_S = 30.0
AIM_MB = 600.0
LARGE_BYTES = 2 * 1024**3


@benchmark("lead-import", "Importing a list of a million rows into SQLite and PostgreSQL, by phase, beside a bare load")
def lead_import(seed: int) -> Sequence[Figure]:
    """A million rows into both databases."""
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        path = Path(folder) / "list.csv"
        write_csv(path, ROWS, seed)
        figures = [*_phases(path), *_on_sqlite(path, Path(folder))]
        try:
            with postgresql() as url:
                figures += _on_postgresql(path, url)
        except FileNotFoundError:
            print("PostgreSQL is not installed; it is left out")
    return figures


@benchmark("lead-import-memory", "Memory while a file of 2 GB is read and checked: flat, whatever its size")
def lead_import_memory(seed: int) -> Sequence[Figure]:
    """Read and check 2 GB, in a process of its own; nothing is stored."""
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        path = Path(folder) / "list.csv"
        write_csv(path, 200_000, seed)
        rows = path.read_bytes().split(b"\r\n", 1)[1]
        small_mb = _peak_of_reading(path)
        with path.open("ab") as file:
            while file.tell() < LARGE_BYTES:
                file.write(rows)
        return [
            _figure("peak memory of reading 20 MB", small_mb, "MB"),
            _figure("peak memory of reading 2 GB", _peak_of_reading(path), "MB", AIM_MB),
        ]


def _phases(path: Path) -> list[Figure]:
    """What each step costs alone, in this process."""
    with path.open(newline="", encoding="utf-8") as text:
        parsing = _timed(lambda: sum(1 for _ in csv.reader(text)))
    with path.open("rb") as file:
        gc.disable()
        _, batches = open_batches(read_table(file), ImportOptions())
        checking = _timed(lambda: sum(len(batch.leads) for batch in batches))
        gc.enable()
    return [
        *_floor("splitting the rows with the csv module alone", parsing),
        *_floor("reading and checking rows, nothing stored", checking),
    ]


def _on_sqlite(path: Path, folder: Path) -> list[Figure]:
    floor = _timed(lambda: _load_sqlite(path, folder / "floor.sqlite3"))
    return [
        *_floor("SQLite: bare load of the file as it is, executemany", floor),
        *_import_apart(path, f"sqlite:///{folder / 'dialer.sqlite3'}", "SQLite"),
    ]


def _on_postgresql(path: Path, url: str) -> list[Figure]:
    floor = _timed(lambda: _load_postgresql(path, url))
    return [
        *_floor("PostgreSQL: bare load of the file as it is, COPY", floor),
        *_import_apart(path, url, "PostgreSQL"),
    ]


def _load_sqlite(path: Path, database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"CREATE TABLE list ({', '.join(f'c{index} TEXT' for index in range(len(HEADER)))})")
    with path.open(newline="", encoding="utf-8") as text, connection:
        marks = ", ".join("?" * len(HEADER))
        connection.executemany(f"INSERT INTO list VALUES ({marks})", csv.reader(text))  # noqa: S608
    connection.close()


def _load_postgresql(path: Path, url: str) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE list ({', '.join(f'c{index} TEXT' for index in range(len(HEADER)))})")
        with cursor.copy("COPY list FROM STDIN (FORMAT csv, HEADER)") as copy, path.open("rb") as file:
            while piece := file.read(1 << 20):
                copy.write(piece)


def _import_apart(path: Path, url: str, database: str) -> list[Figure]:
    """Import in a process of its own, as the service does, so that its memory can be seen."""
    store = open_store(url, upgrade=True)
    store.create_campaign(Campaign(campaign_id=0, name="benchmark", skill_group="all"))
    store.close()
    code = "import sys; from benchmarks.lead_import import run_one; run_one(*sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, url, str(path)], capture_output=True, text=True, check=True)  # noqa: S603
    wall_s, cpu_s, reader_cpu_s, memory_mb, reader_mb, rows = map(float, done.stdout.split())
    assert rows == ROWS, f"{rows} of {ROWS} rows were accepted"
    return [
        _figure(f"{database}: import of {ROWS:,} rows", wall_s, "s", AIM_S * ROWS / 1_000_000),
        Figure(name=f"{database}: rows a second", value=ROWS / wall_s, unit="rows/s", better="higher"),
        _figure(f"{database}: processor time of storing", cpu_s, "s"),
        _figure(f"{database}: processor time of reading and checking", reader_cpu_s, "s"),
        _figure(f"{database}: peak memory, both processes", memory_mb + reader_mb, "MB", AIM_MB),
    ]


def run_one(url: str, path: str) -> None:
    """Import a file into campaign 1 and print the figures."""
    gc.disable()
    store = open_store(url)
    began = time.perf_counter()
    state = new_import(store, 1, Path(path), ImportOptions(), time.time())
    ended = run_import(store, state, Path(path), Path(f"{path}.rejects.csv"), time.time)
    wall_s = time.perf_counter() - began
    own, reader = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = [one.ru_utime + one.ru_stime for one in (own, reader)]
    print(wall_s, *seconds, own.ru_maxrss / 1024, reader.ru_maxrss / 1024, ended.accepted)
    store.close()


def _peak_of_reading(path: Path) -> float:
    code = (
        "import gc, resource, sys; gc.disable()\n"
        "from pathlib import Path\n"
        "from campaigns.importing.batches import ImportOptions\n"
        "from campaigns.importing.reading import batches_of\n"
        "if __name__ == '__main__':\n"
        "    rows = sum(batch.rows for batch in batches_of(Path(sys.argv[1]), ImportOptions())[1])\n"
        "    both = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "    print(sum(both) / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and of this process's processor time, which says more on a busy machine."""
    began, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - began, time.process_time() - cpu


def _floor(name: str, seconds: tuple[float, float]) -> list[Figure]:
    return [_figure(name, seconds[0], "s"), _figure(f"{name}, processor time", seconds[1], "s")]


def _figure(name: str, value: float, unit: str, aim: float | None = None) -> Figure:
    return Figure(name=name, value=value, unit=unit, better="lower", aim=aim)
