"""What a caller has left of their requests, said with every answer (draft-ietf-httpapi-ratelimit-headers)."""

import math
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialer.access.rate_limit import WINDOW_S, RateLimit

STATE = "rate_limit"


def headers_of(limit: RateLimit, left: int, wait_s: float) -> dict[str, str]:
    """The two fields of one answer.

    Args:
        limit: the caller's.
        left: requests that may be sent at once.
        wait_s: seconds until the next is allowed, where none is; otherwise the time until all are is told.
    """
    reset_s = math.ceil(wait_s or (limit.per_minute - left) * WINDOW_S / limit.per_minute)
    return {
        "RateLimit-Policy": f'"caller";q={limit.per_minute};w={WINDOW_S:.0f}',
        "RateLimit": f'"caller";r={left};t={reset_s}',
    }


class RateLimited:
    """ASGI middleware: adds to each answer what `require_access` has found of the caller's limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and STATE in state:
                headers = MutableHeaders(scope=message)
                for name, value in state[STATE].items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, told)
