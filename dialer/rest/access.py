"""Who makes a request, and whether they may: checked for every route, before anything else is done with it."""

import logging
import math
import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from dialer.access.accounts import caller_of
from dialer.access.model import DEFAULT_TENANT_ID, Caller, Role
from dialer.access.roles import may, may_use_desk
from dialer.rest.idempotency import begin
from dialer.rest.owners import OWNERS, refuse_foreign
from dialer.rest.permissions import NEEDS, PUBLIC
from dialer.rest.problems import ProblemError
from dialer.rest.rate_limits import STATE, headers_of
from dialer.rest.service import Service, ServiceOf

log = logging.getLogger(__name__)

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
THIS_MACHINE = "this machine"
SERVICE_TOKEN = "the service's token"  # noqa: S105 - the name of an actor, no secret

bearer = HTTPBearer(auto_error=False, description="A token of an account, or the one of [service] token.")


async def require_access(
    request: Request,
    service: ServiceOf,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> None:
    """Refuse whoever may not; the caller is then in `request.state.caller`."""
    route = (request.method, request.scope["route"].path)
    if route not in NEEDS:
        log.error("%s %s has no line in dialer/rest/permissions.py, so it is open to nobody", *route)
        raise ProblemError(403, "Not allowed", "nobody may use this route yet; this is a fault of the service")
    scope = NEEDS[route]
    if scope is PUBLIC:
        return
    caller = await _caller(request, service, "" if credentials is None else credentials.credentials)
    _refuse_too_many(request, service, caller)
    if not may(caller, scope):
        raise ProblemError(403, "Not allowed", f"this needs the scope {scope}, which {_whose(caller)} does not have")
    agent_id = request.path_params.get("agent_id")
    if agent_id is not None and not may_use_desk(caller, agent_id):
        raise ProblemError(403, "Not allowed", f"an agent may use their own desk alone, /agents/{caller.login}")
    if not OWNERS.keys() >= request.path_params.keys():
        log.error("%s %s has a parameter without a line in dialer/rest/owners.py, so it is open to nobody", *route)
        raise ProblemError(403, "Not allowed", "nobody may use this route yet; this is a fault of the service")
    if request.path_params:
        await run_in_threadpool(refuse_foreign, service, caller, request.path_params)
    request.state.caller = caller
    request.state.route = route[1]
    await begin(request, service, caller)


def caller_of_request(request: Request) -> Caller:
    """Who makes a request that `require_access` has let in."""
    caller = request.state.caller
    assert isinstance(caller, Caller)
    return caller


CallerOf = Annotated[Caller, Depends(caller_of_request)]


async def _caller(request: Request, service: Service, text: str) -> Caller:
    """Who sends this token.

    With neither accounts nor a service token the service listens on loopback alone (`dialer.config` sees to it), and
    this machine's own programs may do everything. A web page opened on this machine could still reach it; so a request
    that a browser sends for another site, or for another name that was made to point here, is refused.
    """
    if service.token and secrets.compare_digest(text.encode(), service.token.encode()):
        return _without_account(SERVICE_TOKEN)
    has_accounts: bool = await run_in_threadpool(service.access.has_accounts)
    if service.token or has_accounts:
        caller = await run_in_threadpool(caller_of, service.access, text, service.now()) if text else None
        if caller is None:
            said = "that token is not valid, or no longer; " if text else ""
            detail = (
                f"{said}send a token as: Authorization: Bearer <token>. POST /api/v1/sessions makes one of a password"
            )
            raise ProblemError(401, "Not authorised", detail, {"WWW-Authenticate": "Bearer"})
        return caller
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if _name_of(host) not in LOCAL_NAMES or (origin is not None and origin.partition("://")[2] != host):
        raise ProblemError(
            403,
            "Not authorised",
            "without accounts and [service] token only this machine's own programs may use the service",
        )
    return _without_account(THIS_MACHINE)


def _refuse_too_many(request: Request, service: Service, caller: Caller) -> None:
    if caller.account_id is None:
        # The operator, on this machine or with the service's own token: their programs may be a whole floor of agents.
        return
    limit = service.rate_limit
    if not limit.per_minute:
        return
    left, wait_s = limit.take(f"{caller.tenant_id}/{caller.login}", service.now())
    setattr(request.state, STATE, headers_of(limit, left, wait_s))
    if wait_s:
        retry_s = math.ceil(wait_s)
        detail = f"at most {limit.per_minute} requests a minute; try again in {retry_s} s"
        raise ProblemError(429, "Too many requests", detail, {"Retry-After": str(retry_s)})


def _without_account(name: str) -> Caller:
    return Caller(tenant_id=DEFAULT_TENANT_ID, login=name, role=Role.ADMIN, scopes=None, account_id=None)


def _whose(caller: Caller) -> str:
    return f"the role {caller.role}" if caller.scopes is None else "this token"


def _name_of(host: str) -> str:
    return host if host.endswith("]") else host.rpartition(":")[0] or host
