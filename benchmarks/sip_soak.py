"""A soak: so many calls a second for so many minutes, each with a real RTP port; memory and ports are looked at.

The far end is sipp's `uas`. Each call is hung up one second after its answer.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path

import uvloop

from benchmarks.sipp import running_sipp
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip_gateway import SipGateway
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


class Soak:
    """Places calls at a steady rate and counts what comes of them."""

    def __init__(self, port: int, rate: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._rate = rate
        self.placed = 0
        self.ended: dict[CallCause, int] = {}
        media = RtpEngine(self._loop, "127.0.0.1", *PORTS, {}, 300.0)
        trunk = TrunkAddress(name="sipp", host="127.0.0.1", port=port)
        self.gateway = SipGateway(GatewaySettings(port=0, trunks=(trunk,)), media, self._post, self._loop.time)

    def _post(self, event: Event) -> None:
        if isinstance(event, CallAnswered):
            self._loop.call_later(TALK_S, self.gateway.send, HangUpCall(call_id=event.call_id))
        elif isinstance(event, CallEnded):
            self.ended[event.cause] = self.ended.get(event.cause, 0) + 1

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
    running = asyncio.create_task(soak.run(minutes * 60))
    looks: list[float] = []
    begun_at = time.monotonic()
    while not running.done():
        await asyncio.wait({running}, timeout=LOOK_S)
        passed_s = time.monotonic() - begun_at
        counters = soak.gateway.counters()
        print(
            f"{passed_s:6.0f} s  {soak.placed} calls, {counters['calls']} open, "
            f"{counters['transactions']} transactions, {open_files() - files_before} ports, "
            f"{resident_mb():.1f} MB, {time.process_time() / passed_s:.0%} of a core",
            flush=True,
        )
        if passed_s >= min(WARM_S, minutes * 60 / 2):
            looks.append(resident_mb())
    await soak.gateway.close(20.0)
    first, last = looks[: max(1, len(looks) // 4)], looks[-max(1, len(looks) // 4) :]
    growth = (sum(last) / len(last)) / (sum(first) / len(first)) - 1
    files_left = open_files() - files_before
    ended = sum(soak.ended.values())
    print(f"{soak.placed} calls placed, {ended} ended: {', '.join(f'{n} {cause}' for cause, n in soak.ended.items())}")
    print(f"memory grew by {growth:.1%} after warming up; {max(0, files_left)} ports left open")
    return ended == soak.placed and growth < GROWTH_MAX and files_left <= 0


def main(arguments: list[str] | None = None) -> int:
    """Run it from the command line; the exit status says whether memory was flat and every port came back."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sip-soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=CALLS_PER_S, help="calls a second (default 100)")
    options = parser.parse_args(arguments)
    with running_sipp(("-sn", "uas")) as port:
        is_good = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_soak(port, options.minutes, options.rate))
    return 0 if is_good else 1
