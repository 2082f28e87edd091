"""For all tests: Hypothesis without a stopwatch, and a private PostgreSQL server that is gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from campaigns.store.opening import upgrade_database

# A busy machine makes a good example slow, or its making; that is not a failure. A failure is made small, but not
# explained: that traces every line, and takes longer than a test may, so that a timeout is all that is seen of it.
settings.register_profile(
    "dialer",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
settings.load_profile("dialer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: a long one that comes last leaves all workers but one without work."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


UNPRIVILEGED_USERS = ("postgres", "nobody")
HOW_TO_GET_IT = "install it (Debian: apt-get install postgresql; macOS: brew install postgresql), no server need run"


def find_program(name: str) -> Path | None:
    on_path = shutil.which(name)
    if on_path is not None:
        return Path(on_path)
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    return installed[0] if installed else None


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root; whoever tests as root lends it another account."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return next((name for name in UNPRIVILEGED_USERS if name in names), None)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of an empty database on a private server."""
    initdb, pg_ctl = find_program("initdb"), find_program("pg_ctl")
    if initdb is None or pg_ctl is None:
        message = f"PostgreSQL's programs initdb and pg_ctl are missing: {HOW_TO_GET_IT}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    # A short path: a Unix socket's may not have more than 107 characters.
    home = Path(tempfile.mkdtemp(prefix="dialer-pg-", dir="/tmp"))
    user = unprivileged_user()
    if user is not None:
        shutil.chown(home, user)

    def run(*command: str | Path) -> None:
        # A file rather than a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as log:
            done = subprocess.run(
                command, user=user, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=240, check=False
            )
            log.seek(0)
            assert done.returncode == 0, f"{command[0]} failed:\n{log.read()}"

    data = home / "data"
    # Commits survive a kill of the tests without fsync; the store must turn synchronous_commit on again by itself.
    settings = f"-k {home} -c listen_addresses='' -c fsync=off -c synchronous_commit=off"
    try:
        run(initdb, "-D", data, "-U", "dialer", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run(pg_ctl, "-D", data, "-l", home / "log", "-o", settings, "-w", "start")
        try:
            yield f"postgresql://dialer@/postgres?host={home}"
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def database_url(server_url: str, database: str) -> str:
    return server_url.replace("/postgres?", f"/{database}?")


def execute(server_url: str, statement: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a database with all tables and no rows, from which others are copied in milliseconds."""
    execute(postgres_url, "CREATE DATABASE dialer_template")
    upgrade_database(database_url(postgres_url, "dialer_template"))
    return "dialer_template"


@pytest.fixture
def empty_postgres_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of a database with all tables and no rows."""
    execute(postgres_url, f"CREATE DATABASE dialer_test TEMPLATE {postgres_template}")
    yield database_url(postgres_url, "dialer_test")
    execute(postgres_url, "DROP DATABASE dialer_test WITH (FORCE)")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no rows, made once and copied by whoever writes to it."""
    path = tmp_path_factory.mktemp("empty") / "dialer.sqlite3"
    upgrade_database(f"sqlite:///{path}")
    return path


@pytest.fixture
def empty_sqlite_url(empty_database: Path, tmp_path: Path) -> str:
    """The URL of an SQLite database with all tables and no rows, `dialer.sqlite3` in the test's folder."""
    return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'dialer.sqlite3')}"
