"""The order of a demo: start everything, dial, let calls run out, end everything, whatever comes in between."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import msgspec
from rich.console import Console
from rich.live import Live

from dialer.messages import ReportDecision, ShowAgent
from dialer.model import AgentState, Statistics
from simulation.demo.agents import Agents
from simulation.demo.processes import Process
from simulation.demo.service import DialerService, ServiceError
from simulation.demo.stage import LEADS, SKILL_GROUP, Stage, campaign_settings
from simulation.demo.view import Picture, is_live, line, render

START_S = 60.0
"""How long a process may take to be ready; the first start of a fresh installation compiles everything."""
RUN_OUT_S = 15.0
"""How long conversations may go on after the campaign has been stopped, before the agents end them."""
LAST_CALLS_S = 10.0
REDRAW_S = 0.25
LINE_S = 5.0
BUSY = (AgentState.RESERVED, AgentState.TALKING, AgentState.ACW)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo was asked for."""

    seconds: float
    agents: int
    seed: int


class Performed(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo knows of itself when all is over."""

    seconds: float
    leads: int
    statistics: Statistics | None
    unexpected_errors: int | None
    service_exit: int | None


class Interrupted(Exception):  # noqa: N818 - not an error
    """Ctrl-C came before the first call; there is nothing to tell."""


class Show:
    """One performance."""

    def __init__(self, options: Options, stage: Stage, console: Console) -> None:
        self._options = options
        self._stage = stage
        self._console = console
        self._picture = Picture(seconds=options.seconds)
        self._told_to_end = asyncio.Event()
        self._changed = asyncio.Event()
        folder = stage.folder
        self._carrier = Process("carrier", folder / "carrier.log")
        self._phones = Process("telephones", folder / "phones.log")
        self._dialer = Process("dialer", folder / "serve.log")

    async def perform(self) -> Performed:
        """Do it all.

        Raises:
            ProcessError, ServiceError: something did not work; the message says what.
            Interrupted: Ctrl-C came before the campaign was started.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal)
        performing = asyncio.create_task(self._perform())
        waiting = asyncio.create_task(self._told_to_end.wait())
        await asyncio.wait({performing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not performing.done() and self._picture.phase == "starting":
            performing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await performing
            raise Interrupted
        return await performing

    def _on_signal(self) -> None:
        if self._told_to_end.is_set():
            for process in (self._dialer, self._carrier, self._phones):
                process.kill()
        self._told_to_end.set()

    async def _perform(self) -> Performed:
        try:
            self._console.print(
                f"Starting a carrier, {self._options.agents} telephones and the dialer; Ctrl-C ends it all in order"
            )
            url, phones_address = await self._start_processes()
            async with DialerService(url) as service, self._shown():
                done = await self._run_campaign(service, phones_address)
        finally:
            # The dialer first: it hangs up its calls, and needs a carrier for that.
            service_exit = await self._dialer.end()
            await self._carrier.end()
            await self._phones.end()
        return msgspec.structs.replace(done, service_exit=service_exit)

    async def _start_processes(self) -> tuple[str, str]:
        """Start all three; returns the dialer's URL and the telephones' address."""
        stage = self._stage
        stage.write_scenario()
        shared = ("--port", "0", "--until-stdin-ends", "--status")
        await self._carrier.start(
            "carrier", "run", "--scenario", str(stage.scenario), *shared, str(stage.carrier_status)
        )
        await self._phones.start(
            "carrier", "phones", "--count", str(self._options.agents), *shared, str(stage.phones_status)
        )
        carrier_address = await self._carrier.announcement(r"takes calls at (\S+)", START_S)
        phones_address = await self._phones.announcement(r"sip:agent-1@(\S+) to", START_S)
        stage.write_settings(carrier_address, self._options.agents)
        await self._dialer.start("serve", "--config", str(stage.settings))
        url = await self._dialer.announcement(r"(http://[^/\s]+)/api/v1", START_S)
        return url, phones_address

    async def _run_campaign(self, service: DialerService, phones_address: str) -> Performed:
        loop = asyncio.get_running_loop()
        campaign_id = await service.create_campaign(campaign_settings())
        leads = await service.import_leads(campaign_id, LEADS.name, LEADS.read_bytes())
        agents = Agents(service, self._options.agents, phones_address, self._options.seed)
        following = asyncio.create_task(self._follow(service, agents))
        try:
            await agents.log_in(SKILL_GROUP)
            await service.change_campaign(campaign_id, "start")
            began_at = loop.time()
            self._picture.began_at = began_at
            self._picture.phase = "dialing"
            await self._until_time_is_up(began_at)
            await service.change_campaign(campaign_id, "stop")
            seconds = loop.time() - began_at
            statistics = self._picture.statistics
            await self._run_out(agents)
            errors = await service.unexpected_errors()
        finally:
            self._picture.phase = "ending"
            agents.close()
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError, ServiceError):
                await following
        return Performed(
            seconds=seconds,
            leads=leads,
            statistics=statistics,
            unexpected_errors=errors,
            service_exit=None,
        )

    async def _until_time_is_up(self, began_at: float) -> None:
        loop = asyncio.get_running_loop()
        while not self._told_to_end.is_set():
            if loop.time() - began_at >= self._options.seconds:
                return
            for process in (self._dialer, self._carrier, self._phones):
                if not process.is_running:
                    raise process.died()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told_to_end.wait(), REDRAW_S)

    async def _run_out(self, agents: Agents) -> None:
        """Let the last calls come to their end: by themselves, then by the agents, then by ending the dialer."""
        if self._told_to_end.is_set():
            return
        self._picture.phase = "no new calls; the last ones run out"
        if await self._is_quiet_within(RUN_OUT_S):
            return
        await agents.hang_up_all()
        await self._is_quiet_within(LAST_CALLS_S)

    async def _is_quiet_within(self, timeout_s: float) -> bool:
        ended = asyncio.create_task(self._told_to_end.wait())
        quiet = asyncio.create_task(self._until_quiet())
        try:
            await asyncio.wait({ended, quiet}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            return quiet.done() or ended.done()
        finally:
            ended.cancel()
            quiet.cancel()

    async def _until_quiet(self) -> None:
        while True:
            # Only statistics that came after the stop count.
            self._changed.clear()
            await self._changed.wait()
            if not self._picture.calls and not any(self._picture.agents(state) for state in BUSY):
                return

    async def _follow(self, service: DialerService, agents: Agents) -> None:
        async for event in service.events():
            told = event.decoded()
            if isinstance(told, Statistics):
                self._picture.statistics = told
                for view in told.agents:
                    agents.see(view.agent_id, view.state, view.attempt_id)
                self._changed.set()
            elif isinstance(told, ShowAgent):
                agents.see(told.agent_id, told.state, told.call.attempt_id if told.call is not None else "")
            elif isinstance(told, ReportDecision) and told.calls:
                self._picture.placing = told

    @contextlib.asynccontextmanager
    async def _shown(self) -> AsyncIterator[None]:
        """Keep the screen up to date meanwhile."""
        showing = asyncio.create_task(self._draw() if is_live(self._console) else self._write_lines())
        try:
            yield
        finally:
            showing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await showing

    async def _draw(self) -> None:
        loop = asyncio.get_running_loop()
        with Live(render(self._picture, loop.time()), console=self._console, auto_refresh=False) as live:
            while True:
                await asyncio.sleep(REDRAW_S)
                live.update(render(self._picture, loop.time()), refresh=True)

    async def _write_lines(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LINE_S)
            self._console.print(line(self._picture, loop.time()), soft_wrap=True, markup=False, highlight=False)
