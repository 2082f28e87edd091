"""The command line in this process: what it prints, and how it ends."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from dialer.__main__ import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Dialer = Callable[..., Ended]


@pytest.fixture
def dialer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Dialer:
    """Runs `dialer` with arguments, in an empty folder and without any DIALER_ variable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("DIALER_CONFIG", "DIALER_URL", "DIALER_SERVICE_PORT", "DIALER_SERVICE_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["dialer", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        return Ended(code, *capsys.readouterr())

    return run


class StandIn:
    """Answers requests instead of a service, and writes them down."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response | Exception] = []

    def will(self, answer: Any, status: int = 200) -> None:
        """Answer the next request with this."""
        self.answers.append(answer if isinstance(answer, Exception) else httpx.Response(status, json=answer))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        request.read()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()

    def request(method: str, url: str, *, trust_env: bool, timeout: float, **what: Any) -> httpx.Response:
        with httpx.Client(transport=httpx.MockTransport(stand_in), trust_env=trust_env, timeout=timeout) as client:
            return client.request(method, url, **what)

    monkeypatch.setattr("dialer.commands.client.httpx.request", request)
    return stand_in
