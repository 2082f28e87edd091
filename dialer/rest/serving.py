"""The HTTP server in front of the application."""

import contextlib
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

CONNECTIONS_MAX = 1000


class Server(uvicorn.Server):
    """uvicorn without its own handling of signals: ending is the service's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See `uvicorn.Server`."""
        yield


def server_of(app: FastAPI) -> Server:
    """A server of an application, not yet started; what goes wrong is in the service's own log."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_graceful_shutdown=2,
        )
    )
