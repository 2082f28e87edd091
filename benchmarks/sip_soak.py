"""A soak: so many calls a second for so many minutes, each with a real RTP port; memory and ports are looked at.

The far end is sipp's `uas`. Each call is hung up one second after its answer. Failures are told apart: those that came
while this process or sipp was kept from the processor are the machine's, the rest are faults. A trunk that is silent
for less than `SILENCE_S` is not given up here: on a machine with other work that would be the scheduler's silence.
"""

import argparse
import asyncio
import math
import os
import time
from pathlib import Path

import uvloop

from benchmarks.sipp import running_sipp
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.trunk_health import HealthSettings
from dialer.live.collector import calm_collector
from dialer.messages import CallAnswered, CallEnded, Event, HangUpCall, PlaceCall
from dialer.model import CallCause

CALLS_PER_S = 100.0
TALK_S = 1.0
WARM_S = 70.0
"""Ended transactions are kept for 32 s, and those of a second wave of calls settle the heap."""
LOOK_S = 10.0
GROWTH_MAX = 0.05
PORTS = (34000, 38000)
SILENCE_S = 25.0
LAG_S_MAX = 0.5
"""A loop that was kept waiting for longer stands still: what fails within `LOOK_S` of it fails of that."""
BEAT_S = 0.05


class Soak:
    """Places calls at a steady rate and counts what comes of them."""

    def __init__(self, port: int, rate: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._rate = rate
        self.placed = 0
        self.ended: dict[CallCause, int] = {}
        self.faults: dict[str, int] = {}
        """Calls that failed while the machine gave us what we needed, by what was said of them."""
        self.lag_s = self.lag_s_max = 0.0
        """How long the loop was kept waiting, at most: since the last look, and ever."""
        self._stalled_at = -math.inf
        media = RtpEngine(self._loop, "127.0.0.1", *PORTS, {}, 300.0)
        trunk = TrunkAddress(name="sipp", host="127.0.0.1", port=port)
        settings = GatewaySettings(port=0, trunks=(trunk,), health=HealthSettings(silence_s=SILENCE_S))
        self.gateway = SipGateway(settings, media, self._post, self._loop.time)

    def _post(self, event: Event) -> None:
        if isinstance(event, CallAnswered):
            self._loop.call_later(TALK_S, self.gateway.send, HangUpCall(call_id=event.call_id))
        elif isinstance(event, CallEnded):
            self.ended[event.cause] = self.ended.get(event.cause, 0) + 1
            # A call that nobody answered in 32 s was placed that much earlier.
            is_stalled = self._loop.time() - self._stalled_at < 32.0 + LOOK_S
            if event.cause is not CallCause.DIALER and not is_stalled:
                self.faults[event.reason] = self.faults.get(event.reason, 0) + 1

    async def watch(self) -> None:
        """Note whenever this process was kept from the processor."""
        while True:
            due_at = self._loop.time() + BEAT_S
            await asyncio.sleep(BEAT_S)
            lag_s = self._loop.time() - due_at
            self.lag_s, self.lag_s_max = max(self.lag_s, lag_s), max(self.lag_s_max, lag_s)
            if lag_s > LAG_S_MAX:
                self._stalled_at = self._loop.time()

    async def run(self, for_s: float) -> None:
        """Keep to the rate on average, whatever a single pause makes of it."""
        begun_at = self._loop.time()
        while (passed_s := self._loop.time() - begun_at) < for_s:
            while self.placed < passed_s * self._rate:
                self.placed += 1
                self.gateway.send(
                    PlaceCall(
                        call_id=f"{self.placed}-1",
                        number="+12025550199",
                        caller_id="+12025550100",
                        trunk="sipp",
                        ring_timeout_s=20.0,
                    )
                )
            await asyncio.sleep(0.01)


def resident_mb() -> float:
    """Memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files() -> int:
    """Sockets and files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def _soak(port: int, minutes: float, rate: float) -> bool:
    calm_collector()  # as `dialer serve` does
    soak = Soak(port, rate)
    await soak.gateway.start()
    files_before = open_files()
    running, watching = asyncio.create_task(soak.run(minutes * 60)), asyncio.create_task(soak.watch())
    looks: list[float] = []
    begun_at = time.monotonic()
    while not running.done():
        await asyncio.wait({running}, timeout=LOOK_S)
        passed_s = time.monotonic() - begun_at
        counters = soak.gateway.counters()
        print(
            f"{passed_s:6.0f} s  {soak.placed} calls, {counters['calls']} open, "
            f"{counters['transactions']} transactions, {open_files() - files_before} ports, "
            f"{resident_mb():.1f} MB, {time.process_time() / passed_s:.0%} of a core, "
            f"kept waiting {soak.lag_s:.2f} s at most, {counters['retransmissions']} retransmissions",
            flush=True,
        )
        soak.lag_s = 0.0
        if passed_s >= min(WARM_S, minutes * 60 / 2):
            looks.append(resident_mb())
    watching.cancel()
    await soak.gateway.close(20.0)
    first, last = looks[: max(1, len(looks) // 4)], looks[-max(1, len(looks) // 4) :]
    growth = (sum(last) / len(last)) / (sum(first) / len(first)) - 1
    files_left = open_files() - files_before
    ended = sum(soak.ended.values())
    print(f"{soak.placed} calls placed, {ended} ended: {', '.join(f'{n} {cause}' for cause, n in soak.ended.items())}")
    faults = sum(soak.faults.values())
    by_load = ended - soak.ended.get(CallCause.DIALER, 0) - faults
    print(f"{faults} faults {soak.faults or ''}; {by_load} calls failed of load (kept waiting {soak.lag_s_max:.1f} s)")
    print(f"memory grew by {growth:.1%} after warming up; {max(0, files_left)} ports left open")
    return ended == soak.placed and not faults and growth < GROWTH_MAX and files_left <= 0


def main(arguments: list[str] | None = None) -> int:
    """Run it from the command line; the exit status says whether memory was flat and every port came back."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sip-soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=CALLS_PER_S, help="calls a second (default 100)")
    options = parser.parse_args(arguments)
    with running_sipp(("-sn", "uas")) as port:
        is_good = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_soak(port, options.minutes, options.rate))
    return 0 if is_good else 1
