import logging
from pathlib import Path

import pytest

from campaigns.service.errors import CampaignNotFoundError, StoreUnavailableError, StoreUrlError
from dialer.commands.errors import CommandError, explained
from dialer.config import SettingsError
from dialer.live.logs import start_logging
from dialer.live.starting import StartError


def raising(error: BaseException) -> int | str | None:
    """Run a command that fails so; returns the exit code."""

    def run() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        explained(run)
    return ended.value.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError("no"), 1),
        (CommandError("no", 2), 2),
        (SettingsError("no"), 2),
        (StoreUrlError("no"), 2),
        (StoreUnavailableError("no"), 1),
        (StartError("no"), 1),
    ],
)
def test_expected_errors_are_their_own_words(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(error) == code
    assert capsys.readouterr().err == "dialer: no\n"


def test_a_command_that_succeeds_goes_on() -> None:
    explained(lambda: None)


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


def test_not_found_is_the_callers_doing() -> None:
    assert raising(CampaignNotFoundError(7)) == 2


def test_an_unexpected_error_keeps_its_traceback_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(ZeroDivisionError("by zero")) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "dialer: unexpected ZeroDivisionError: by zero"
    path = Path(second.removeprefix("This is a fault of the dialer; its traceback is in "))
    assert "ZeroDivisionError: by zero" in path.read_text()
    assert "Traceback" in path.read_text()
    path.unlink()


def test_with_a_log_the_traceback_is_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = tuple(root.handlers), root.level
    for handler in before:
        root.removeHandler(handler)
    try:
        start_logging("info", str(tmp_path / "dialer.log"))
        assert raising(ZeroDivisionError("by zero")) == 1
    finally:
        for handler in tuple(root.handlers):
            root.removeHandler(handler)
            handler.close()
        for handler in before:
            root.addHandler(handler)
        root.setLevel(level)
    assert "dialer.log" in capsys.readouterr().err
    assert "Traceback" in (tmp_path / "dialer.log").read_text()
