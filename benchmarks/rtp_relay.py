"""RTP alone: CPU per packet that the media engine relays between bridged streams, with the far ends in another process.

What is measured is this process from the socket's wake-up to the packet's leaving: the kernel's share of receiving and
sending included, since it is the larger one.
"""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from statistics import median

import uvloop

from benchmarks.harness import Figure, benchmark
from dialer.gateway.media.engine import FRAME_S, RtpEngine
from dialer.gateway.media.g711 import PCMA, PCMU
from dialer.gateway.media.rtp import RtpSender

STREAMS = 200
"""100 bridged calls: 10,000 packets a second."""
WARM_UP_S = 1.0
WINDOW_S = 1.0
WINDOWS = 5
"""The figure is the median window's: other programs on the machine spoil some."""
SYSTEM_CALLS = 10_000
CPU_US_PER_PACKET_AIM = 14.0
FAR_ENDS_WAIT_S = 30.0
FRAME = bytes(range(160))


@benchmark("rtp-relay", "Relaying RTP between bridged calls: CPU per packet")
def rtp_relay(_seed: int) -> Sequence[Figure]:
    """CPU time per relayed packet, between streams of one law and of two, and of silence to agents who wait."""
    same_us, same_lost = _measure((PCMU, PCMU), is_bridged=True)
    translated_us, _ = _measure((PCMU, PCMA), is_bridged=True)
    silence_us, _ = _measure((PCMU, PCMU), is_bridged=False)
    aim = CPU_US_PER_PACKET_AIM
    system_us = _system_calls_us()
    return [
        Figure(name="CPU per packet, PCMU to PCMU", value=same_us, unit="µs", better="lower", aim=aim),
        Figure(name="CPU per packet, PCMU to PCMA", value=translated_us, unit="µs", better="lower"),
        Figure(name="CPU per packet of silence", value=silence_us, unit="µs", better="lower"),
        Figure(name="CPU of the two system calls alone", value=system_us, unit="µs", better="lower"),
        Figure(name="bridged calls on one core", value=1e4 / same_us, unit="calls", better="higher"),
        Figure(name="packets lost", value=same_lost, unit="packets", better="lower"),
    ]


def _system_calls_us() -> float:
    """What receiving and sending a packet costs this machine by itself: no relay can be cheaper."""
    near, far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    with near, far:
        for opened in (near, far):
            opened.bind(("127.0.0.1", 0))
        near.connect(far.getsockname())
        far.connect(near.getsockname())
        buffer = bytearray(2048)
        costs_us = []
        for _ in range(WINDOWS):
            used_s = time.process_time()
            for _ in range(SYSTEM_CALLS):
                near.send(FRAME)
                far.recv_into(buffer)
            costs_us.append((time.process_time() - used_s) / SYSTEM_CALLS * 1e6)
        return median(costs_us)


def _measure(payload_types: tuple[int, int], *, is_bridged: bool) -> tuple[float, int]:
    """Microseconds of CPU per packet that left, and packets that came and did not leave."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    others = context.Process(target=far_ends, args=(there, payload_types, is_bridged), daemon=True)
    others.start()
    try:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        with runner:
            return runner.run(_relay(here, payload_types, is_bridged=is_bridged))
    finally:
        here.send("end")
        others.join()


async def _relay(far_ends: Connection, payload_types: tuple[int, int], *, is_bridged: bool) -> tuple[float, int]:
    media = RtpEngine(asyncio.get_running_loop(), "127.0.0.1", 30000, 65535, {})
    names = [f"stream-{n}" for n in range(STREAMS)]
    far_ends.send([media.open(name).port for name in names])
    assert far_ends.poll(FAR_ENDS_WAIT_S), "the far ends did not start"
    for n, (name, port) in enumerate(zip(names, far_ends.recv(), strict=True)):
        media.connect(name, "127.0.0.1", port, payload_types[n % 2])
    if is_bridged:
        for n in range(0, STREAMS, 2):
            media.bridge(names[n], names[n + 1])
    await asyncio.sleep(WARM_UP_S)
    costs_us = []
    begun = packets = _packets(media, names)
    for _ in range(WINDOWS):
        used_s, before = time.process_time(), packets
        await asyncio.sleep(WINDOW_S)
        used_s, packets = time.process_time() - used_s, _packets(media, names)
        costs_us.append(used_s / (packets[1] - before[1]) * 1e6)
    media.close_all()
    lost = (packets[0] - begun[0]) - (packets[1] - begun[1])
    return median(costs_us), lost if is_bridged else 0


def _packets(media: RtpEngine, names: Sequence[str]) -> tuple[int, int]:
    """Packets that came in and went out so far."""
    statistics = [media.statistics(name) for name in names]
    return sum(one.packets_in for one in statistics), sum(one.packets_out for one in statistics)


def far_ends(engine: Connection, payload_types: tuple[int, int], is_bridged: bool) -> None:
    """Send a packet on every stream each 20 ms, where they are bridged, and read what comes."""
    sockets = []
    for port in engine.recv():
        far_end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        far_end.bind(("127.0.0.1", 0))
        far_end.connect(("127.0.0.1", port))
        far_end.setblocking(False)
        sockets.append(far_end)
    engine.send([far_end.getsockname()[1] for far_end in sockets])
    senders = [RtpSender(n, n, n) for n in range(len(sockets))]
    due = time.monotonic()
    while not engine.poll(max(0.0, due - time.monotonic())):
        due += FRAME_S
        for n, (far_end, sender) in enumerate(zip(sockets, senders, strict=True)):
            try:
                if is_bridged:
                    far_end.send(sender.write(FRAME, payload_types[n % 2], due))
                far_end.recv(2048)
            except OSError:
                # Nothing has come yet, or the engine is not there any more.
                continue
