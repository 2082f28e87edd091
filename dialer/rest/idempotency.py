"""Idempotency keys: a POST that is sent again with its key is answered as before and done once.

A client that has no answer cannot know whether its request was carried out. With the header `Idempotency-Key` it sends
the same again: the answer is the one given before, for a day, by tenant (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
import logging
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.service.errors import CampaignsError
from dialer.access.model import Caller
from dialer.rest.answers import WITH_SECRETS
from dialer.rest.problems import ProblemError, problem
from dialer.rest.service import Service
from dialer.rest.upload_digest import UploadDigest, boundary_of

log = logging.getLogger(__name__)

HEADER = "idempotency-key"
KEY_MAX = 255
ANSWER_BYTES_MAX = 1024 * 1024


class AnsweredBeforeError(Exception):
    """Raised to give the answer that was given before."""

    def __init__(self, answer: Response) -> None:
        super().__init__("answered before")
        self.answer = answer


async def begin(request: Request, service: Service, caller: Caller) -> None:
    """See whether a request was carried out before; called before it is.

    Raises:
        AnsweredBeforeError: it was, or is being, or the key belongs to another request.
        ProblemError: the key cannot be used.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return
    if not 1 <= len(key) <= KEY_MAX or not key.isprintable():
        raise ProblemError(422, "The request is not right", f"Idempotency-Key has 1 to {KEY_MAX} printable characters")
    if request.url.path.endswith(WITH_SECRETS):
        raise ProblemError(422, "The request is not right", "no Idempotency-Key here: the answer shows a secret once")
    digest = await _digest(request)
    given = await run_in_threadpool(service.idempotency.begin, caller.tenant_id, key, digest, service.now())
    if given is None:
        request.state.idempotency_key = key
    elif given.digest != digest:
        title = "The Idempotency-Key was used before"
        raise AnsweredBeforeError(problem(422, title, "with another request; take a new key for a new request"))
    elif given.status is None:
        detail = "the first request with this Idempotency-Key is still being carried out"
        raise AnsweredBeforeError(problem(409, "Still under way", detail, headers={"Retry-After": "1"}))
    else:
        headers = {"Idempotent-Replayed": "true"} | ({"Location": given.location} if given.location else {})
        kind = "application/json" if given.status < 400 else "application/problem+json"
        raise AnsweredBeforeError(Response(given.body, given.status, headers, kind))


async def answer_as_before(_request: Request, error: Exception) -> Response:
    """The handler of `AnsweredBeforeError`."""
    assert isinstance(error, AnsweredBeforeError)
    return error.answer


class Idempotent:
    """ASGI middleware: keeps the answer of a request whose key `begin` has taken, before it is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["method"] != "POST" or HEADER not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        boundary = boundary_of(Headers(scope=scope).get("content-type", ""))
        if boundary:
            receive = _digesting(receive, state, UploadDigest(boundary))
        held: list[Message] = []

        async def kept(message: Message) -> None:
            if "idempotency_key" not in state:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await self._keep(scope, state, held)
                for one in held:
                    await send(one)

        await self._app(scope, receive, kept)

    async def _keep(self, scope: Scope, state: dict[str, Any], held: list[Message]) -> None:
        service: Service = scope["app"].state.service
        tenant_id, key = state["caller"].tenant_id, state["idempotency_key"]
        status = held[0]["status"]
        body = b"".join(one.get("body", b"") for one in held[1:])
        location = Headers(raw=held[0]["headers"]).get("location", "")
        try:
            if status >= 500 or len(body) > ANSWER_BYTES_MAX:
                await run_in_threadpool(service.idempotency.give_up, tenant_id, key)
            else:
                await run_in_threadpool(service.idempotency.end, tenant_id, key, status, location, body.decode())
        except CampaignsError as error:
            log.error("the answer to a request with an Idempotency-Key is not kept: %s", error)


async def _digest(request: Request) -> str:
    """What tells a request from another."""
    target = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    if boundary_of(request.headers.get("content-type", "")):
        # Read to its end by now, or now; what it was made of has been digested on its way.
        await request.form()
        body = request.state.upload_digest.digest()
    else:
        body = await request.body()
    return hashlib.sha256(target + body).hexdigest()


def _digesting(receive: Receive, state: dict[str, Any], digest: UploadDigest) -> Receive:
    """Let every piece of a body that is received pass through a digest."""
    state["upload_digest"] = digest

    async def received() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            digest.update(message.get("body", b""))
        return message

    return received
