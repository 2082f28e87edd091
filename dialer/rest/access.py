"""Who may use the API, in its first form: one bearer token, or this machine's own programs where there is none."""

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dialer.rest.problems import ProblemError
from dialer.rest.service import ServiceOf

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

bearer = HTTPBearer(auto_error=False, description="The token of [service] token, where one is set.")


def require_access(
    request: Request,
    service: ServiceOf,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> None:
    """Refuse a request without the token.

    Without a token the service listens on loopback alone (`dialer.config` sees to it), but a web page opened on this
    machine could still reach it; so a request that a browser sends for another site, or for another name that was made
    to point here, is refused.
    """
    if service.token:
        given = credentials.credentials if credentials is not None else ""
        if not secrets.compare_digest(given.encode(), service.token.encode()):
            raise ProblemError(
                401,
                "Not authorised",
                "send the service's token as: Authorization: Bearer <token>",
                {"WWW-Authenticate": "Bearer"},
            )
        return
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if _name_of(host) not in LOCAL_NAMES or (origin is not None and origin.partition("://")[2] != host):
        raise ProblemError(
            403, "Not authorised", "without [service] token only this machine's own programs may use the service"
        )


def _name_of(host: str) -> str:
    return host if host.endswith("]") else host.rpartition(":")[0] or host
