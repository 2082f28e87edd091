"""Routes: webhooks, their test event, and the log of what was delivered."""

import secrets
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from campaigns.ports import Page
from campaigns.rules.compliance import Problem
from campaigns.service.errors import InvalidSettingsError
from campaigns.webhooks import SECRET_BYTES, Delivery, DeliveryStatus, EventType, Webhook, secret_of
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.audit import note
from dialer.rest.etags import refuse_changed, tagged
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.problems import ProblemError
from dialer.rest.service import Service, ServiceOf

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

WEBHOOKS_MAX = 20
"""Of one tenant: each adds a row to the outbox for every call."""
WebhookId = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
Url = Annotated[str, Field(max_length=2000, description="https://; nothing secret in it, deliveries are signed.")]
Events = Annotated[list[EventType], Field(max_length=20, description="Which events; empty: all.")]
DeliveryPage = Page[Delivery]
WebhookPage = Page[Webhook]


class NewWebhook(BaseModel):
    """Who is to be told of what."""

    model_config = ConfigDict(extra="forbid")
    url: Url
    events: Events = []


class WebhookChanges(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    url: Url | None = None
    events: Events | None = None
    is_active: Annotated[
        bool | None, Field(description="True switches it on again; what has waited meanwhile is sent.")
    ] = None


class CreatedWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A new webhook with the secret that signs its deliveries."""

    webhook: Webhook
    secret: str
    """Verify deliveries with it (Standard Webhooks); it cannot be shown again."""


class WebhookListing(Paging):
    """Which webhooks."""

    is_active: bool | None = None


class Deliveries(Paging):
    """Which deliveries."""

    status: DeliveryStatus | None = None


@router.post("", status_code=201, responses=answers(CreatedWebhook, "The webhook and its secret", 201))
async def create_webhook(request: Request, service: ServiceOf, caller: CallerOf, wanted: NewWebhook) -> Response:
    """Tell a URL of outcomes and campaign events, as they happen.

    Deliveries are JSON, `{"type": ..., "timestamp": ..., "data": ...}`, signed as Standard Webhooks has it: HMAC-SHA256
    over id, timestamp and body, in the header `webhook-signature`. A delivery that is not answered with a status of
    200 to 299 is sent again after 5 s, 1 min, 5 min, 30 min, 2 h, 5 h and 10 h; thirty failures in a row, or a 410,
    switch the webhook off. The same event may come twice: its `webhook-id` is the same then.
    """
    _refuse_url(service, wanted.url)
    if len(await run_in_threadpool(service.webhooks.webhooks, caller.tenant_id)) >= WEBHOOKS_MAX:
        raise ProblemError(409, "That cannot be", f"there are {WEBHOOKS_MAX} webhooks already; delete one first")
    new = Webhook(webhook_id=0, url=wanted.url, events=tuple(wanted.events), is_active=True, created_at=service.now())
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    created = await run_in_threadpool(service.webhooks.create, caller.tenant_id, new, secret)
    note(request, {"url": wanted.url, "events": wanted.events})
    location = {"Location": f"/api/v1/webhooks/{created.webhook_id}"}
    return answer(CreatedWebhook(webhook=created, secret=secret), 201, location)


@router.get("", responses=answers(WebhookPage, "A page of webhooks"))
async def list_webhooks(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[WebhookListing, Query()]
) -> Response:
    """Webhooks, oldest first, with how they are doing; their secrets are not shown."""
    found = await run_in_threadpool(service.webhooks.webhooks, caller.tenant_id)
    some = [one for one in found if wanted.is_active in {None, one.is_active}]
    return page_answer(request, page_of(some, lambda one: one.webhook_id, wanted))


@router.get("/{webhook_id}", responses=answers(Webhook, "The webhook"))
async def read_webhook(request: Request, service: ServiceOf, caller: CallerOf, webhook_id: WebhookId) -> Response:
    """One webhook; where it was switched off, `disabled_reason` says why."""
    return tagged(request, await run_in_threadpool(service.webhooks.webhook, caller.tenant_id, webhook_id))


@router.patch("/{webhook_id}", responses=answers(Webhook, "The webhook as it now is"))
async def edit_webhook(
    request: Request, service: ServiceOf, caller: CallerOf, webhook_id: WebhookId, changes: WebhookChanges
) -> Response:
    """Change where it goes or what it is told of; switch it off, or on again."""
    webhook = await run_in_threadpool(service.webhooks.webhook, caller.tenant_id, webhook_id)
    refuse_changed(request, webhook)
    if changes.url is not None:
        _refuse_url(service, changes.url)
        webhook = replace(webhook, url=changes.url)
    if changes.events is not None:
        webhook = replace(webhook, events=tuple(changes.events))
    if changes.is_active is not None:
        reason = "" if changes.is_active else "switched off by an account"
        webhook = replace(webhook, is_active=changes.is_active, disabled_reason=reason, failures=0)
    await run_in_threadpool(service.webhooks.update, caller.tenant_id, webhook)
    note(request, changes.model_dump(exclude_none=True))
    service.webhook_sender.wake()
    return tagged(request, webhook)


@router.delete("/{webhook_id}", status_code=204, responses={"default": answers(Webhook, "")["default"]})
async def delete_webhook(request: Request, service: ServiceOf, caller: CallerOf, webhook_id: WebhookId) -> Response:
    """Take it away with its log; what was still to be sent is not."""
    refuse_changed(request, await run_in_threadpool(service.webhooks.webhook, caller.tenant_id, webhook_id))
    await run_in_threadpool(service.webhooks.delete, caller.tenant_id, webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/test", status_code=202, responses=answers(Delivery, "Follow it among the deliveries", 202))
async def send_test(service: ServiceOf, caller: CallerOf, webhook_id: WebhookId) -> Response:
    """Send an event of the type `webhook.test`; a webhook that is switched off gets it once it is on again."""
    now = service.now()
    delivery = await run_in_threadpool(service.webhooks.send_test, caller.tenant_id, webhook_id, now)
    service.webhook_sender.wake()
    return answer(delivery, 202)


@router.get("/{webhook_id}/deliveries", responses=answers(DeliveryPage, "A page of deliveries"))
async def list_deliveries(
    request: Request,
    service: ServiceOf,
    caller: CallerOf,
    webhook_id: WebhookId,
    wanted: Annotated[Deliveries, Query()],
) -> Response:
    """What was sent and what waits, newest first: tries, the receiver's answer, when it is tried next. Kept 7 days."""
    page = await run_in_threadpool(
        service.webhooks.deliveries, caller.tenant_id, webhook_id, wanted.status, wanted.limit, wanted.cursor
    )
    return page_answer(request, page)


def _refuse_url(service: Service, url: str) -> None:
    reason = service.webhook_sender.refusal_of(url)
    if reason:
        raise InvalidSettingsError([Problem("url", f"{url[:200]!r} {reason}")])
