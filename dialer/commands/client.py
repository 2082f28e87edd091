"""Talks to a running service over its REST API, for the commands of operators, campaign managers and agents."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from dialer.commands.errors import EXIT_FAILED, EXIT_USAGE, CommandError
from dialer.commands.options import settings_from

TIMEOUT_S = 30.0
UPLOAD_TIMEOUT_S = 600.0
PROBLEMS_SHOWN = 10
PAGE_ROWS = 1000

ServiceUrl = Annotated[
    str | None,
    typer.Option("--url", envvar="DIALER_URL", help="The service; by default the one that dialer.toml describes."),
]


class Client:
    """One service, as a command sees it.

    Args:
        url: where the service is; None reads its address from the settings.
    """

    def __init__(self, url: str | None) -> None:
        config = os.environ.get("DIALER_CONFIG")
        service = settings_from(Path(config) if config else None).service
        host = f"[{service.host}]" if ":" in service.host else service.host
        self._url = (url or f"http://{host}:{service.port}").rstrip("/")
        token = os.environ.get("DIALER_TOKEN") or service.token.get_secret_value()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> Any:
        """Read something."""
        return self._send("GET", path)

    def all(self, path: str) -> Iterator[Any]:
        """Read a listing to its end, page by page."""
        joint = "&" if "?" in path else "?"
        page = self.get(f"{path}{joint}limit={PAGE_ROWS}")
        yield from page["items"]
        while page["cursor"] is not None:
            page = self.get(f"{path}{joint}limit={PAGE_ROWS}&cursor={quote(page['cursor'], safe='')}")
            yield from page["items"]

    def delete(self, path: str) -> None:
        """Take something away."""
        self._answer("DELETE", path)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something."""
        return self._send("POST", path, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something."""
        return self._send("PATCH", path, json=body)

    def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Any:
        """Send a file.

        Raises:
            CommandError: it cannot be read, or the service refuses it.
        """
        try:
            with file.open("rb") as content:
                return self._send(
                    "POST", path, files={"file": (file.name, content)}, data=fields, timeout=UPLOAD_TIMEOUT_S
                )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}", EXIT_USAGE) from None

    def download(self, path: str, target: Path) -> None:
        """Write what the service answers to a file.

        Raises:
            CommandError: the service refuses, or the file cannot be written.
        """
        try:
            with (
                httpx.stream(
                    "GET",
                    f"{self._url}/api/v1{path}",
                    headers=self._headers,
                    timeout=UPLOAD_TIMEOUT_S,
                    trust_env=False,
                ) as answer,
                target.open("wb") as file,
            ):
                if answer.is_error:
                    answer.read()
                    raise CommandError(_explained(answer, self._url))
                for piece in answer.iter_bytes():
                    file.write(piece)
        except httpx.HTTPError as error:
            raise CommandError(f"the dialer at {self._url} does not answer: {type(error).__name__}: {error}") from None
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}", EXIT_USAGE) from None

    def text(self, path: str) -> str:
        """Read something that is no JSON."""
        return self._answer("GET", path).text

    def _send(self, method: str, path: str, timeout: float = TIMEOUT_S, **what: Any) -> Any:
        return self._answer(method, path, timeout, **what).json()

    def _answer(self, method: str, path: str, timeout: float = TIMEOUT_S, **what: Any) -> httpx.Response:
        try:
            answer = httpx.request(
                method, f"{self._url}/api/v1{path}", headers=self._headers, timeout=timeout, trust_env=False, **what
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise CommandError(f"{self._url!r} is not a URL such as http://127.0.0.1:8080", EXIT_USAGE) from None
        except httpx.ConnectError:
            raise CommandError(
                f"no dialer answers at {self._url}; start one with `dialer serve`, or name it with --url", EXIT_FAILED
            ) from None
        except httpx.HTTPError as error:
            raise CommandError(f"the dialer at {self._url} does not answer: {type(error).__name__}: {error}") from None
        if answer.is_error:
            raise CommandError(_explained(answer, self._url))
        return answer


def _explained(answer: httpx.Response, url: str) -> str:
    try:
        problem = answer.json()
        detail, problems = str(problem["detail"]), problem.get("problems", [])
    except (ValueError, KeyError, TypeError):
        return f"{url} answered {answer.status_code}, and not as a dialer does; is it another program's address?"
    if answer.status_code == 401:
        return (
            "the service wants to know who you are; set DIALER_TOKEN to a token of your account "
            "(`dialer token create`), or DIALER_SERVICE_TOKEN to the one in its settings"
        )
    if len(problems) > 1:
        lines = [f"  {one['field']}: {one['message']}" for one in problems[:PROBLEMS_SHOWN]]
        return "\n".join(["the request is not right:", *lines])
    return detail
