import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.live.logs import mask, start_logging


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


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("calling +12025550123 now", "calling +12***23 now"),
        ("from 12025550123", "from 120***23"),
        ("attempt 4711-2, 25 s, port 5060", "attempt 4711-2, 25 s, port 5060"),
        ("at 1770000000.25", "at 1770000000.25"),
        ("sip:+12025550123@192.0.2.10:5060", "sip:+12***23@192.0.2.10:5060"),
        ("engine-1234567890123 and x123456789012", "engine-1234567890123 and x123456789012"),
    ],
)
def test_telephone_numbers_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_the_log_is_one_json_object_a_line_with_tracebacks_inside(tmp_path: Path) -> None:
    path = tmp_path / "dialer.log"
    start_logging("info", str(path))
    log = logging.getLogger("dialer.test")
    log.debug("not this")
    log.info("call to %s", "+12025550123")
    try:
        raise ValueError("number +12025550123")
    except ValueError:
        log.exception("went wrong")
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("info", "dialer.test", "call to +12***23")
    assert first["time"].endswith("+00:00")
    assert "ValueError: number +12***23" in second["traceback"]
    assert "2025550123" not in path.read_text()


def test_stderr_has_warnings_in_one_line_without_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("info", str(tmp_path / "dialer.log"))
    log = logging.getLogger("dialer.test")
    log.info("quiet")
    try:
        raise ValueError("reason")
    except ValueError:
        log.exception("could not\ndo it")
    assert capsys.readouterr().err == "error: could not do it (ValueError; the traceback is in the log)\n"


def test_without_a_file_everything_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("info", "")
    logging.getLogger("dialer.test").info("hello")
    assert json.loads(capsys.readouterr().err)["message"] == "hello"


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        start_logging("info", str(tmp_path / "missing" / "dialer.log"))
