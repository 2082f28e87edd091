"""What the routes need of the rest of the service, handed in when the application is made."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from fastapi import Path as PathParameter
from starlette.concurrency import run_in_threadpool

from campaigns.erasures import ErasureReport
from campaigns.model import CampaignTask
from campaigns.ports import CampaignStore
from campaigns.recordings import RecordingIndex
from campaigns.reports.port import ReportStore
from campaigns.service.campaigns import campaign_task
from campaigns.store.webhook_store import WebhookStore
from dialer.access.idempotency import IdempotencyStore
from dialer.access.rate_limit import RateLimit
from dialer.access.sql import AccessStore
from dialer.access.throttle import Throttle
from dialer.messages import AnswerRequest, Event
from dialer.model import ScreenPop, Statistics
from dialer.ports import Post

T = TypeVar("T")

HASHES_AT_ONCE_MAX = 2
"""Passwords hashed at one time; each takes 64 MiB and some tens of milliseconds of a processor that calls need too."""

WRITERS_AT_ONCE_MAX = 2
"""Excel files written at one time: a long one takes a minute of a processor."""


class StreamMessage(Protocol):
    """One message of the live stream."""

    @property
    def name(self) -> str:
        """Its kind: statistics, decision or agent."""
        ...

    @property
    def value(self) -> object:
        """What happened."""
        ...

    @property
    def data(self) -> bytes:
        """JSON."""
        ...


class DeskRequests(Protocol):
    """The side of the desk that the routes see."""

    async def request(self, make_event: Callable[[int], Event], timeout_s: float) -> AnswerRequest:
        """Post an event with a fresh request id; answers what was wrong, or nothing."""
        ...

    def call_of(self, agent_id: str) -> ScreenPop | None:
        """Whom an agent has on the line."""
        ...

    def watch(self) -> AsyncGenerator[StreamMessage, None]:
        """Statistics, decisions and agents' changes from now on."""
        ...

    @property
    def is_full(self) -> bool:
        """Whether another watcher would be refused."""
        ...


class ImportJobs(Protocol):
    """Imports that the service carries out, one after the other."""

    def place(self) -> Path:
        """A path for a file that is about to be imported.

        Raises:
            OSError: the folder cannot be made.
        """
        ...

    def queue(self, import_id: int, file: Path) -> None:
        """Import a file at that path as soon as those before are done; the file is taken over."""
        ...

    def rejects(self, import_id: int) -> Path:
        """Where the rejected rows of an import are."""
        ...


class ErasingPeople(Protocol):
    """What erases a person wherever the service keeps something."""

    async def erase(self, number: str, tenant_id: int) -> ErasureReport:
        """Erase a person; returns what was found where.

        Raises:
            CallerError: nothing is erased.
        """
        ...

    def reports(self, tenant_id: int) -> Sequence[ErasureReport]:
        """The tenant's erasures, newest first."""
        ...


class WebhookSending(Protocol):
    """What delivers to webhooks."""

    def refusal_of(self, url: str) -> str:
        """Why nothing is ever delivered to such a URL; empty where it is."""
        ...

    def wake(self) -> None:
        """Say that something waits in the outbox."""
        ...


class PartHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How one part of the service is."""

    is_ok: bool
    detail: str = ""
    """What is wrong and what to do, where something is."""
    counters: dict[str, int] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything behind the routes."""

    store: CampaignStore
    """Called in worker threads, never on the loop's."""
    access: AccessStore
    """Called in worker threads too."""
    reports: ReportStore
    """And this."""
    webhooks: WebhookStore
    """And this."""
    webhook_sender: WebhookSending
    post: Post
    """The runner's mailbox; called on the loop's thread."""
    campaign_changed: Callable[[CampaignTask], None]
    """Tells the engine of a changed campaign, at once."""
    desk: DeskRequests
    statistics: Callable[[], Statistics]
    health: Callable[[], dict[str, PartHealth]]
    now: Callable[[], float]
    token: str = ""
    request_timeout_s: float = 10.0
    imports: ImportJobs
    recordings: RecordingIndex
    """Called in worker threads."""
    erasing: ErasingPeople
    upload_bytes_max: int = 64 * 1024 * 1024
    import_bytes_max: int = 8 * 1024 * 1024 * 1024
    idempotency: IdempotencyStore
    """Called in worker threads."""
    rate_limit: RateLimit = field(default_factory=lambda: RateLimit(0))
    throttle: Throttle = field(default_factory=Throttle)
    """Failed sign-ins."""
    hashers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(HASHES_AT_ONCE_MAX))
    writers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WRITERS_AT_ONCE_MAX))
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a campaign is changed, so that the engine hears of changes in the order they are stored."""

    async def hashing(self, function: Callable[..., T], *arguments: object) -> T:
        """Run in a worker thread what hashes a password, only so many at a time."""
        return await to_thread.run_sync(partial(function, *arguments), limiter=self.hashers)

    async def writing(self, function: Callable[[], T]) -> T:
        """Run in a worker thread what writes a whole file, only so many at a time."""
        return await to_thread.run_sync(function, limiter=self.writers)

    async def announce(self, campaign_id: int) -> None:
        """Read a campaign as it now is and tell the engine."""
        self.campaign_changed(await run_in_threadpool(campaign_task, self.store, campaign_id, self.now()))


def service_of(request: Request) -> Service:
    """The service that a request's application was made for."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


CampaignId = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
ServiceOf = Annotated[Service, Depends(service_of)]
