"""The audit log: every request that has changed something is written before it is answered; and its route."""

import logging
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.ports import Page
from campaigns.service.errors import CampaignsError
from dialer.access.model import AuditEntry, Caller
from dialer.access.model import Scope as AccessScope
from dialer.rest.access import CallerOf
from dialer.rest.answers import answers
from dialer.rest.pages import Paging, page_answer
from dialer.rest.permissions import NEEDS
from dialer.rest.service import Service, ServiceOf

log = logging.getLogger(__name__)

router = APIRouter(tags=["access"])

READING = frozenset({"GET", "HEAD", "OPTIONS"})
AuditPage = Page[AuditEntry]


class AuditListing(Paging):
    """Which entries."""

    actor: Annotated[str | None, Field(max_length=100, description="A login.")] = None
    since: Annotated[float | None, Field(description="Unix seconds.", allow_inf_nan=False)] = None


@router.get("/audit", responses=answers(AuditPage, "A page of entries"))
async def list_audit(
    request: Request, service: ServiceOf, caller: CallerOf, listing: Annotated[AuditListing, Query()]
) -> Response:
    """Who changed what, newest first."""
    page = await run_in_threadpool(lambda: service.access.audit(caller.tenant_id, **listing.model_dump()))
    return page_answer(request, page)


def note(request: Request, detail: Any) -> None:
    """Say what a request changes, for its entry; no secrets."""
    request.state.audit_detail = detail


def write_entry(service: Service, caller: Caller, address: str, action: str, target: str, detail: Any) -> None:
    """Write one entry; called in a worker thread."""
    entry = AuditEntry(
        entry_id=0,
        at=service.now(),
        actor=caller.login,
        address=address,
        action=action,
        target=target,
        detail="" if detail is None else msgspec.json.encode(detail).decode(),
    )
    service.access.write_audit(caller.tenant_id, entry)


class Audited:
    """ASGI middleware: what was done has its entry before the one who did it hears of it.

    The agents' desks are left out: what agents do all day is in the attempts and the agents' report. But for what has a
    `note`, such as keys pressed in a conversation, of which nothing else would tell.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})

        async def written(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400 and "caller" in state:
                await self._write(scope, state)
            await send(message)

        await self._app(scope, receive, written)

    async def _write(self, scope: Scope, state: dict[str, Any]) -> None:
        action = (scope["method"], state["route"])
        detail = state.get("audit_detail")
        if NEEDS[action] is AccessScope.DESK and detail is None:
            return
        service: Service = scope["app"].state.service
        address = scope["client"][0] if scope.get("client") else ""
        target = scope["path"].removeprefix("/api/v1")
        try:
            await run_in_threadpool(write_entry, service, state["caller"], address, " ".join(action), target, detail)
        except CampaignsError as error:
            # What was done is done; to call it failed would be the greater lie.
            log.error("%s by %s has no entry in the audit log: %s", " ".join(action), state["caller"].login, error)
