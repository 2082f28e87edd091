"""Databases and files of as many leads as a benchmark wants, made in the quickest way there is."""

import csv
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from campaigns.store.database import Database, read_url
from campaigns.store.schema import leads

HEADER = (
    "Phone",
    "First name",
    "Last name",
    "City",
    "Postal code",
    "Time zone",
    "Customer ID",
    "Age",
    "Job",
    "Balance",
)
TIME_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
FIRST_NAMES = ("Ann", "Bob", "Carla", "Deepak", "Eva", "Fumiko", "Georg", "Hanna")
LAST_NAMES = ("Smith", "Jones", "García", "Müller", "Singh", "Tanaka", "Kowalski", "Okafor")
JOBS = ("management", "technician", "services", "student", "retired", "unemployed")
PIECE = 50_000


def write_csv(path: Path, rows: int, seed: int) -> None:
    """A list of fictional people (numbers +1 2xx 200 0000 and up) in no order of their numbers."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for start in range(0, rows, PIECE):
            writer.writerows(_people(order[start : start + PIECE], start, generator))


def _people(indexes: np.ndarray, start: int, generator: np.random.Generator) -> Iterator[tuple[object, ...]]:
    count = len(indexes)
    first, last, zone, job = (
        generator.integers(0, len(names), count) for names in (FIRST_NAMES, LAST_NAMES, TIME_ZONES, JOBS)
    )
    codes, ages, sums = (generator.integers(*limits, count) for limits in ((10_000, 99_999), (18, 90), (-500, 9000)))
    for place in range(count):
        index = int(indexes[place])
        yield (
            f"+1{201 + index // 8_000_000}{2_000_000 + index % 8_000_000}",
            FIRST_NAMES[first[place]],
            LAST_NAMES[last[place]],
            "Springfield",
            codes[place],
            TIME_ZONES[zone[place]],
            f"C{start + place:08d}",
            ages[place],
            JOBS[job[place]],
            sums[place],
        )


_COLUMNS = (
    "lead_id, campaign_id, number, name, time_zone, priority, attributes, external_id, status, attempts_made, "
    "not_before, closed_reason, engine_id"
)
# Of ten leads six wait for their first call, two for a retry later than now, two are closed.
_VALUES = """i, 1, '+1' || (201 + i / 8000000) || (2000000 + i % 8000000), 'Ann Smith',
    CASE i % 4 WHEN 0 THEN 'America/New_York' WHEN 1 THEN 'America/Chicago' WHEN 2 THEN 'America/Denver'
    ELSE 'America/Los_Angeles' END, (i / 4) % 2, '{"city":"Springfield","age":"33"}', '',
    CASE WHEN i % 10 < 8 THEN 'open' ELSE 'closed' END, CASE WHEN i % 10 < 6 THEN 0 ELSE 1 END,
    CASE WHEN i % 10 IN (6, 7) THEN 1e10 ELSE 0.0 END, CASE WHEN i % 10 < 8 THEN '' ELSE 'do not call' END, ''"""
_SERIES = {
    "sqlite": "WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {count}) "
    "{insert} FROM series",
    "postgresql": "{insert} FROM generate_series(1, {count}) AS series(i)",
}
_GROUPS = (
    "INSERT INTO lead_groups (campaign_id, list_id, time_zone, priority, leads_open) "
    "SELECT campaign_id, 0, time_zone, priority, count(*) FROM leads WHERE status <> 'closed' GROUP BY 1, 2, 3, 4"
)
_BLOCKED = {
    "number": "number", "reason": "'asked'", "blocked_at": "0.0", "tenant_id": "1",
}  # fmt: skip


def fill(url: str, count: int) -> None:
    """Leads for campaign 1 of an empty database: indexes last, as one makes them for a list of this size."""
    database = Database(read_url(url))
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    with database.writing() as connection:
        for index in leads.indexes:
            index.drop(connection)
        insert = f"INSERT INTO leads ({_COLUMNS}) SELECT {_VALUES}"
        statement = _SERIES[dialect].format(count=count, insert=insert)
        # As text, not straight to the driver: psycopg takes a plain percent sign for the mark of a parameter.
        connection.execute(sa.text(statement))
        for index in leads.indexes:
            index.create(connection)
        connection.exec_driver_sql(_GROUPS)
        blocked = (
            f"INSERT INTO blocked_numbers ({', '.join(_BLOCKED)}) SELECT {', '.join(_BLOCKED.values())} "  # noqa: S608
            "FROM leads WHERE status = 'closed' AND lead_id % 10 = 9"
        )
        connection.execute(sa.text(blocked))
    with database.reading() as connection:
        connection.execute(sa.text("ANALYZE"))
    database.close()


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty private PostgreSQL server with its usual settings, gone afterwards.

    Raises:
        FileNotFoundError: its programs are not installed.
    """
    import pwd
    import shutil

    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parts[-2]))
    programs = found[-1] if found else Path(shutil.which("initdb") or "initdb").parent
    home = Path(tempfile.mkdtemp(prefix="dialer-bench-", dir="/tmp"))
    user = "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) and home.owner() == "root" else None
    if user is not None:
        shutil.chown(home, user)

    def run(*command: str | Path) -> None:
        subprocess.run(  # noqa: S603 (no input of anybody)
            command, check=True, user=user, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    run(programs / "initdb", "-D", home / "data", "-U", "dialer", "-A", "trust", "-E", "UTF8", "--locale=C")
    options = f"-k {home} -c listen_addresses='' -c shared_buffers=1GB -c max_wal_size=4GB"
    run(programs / "pg_ctl", "-D", home / "data", "-l", home / "log", "-o", options, "-w", "start")
    try:
        yield f"postgresql://dialer@/postgres?host={home}"
    finally:
        run(programs / "pg_ctl", "-D", home / "data", "-m", "fast", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)
