"""The composition root of the live service: settings in, a running dialer out, and its orderly end.

Everything runs on one asyncio loop, the database on the store worker's thread. The order of the end: no new requests,
no new calls, agents logged out, calls ended within a bound, results written, the database closed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from campaigns.model import CampaignTask
from campaigns.service.campaigns import campaign_task
from campaigns.store.recordings import SqlRecordings
from campaigns.store.sql import SqlStore
from campaigns.store.sql_reports import SqlReports
from campaigns.store.webhook_store import WebhookStore
from dialer.access.idempotency import IdempotencyStore
from dialer.access.rate_limit import RateLimit
from dialer.access.sql import AccessStore
from dialer.access.tenancy import task_inside
from dialer.config import Settings
from dialer.engine import Engine
from dialer.gateway.recording.rescue import rescue
from dialer.live.agents_time import AgentsTime
from dialer.live.clock import LiveClock
from dialer.live.desk import LiveDesk
from dialer.live.erasing import LiveErasing, Places
from dialer.live.import_jobs import LiveImportJobs
from dialer.live.open_calls import OpenCalls
from dialer.live.poll import Poll
from dialer.live.pruning import LivePruning
from dialer.live.ranking import LiveRanking
from dialer.live.recordings import LiveRecordings
from dialer.live.rhythm import keep_doing
from dialer.live.starting import StartError, bind, bind_advice
from dialer.live.store_worker import StoreWorker
from dialer.live.trace_file import TraceFile
from dialer.live.webhook_sender import WebhookSender
from dialer.messages import CampaignChanged, Command, Event, ShutdownBegan
from dialer.model import Statistics
from dialer.rest import PartHealth, Service, create_app
from dialer.rest.serving import server_of
from dialer.runner import Runner, TraceWriter
from dialer.telephony import MakeGateway

log = logging.getLogger(__name__)

STATISTICS_S = 1.0
CUT_OFF_S = 1.0
"""How long calls that were cut off may take to report it."""
FLUSH_S = 10.0
"""How long the end waits for the database to take the last results."""
NO_TRUNK = "No trunk is set, so no call can be placed: add a [[trunks]] table as in `dialer config --example`."
CLOCK_AHEAD_S_MAX = 2.0


class LiveService:
    """The parts of a running dialer, joined.

    Args:
        settings: everything in `dialer.toml`.
        store: where campaigns are kept; closed by whoever opened it.
        make_gateway: builds the gateway, given the settings and where its events go.
    """

    def __init__(self, settings: Settings, store: SqlStore, make_gateway: MakeGateway) -> None:
        loop = asyncio.get_running_loop()
        self.settings = settings
        self.store = store
        self.access = AccessStore(store.database)
        self.reports = SqlReports(store.database)
        self.agents_time = AgentsTime(self.reports)
        self.webhooks = WebhookStore(store.database)
        self.webhook_sender = WebhookSender(
            self.webhooks,
            allows_private=settings.webhooks.private_addresses,
            timeout_s=settings.webhooks.timeout_s,
            at_once_max=settings.webhooks.at_once_max,
        )
        self.engine = Engine(settings.engine_settings())
        self.failures = 0
        """Errors that no part expected; each is in the log."""
        self._trace_file = _open_trace(settings)
        trace = None if self._trace_file is None else TraceWriter(self._trace_file, self.engine.settings)
        self.clock = LiveClock(loop=loop, post=self.post, on_jump=self._restart_poll)
        self.runner = Runner(engine=self.engine, now=self.clock.now, trace=trace, on_error=self._port_failed)
        self.desk = LiveDesk(post=self.post, watchers_max=settings.service.watchers_max, on_show=self.agents_time.show)
        self.worker = StoreWorker(
            store=store,
            post=self.post,
            on_loop=self._on_loop,
            now=self.clock.now,
            engine_id=settings.engine.engine_id,
            lease_s=settings.engine.lease_s,
            queue_max=settings.store.queue_max,
            batch_max=settings.store.batch_max,
            retry_s_max=settings.store.retry_s_max,
        )
        self.open_calls = OpenCalls(self.post)
        self.gateway = make_gateway(settings, self.open_calls.post)
        self.open_calls.connect(self.gateway)
        self.recordings = LiveRecordings(SqlRecordings(store.database))
        self.gateway.set_on_recorded(self.recordings.finished)
        self.poll = Poll(post=self.post, poll_s=settings.service.poll_s, loop=loop)
        self.runner.connect(clock=self.clock, gateway=self.open_calls, desk=self.desk, store=self.worker)
        self.imports = LiveImportJobs(
            store, settings.database.url, Path(settings.service.import_folder), self._leads_came
        )
        self.erasing = LiveErasing(
            store, settings.engine.engine_id, _places(settings), self.clock.now, self.post, self._flush_trace
        )
        self.ranking = LiveRanking(store, settings.database.url)
        self.pruning = LivePruning(store.database, settings.database.kept_days, self.clock.now)
        self._loop = loop
        self._publishing: asyncio.Task[None] | None = None

    def post(self, event: Event) -> None:
        """The runner's mailbox; an error in the engine is logged and never reaches the part that posted."""
        try:
            self.runner.post(event)
        except Exception:
            self.failures += 1
            log.exception("the engine failed on %s", type(event).__name__)

    def statistics(self) -> Statistics:
        """The engine right now."""
        return self.engine.statistics(self.clock.now())

    def campaign_changed(self, task: CampaignTask) -> None:
        """Tell the engine of a changed campaign, past any poll that is on its way."""
        self.worker.campaign_changed()
        self.post(CampaignChanged(task=task_inside(task)))

    async def start(self) -> None:
        """Settle what a crash left open, then begin to work.

        Raises:
            StartError: the gateway's address cannot be had.
            CampaignsError: the database cannot be used.
        """
        interrupted = await asyncio.to_thread(
            self.store.interrupt_attempts, self.settings.engine.engine_id, self.clock.now()
        )
        if interrupted:
            log.warning("%d attempts were open when the service last ended; they are marked interrupted", interrupted)
        try:
            await self.gateway.start()
        except OSError as error:
            sip = self.settings.sip
            raise StartError(bind_advice("SIP", "udp", sip.host, sip.port, "[sip] port", error)) from None
        self.clock.start()
        self.worker.start()
        self.poll.start()
        self.agents_time.start(self.clock.now)
        self.webhook_sender.start(self.clock.now)
        await self.imports.start()
        await self.erasing.start()
        self.ranking.start()
        self.pruning.start()
        if self.settings.sip.recordings:
            for recording in await asyncio.to_thread(rescue, Path(self.settings.sip.recordings)):
                self.recordings.finished(recording)
        self._publishing = self._loop.create_task(
            keep_doing("showing statistics and writing the trace", self._publish, STATISTICS_S)
        )

    async def stop(self) -> bool:
        """End calls, write results, let go of everything; False when not everything could be written."""
        self.poll.stop()
        await self.imports.stop()
        await self.pruning.stop()
        await self.ranking.stop()
        await self.erasing.stop()
        self.post(ShutdownBegan())
        if not await self._calls_end_within(self.settings.service.shutdown_s):
            log.warning("%d calls and legs did not end in time; they are cut off", len(self.open_calls))
            self.open_calls.hang_up_all()
            await self._calls_end_within(CUT_OFF_S)
        await self.gateway.close()
        self.desk.close()
        await self.agents_time.stop()
        await self.webhook_sender.stop()
        is_written = await self._write_what_waits()
        await asyncio.to_thread(self.recordings.close)
        self.clock.stop()
        if self._publishing is not None:
            self._publishing.cancel()
        self.close_trace()
        return is_written

    def close_trace(self) -> None:
        """Write the trace to its end."""
        if self._trace_file is not None:
            self._trace_file.close()

    def service(self) -> Service:
        """What the REST application needs of all this."""
        settings = self.settings.service
        return Service(
            store=self.store,
            access=self.access,
            reports=self.reports,
            idempotency=IdempotencyStore(self.store.database),
            rate_limit=RateLimit(settings.requests_per_minute),
            webhooks=self.webhooks,
            webhook_sender=self.webhook_sender,
            post=self.post,
            campaign_changed=self.campaign_changed,
            desk=self.desk,
            statistics=self.statistics,
            health=self.health,
            now=self.clock.now,
            token=settings.token.get_secret_value(),
            request_timeout_s=settings.request_timeout_s,
            upload_bytes_max=settings.upload_bytes_max,
            import_bytes_max=settings.import_bytes_max,
            imports=self.imports,
            recordings=self.recordings.index,
            erasing=self.erasing,
        )

    def health(self) -> dict[str, PartHealth]:
        """How each part is."""
        failures = self.failures + self.runner.port_errors
        ahead_s = self.clock.ahead_s()
        parts = {
            "engine": PartHealth(
                is_ok=failures == 0,
                detail="" if failures == 0 else "unexpected errors; the log has their tracebacks",
                counters={"failures": failures},
            ),
            "store": PartHealth(
                is_ok=not self.worker.trouble,
                detail=self.worker.trouble,
                counters=self.worker.counters() | {"waiting": self.worker.waiting},
            ),
            "gateway": PartHealth(is_ok=True, counters=self.gateway.counters() | {"open": len(self.open_calls)}),
            "desk": PartHealth(is_ok=True, counters=self.desk.counters()),
            "clock": PartHealth(
                is_ok=ahead_s < CLOCK_AHEAD_S_MAX,
                detail=""
                if ahead_s < CLOCK_AHEAD_S_MAX
                else f"the machine's clock was set back by {ahead_s:.0f} s; restart the service to follow it at once",
                counters={"jumps": self.clock.jumps},
            ),
        }
        if self._trace_file is not None:
            is_recording = self._trace_file.is_recording
            parts["trace"] = PartHealth(is_ok=True, detail="" if is_recording else "recording has stopped; see the log")
        return parts

    async def _calls_end_within(self, timeout_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.open_calls.all_ended(), timeout_s)
        return not len(self.open_calls)

    async def _write_what_waits(self) -> bool:
        """Let the store and the engine answer each other until neither has anything left to say."""
        deadline = self._loop.time() + FLUSH_S
        while self.worker.waiting and self._loop.time() < deadline:
            await asyncio.to_thread(self.worker.wait_until_idle, deadline - self._loop.time())
            # The worker's answers are on the loop; the engine may send the worker something because of them.
            await asyncio.sleep(0)
        return await asyncio.to_thread(self.worker.close, max(0.1, deadline - self._loop.time()))

    async def _publish(self) -> None:
        if self.desk.is_watched:
            self.desk.publish_statistics(self.statistics())
        self._flush_trace()

    def _flush_trace(self) -> None:
        if self._trace_file is not None:
            self._trace_file.flush()

    def _on_loop(self, function: Callable[[], None]) -> None:
        # A loop that has ended takes nothing any more; what the worker wrote last is in the database all the same.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function)

    async def _leads_came(self, campaign_id: int) -> None:
        self.campaign_changed(await asyncio.to_thread(campaign_task, self.store, campaign_id, self.clock.now()))

    def _restart_poll(self) -> None:
        self.poll.restart()

    def _port_failed(self, error: Exception, command: Command) -> None:
        log.error("a port failed on %s", type(command).__name__, exc_info=error)


async def serve(
    settings: Settings,
    store: SqlStore,
    make_gateway: MakeGateway,
    *,
    until: asyncio.Event,
    announce: Callable[[str], None],
) -> bool:
    """Run the service until it is told to end; returns whether everything could be written.

    Args:
        settings: everything in `dialer.toml`.
        store: opened and up to date; closed by the caller.
        make_gateway: builds the gateway.
        until: set when the service is to end.
        announce: told in a sentence when the service is ready.

    Raises:
        StartError: an address cannot be had, or the trace cannot be written.
        CampaignsError: the database cannot be used.
    """
    listener = bind(settings.service.host, settings.service.port)
    with contextlib.closing(listener):
        live = LiveService(settings, store, make_gateway)
        try:
            await live.start()
        except BaseException:
            live.close_trace()
            raise
        server = server_of(create_app(live.service()))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        host, port = listener.getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        sip_host, sip_port = live.gateway.address
        announce(f"The dialer is ready: API at http://{name}:{port}/api/v1/docs, SIP at {sip_host}:{sip_port}")
        if not settings.trunks:
            announce(NO_TRUNK)
        told_to_end = asyncio.create_task(until.wait())
        await asyncio.wait({told_to_end, serving}, return_when=asyncio.FIRST_COMPLETED)
        live.desk.close()
        server.should_exit = True
        await serving
        return await live.stop()


def path_of(text: str) -> Path | None:
    """The path that a setting names; None for an empty one, which names none."""
    return Path(text) if text else None


def _places(settings: Settings) -> Places:
    """Where something of a person may lie on this machine."""
    return Places(
        journal=path_of(settings.database.erasures),
        suppressions=path_of(settings.database.suppressions),
        recordings=path_of(settings.sip.recordings),
        imports=Path(settings.service.import_folder),
        trace=path_of(settings.trace.path),
    )


def _open_trace(settings: Settings) -> TraceFile | None:
    path = settings.trace.path
    if not path:
        return None
    try:
        return TraceFile(Path(path), settings.trace.bytes_max)
    except OSError as error:
        raise StartError(f"the trace {path} cannot be written: {error.strerror}; choose another [trace] path") from None
