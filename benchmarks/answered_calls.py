"""Answered calls with real RTP, on one core: AMD on every answer, audio after the bridge, memory of a live call.

sipp is the carrier, in a process of its own, and its audio is sent back by another; sipp's processor time stands beside
ours.
"""

import asyncio
import contextlib
import multiprocessing
import resource
import shutil
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

import numpy as np
import uvloop

from benchmarks.harness import Figure, benchmark
from benchmarks.rtp_relay import far_ends
from benchmarks.sip_soak import resident_mb
from benchmarks.sipp import running_sipp
from campaigns.terms import AmdSettings
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.trunk_health import HealthSettings
from dialer.live.collector import calm_collector
from dialer.messages import AmdDecided, CallAnswered, CallEnded, Event, HangUpCall, PlaceCall

T = TypeVar("T")

AMD_RATE, BRIDGE_RATE = 300.0, 200.0
SCENARIO = Path(__file__).parent / "uas_with_audio.xml"
SECONDS = 10.0
TALK_S = 1.0
LIVE_CALLS = 1_000
LEGS = 300
"""Agents: more than are talking at one time."""
AUDIO_MS_AIM = 50.0
END_S_MAX = 40.0
PORTS = (20000, 60000)


class Calls:
    """One gateway against sipp; what is done with an answer and a verdict is the benchmark's."""

    def __init__(self, port: int, amd: AmdSettings | None) -> None:
        self.loop = asyncio.get_running_loop()
        self.media = RtpEngine(self.loop, "127.0.0.1", *PORTS, {}, 300.0)
        # A busy machine must not take sipp's slowness for a dead trunk.
        health = HealthSettings(silence_s=25.0, probe_s=0)
        trunk = TrunkAddress(name="sipp", host="127.0.0.1", port=port)
        settings = GatewaySettings(port=0, trunks=(trunk,), health=health)
        self.gateway = SipGateway(settings, self.media, self._post, self.loop.time)
        self.placed = self.answered = self.verdicts = 0
        self.ended: dict[str, int] = {}
        self.on_answer: Callable[[str], None] = lambda _: None
        self._amd = amd

    def _post(self, event: Event) -> None:
        if isinstance(event, CallAnswered):
            self.answered += 1
            self.on_answer(event.call_id)
        elif isinstance(event, AmdDecided):
            self.verdicts += 1
            self.hang_up(event.call_id)
        elif isinstance(event, CallEnded):
            self.ended[event.cause] = self.ended.get(event.cause, 0) + 1

    def hang_up(self, call_id: str) -> None:
        """End a call."""
        self.gateway.send(HangUpCall(call_id=call_id))

    async def place(self, rate: float, calls: int) -> None:
        """Place so many calls at a rate that is kept on average."""
        begun_at = self.loop.time()
        while self.placed < calls:
            while self.placed < min(calls, (self.loop.time() - begun_at) * rate):
                self.placed += 1
                self.gateway.send(
                    PlaceCall(
                        call_id=f"{self.placed}-1",
                        number="+12025550199",
                        caller_id="+12025550100",
                        trunk="sipp",
                        ring_timeout_s=20.0,
                        amd=self._amd,
                    )
                )
            await asyncio.sleep(0.005)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something, not for ever."""
        deadline = self.loop.time() + END_S_MAX
        while not holds() and self.loop.time() < deadline:  # noqa: ASYNC110 - calls end when they end
            await asyncio.sleep(0.02)


@benchmark("answered-calls", "Answered calls with RTP and AMD, 300 a second on one core: CPU, and sipp's beside it")
def answered_calls(_seed: int) -> Sequence[Figure]:
    """Every answer is listened to until AMD has judged it, then hung up."""

    async def run(calls: Calls) -> tuple[float, float]:
        begun_s, begun_at = time.process_time(), time.monotonic()
        await calls.place(AMD_RATE, round(AMD_RATE * SECONDS))
        await calls.until(lambda: sum(calls.ended.values()) == calls.placed)
        return time.process_time() - begun_s, time.monotonic() - begun_at

    if shutil.which("sipp") is None:
        return []
    calls, (used_s, clock_s), sipp_s = _against_sipp(run, AmdSettings(enabled=True))
    wanted = AMD_RATE * SECONDS
    return [
        Figure(name="calls judged by AMD", value=calls.verdicts, unit="calls", better="higher", aim=wanted),
        Figure(name="CPU per answered call", value=used_s / calls.placed * 1e3, unit="ms", better="lower"),
        Figure(name="sipp's CPU per call", value=sipp_s / calls.placed * 1e3, unit="ms", better="lower"),
        Figure(
            name="answered calls per second of a core",
            value=calls.verdicts / used_s,
            unit="calls/s",
            better="higher",
            aim=AMD_RATE,
        ),
        Figure(name="seconds on the clock", value=clock_s, unit="s", better="lower"),
    ]


@benchmark("bridged-audio", "From the answer to the agent's voice on the customer's line, 200 answered calls a second")
def bridged_audio(_seed: int) -> Sequence[Figure]:
    """Agents speak a packet every 20 ms, so half of that is waited for at least; AMD is off."""
    if shutil.which("sipp") is None:
        return []
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    agents = context.Process(target=far_ends, args=(there, (0, 0), True), daemon=True)
    agents.start()
    waits_ms: list[float] = []
    try:
        calls, used_s, _ = _against_sipp(lambda calls: _bridge_all(calls, here, waits_ms), None)
    finally:
        here.send("end")
        agents.join()
    quantiles = {name: float(np.quantile(waits_ms, at)) for name, at in (("median", 0.5), ("99 %", 0.99))}
    return [
        Figure(name="answer to audio, median", value=quantiles["median"], unit="ms", better="lower"),
        Figure(name="answer to audio, 99 %", value=quantiles["99 %"], unit="ms", better="lower", aim=AUDIO_MS_AIM),
        Figure(name="calls bridged", value=len(waits_ms), unit="calls", better="higher", aim=BRIDGE_RATE * SECONDS),
        Figure(name="CPU per bridged call", value=used_s / calls.placed * 1e3, unit="ms", better="lower"),
    ]


@benchmark("call-memory", "Memory of a live call: SIP session, dialog, RTP and RTCP")
def call_memory(_seed: int) -> Sequence[Figure]:
    """A thousand calls are up at one time, in a fresh process; resident memory before and during."""
    if shutil.which("sipp") is None:
        return []
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        live_kb = fresh.submit(_live_kb).result()
    return [Figure(name="resident memory per live call", value=live_kb, unit="kB", better="lower")]


def _live_kb() -> float:
    async def run(calls: Calls) -> float:
        before_mb = resident_mb()
        await calls.place(AMD_RATE, LIVE_CALLS)
        await calls.until(lambda: calls.answered == LIVE_CALLS)
        return (resident_mb() - before_mb) / LIVE_CALLS * 1e3

    return _against_sipp(run, None)[1]


async def _bridge_all(calls: Calls, agents: Connection, waits_ms: list[float]) -> float:
    legs = [f"leg-{n}#1" for n in range(LEGS)]
    agents.send([calls.media.open(leg).port for leg in legs])
    assert agents.poll(END_S_MAX), "the agents did not start"
    for leg, port in zip(legs, agents.recv(), strict=True):
        calls.media.connect(leg, "127.0.0.1", port, 0)
    idle = list(legs)

    def bridge(call_id: str) -> None:
        if not idle:
            # Only where we are so slow that calls last much longer than they should.
            calls.hang_up(call_id)
            return
        answered_at, leg = calls.loop.time(), idle.pop()

        def hear(_payload: bytes, _payload_type: int) -> None:
            # The packet is relayed as soon as every ear has heard it.
            waits_ms.append((calls.loop.time() - answered_at) * 1e3)
            calls.media.stop_listening(leg, hear)

        calls.media.bridge(call_id, leg)
        calls.media.listen(leg, hear)
        calls.loop.call_later(TALK_S, end, call_id, leg)

    def end(call_id: str, leg: str) -> None:
        calls.media.unbridge(leg)
        calls.hang_up(call_id)
        idle.insert(0, leg)

    calls.on_answer = bridge
    await asyncio.sleep(1.0)
    begun_s = time.process_time()
    await calls.place(BRIDGE_RATE, round(BRIDGE_RATE * SECONDS))
    await calls.until(lambda: sum(calls.ended.values()) == calls.placed)
    return time.process_time() - begun_s


def _against_sipp(run: Callable[[Calls], Awaitable[T]], amd: AmdSettings | None) -> tuple[Calls, T, float]:
    """Run against a sipp of its own; its processor time comes last."""

    async def whole(port: int) -> tuple[Calls, T]:
        calm_collector()  # as `dialer serve` does
        calls = Calls(port, amd)
        await calls.gateway.start()
        try:
            return calls, await run(calls)
        finally:
            await calls.gateway.close(20.0)
            calls.media.close_all()

    with _echo() as audio_port:
        before_s = _children_s()
        with running_sipp(("-sf", str(SCENARIO), "-key", "audio_port", str(audio_port))) as port:
            calls, result = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(whole(port))
        return calls, result, _children_s() - before_s


@contextlib.contextmanager
def _echo() -> Iterator[int]:
    """A process that sends every packet back to where it came from; hands on its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo:
        echo.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        echo.bind(("127.0.0.1", 0))
        process = multiprocessing.get_context("fork").Process(target=_send_back, args=(echo,), daemon=True)
        process.start()
        try:
            yield int(echo.getsockname()[1])
        finally:
            process.kill()
            process.join()


def _send_back(echo: socket.socket) -> None:
    while True:
        data, source = echo.recvfrom(2048)
        with contextlib.suppress(OSError):
            echo.sendto(data, source)


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
