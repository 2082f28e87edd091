import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.service.errors import SchemaError
from dialer.app import NO_TRUNK
from dialer.commands.errors import CommandError
from dialer.commands.running import ENDING, run_service
from dialer.config import Settings
from dialer.live.starting import StartError
from tests.dialer.stub_gateway import StubGateway


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = tuple(root.handlers), root.level
    for handler in before:
        root.removeHandler(handler)
    yield
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)


def settings_in(folder: Path, **changes: Any) -> Settings:
    return Settings.model_validate(
        {
            "service": {"port": 0},
            "database": {"url": f"sqlite:///{folder}/dialer.sqlite3"},
            "log": {"path": f"{folder}/dialer.log"},
            **changes,
        }
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_service_runs_until_it_is_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    said: list[str] = []

    def announce(text: str) -> None:
        said.append(text)
        if "ready" in text:
            os.kill(os.getpid(), number)

    run_service(settings_in(tmp_path), announce, StubGateway)
    assert said[0].startswith("The dialer is ready: API at http://127.0.0.1:")
    assert said[1:] == [NO_TRUNK, ENDING, "Ended: no call is open, everything is written."]
    assert (tmp_path / "dialer.sqlite3").exists()
    assert (tmp_path / "dialer.log").exists()


def test_a_second_signal_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exits: list[int] = []
    monkeypatch.setattr("dialer.commands.running.os._exit", exits.append)

    said: list[str] = []

    def announce(text: str) -> None:
        said.append(text)
        if "ready" in text or said.count(ENDING) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    run_service(settings_in(tmp_path), announce, StubGateway)
    assert exits[0] == 1


def test_results_that_could_not_be_written_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.live.store_worker.StoreWorker.close", lambda self, timeout_s: False)

    def announce(text: str) -> None:
        if "ready" in text:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(CommandError, match="not every result could be written"):
        run_service(settings_in(tmp_path), announce, StubGateway)


def test_a_log_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, log={"path": f"{tmp_path}/missing/dialer.log"})
    with pytest.raises(StartError, match=r"cannot be written: No such file or directory; set \[log\] path"):
        run_service(settings, lambda text: None, StubGateway)


@pytest.mark.postgres
def test_a_postgresql_database_without_tables_says_which_command_makes_them(tmp_path: Path, postgres_url: str) -> None:
    settings = settings_in(tmp_path, database={"url": postgres_url})
    with pytest.raises(SchemaError, match="dialer db upgrade"):
        run_service(settings, lambda text: None, StubGateway)
