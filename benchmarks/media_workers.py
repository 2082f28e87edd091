"""Media workers: what a relayed packet costs in all and in the dialer's own process, with none, one and two of them.

The far ends are in a process of their own. Rounds with none, one and two workers follow one another, so that other work
on the machine spoils all three alike. Workers are told apart from the dialer by their processes' CPU time, as the
kernel keeps it.
"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop

from benchmarks.harness import Figure, benchmark
from benchmarks.rtp_relay import FAR_ENDS_WAIT_S, STREAMS, far_ends
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.g711 import PCMU
from dialer.gateway.workers.media import WorkerMedia

WORKERS = (0, 1, 2)
ROUNDS = 3
"""The figures are those of the median round."""
WARM_UP_S = 2.0
"""Workers tell their figures once a second."""
WINDOW_S = 4.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PORTS = 30000, 65535


class Relayed(NamedTuple):
    """What one round has come to."""

    packets_per_s: float
    cpu_us: float
    """Of all processes that relay, per packet."""
    dialer_us: float
    """Of the dialer's own, per packet."""
    lost: float
    """Of the packets that came, 0..1: those that did not leave. Figures of workers are a second old at most."""


@benchmark("media-workers", "Relaying RTP with 0, 1 and 2 media workers: packets per second, CPU per packet")
def media_workers(_seed: int) -> Sequence[Figure]:
    """Packets a second and CPU per packet, in all and in the dialer's own process."""
    rounds: dict[int, list[Relayed]] = {workers: [] for workers in WORKERS}
    for _ in range(ROUNDS):
        for workers in WORKERS:
            rounds[workers].append(_measure(workers))
    figures = []
    for workers, found in rounds.items():
        packets_per_s, cpu_us, dialer_us, lost = (median(each) for each in zip(*found, strict=True))
        name = f"{workers} workers" if workers != 1 else "1 worker"
        figures += [
            Figure(name=f"packets relayed, {name}", value=packets_per_s, unit="packets/s", better="higher"),
            Figure(name=f"CPU per packet in all, {name}", value=cpu_us, unit="µs", better="lower"),
            Figure(name=f"CPU per packet in the dialer, {name}", value=dialer_us, unit="µs", better="lower"),
            Figure(name=f"packets lost, {name}", value=lost, unit="of 1", better="lower"),
        ]
    return figures


def _measure(workers: int) -> Relayed:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    others = context.Process(target=far_ends, args=(there, (PCMU, PCMU), True), daemon=True)
    others.start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_relay(here, workers))
    finally:
        here.send("end")
        others.join()


async def _relay(others: Connection, workers: int) -> Relayed:
    loop = asyncio.get_running_loop()
    host = "127.0.0.1"
    media = WorkerMedia(loop, host, PORTS, {}, workers) if workers else RtpEngine(loop, host, *PORTS, {})
    names = [f"stream-{n}" for n in range(STREAMS)]
    others.send([media.open(name).port for name in names])
    assert others.poll(FAR_ENDS_WAIT_S), "the far ends did not start"
    for name, port in zip(names, others.recv(), strict=True):
        media.connect(name, "127.0.0.1", port, PCMU)
    for first, second in zip(names[::2], names[1::2], strict=True):
        media.bridge(first, second)
    await asyncio.sleep(WARM_UP_S)
    pids = media.process_ids if isinstance(media, WorkerMedia) else ()
    begun, came, left = time.monotonic(), *_packets(media, names)
    own_s, workers_s = time.process_time(), sum(map(_cpu_s, pids))
    await asyncio.sleep(WINDOW_S)
    own_s, workers_s = time.process_time() - own_s, sum(map(_cpu_s, pids)) - workers_s
    now, came_after, left_after = time.monotonic(), *_packets(media, names)
    packets = left_after - left
    media.close_all()
    return Relayed(
        packets / (now - begun),
        (own_s + workers_s) / packets * 1e6,
        own_s / packets * 1e6,
        max(0.0, 1 - packets / (came_after - came)),
    )


def _packets(media: RtpEngine | WorkerMedia, names: Sequence[str]) -> tuple[int, int]:
    """Packets that came in and went out so far."""
    statistics = [media.statistics(name) for name in names]
    return sum(one.packets_in for one in statistics), sum(one.packets_out for one in statistics)


def _cpu_s(pid: int) -> float:
    """CPU time of a process (proc(5): utime and stime, the 14th and 15th field)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
