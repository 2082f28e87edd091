"""Calls through loss: two percent of all packets, either way, never arrive, and every call comes to its one end.

A relay between the gateway and sipp drops packets by chance. What is looked at is what retransmissions, repeated
answers and lost BYEs make of the gateway's books.
"""

import argparse
import asyncio
import socket
import time
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.sipp import running_sipp
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.trunk_health import HealthSettings
from dialer.messages import CallAnswered, CallEnded, Event, HangUpCall, PlaceCall

SCENARIO = Path(__file__).parent / "uas_through_loss.xml"
CALLS = 1_000
LOSS = 0.02
CALLS_AT_ONCE = 100
END_S_MAX = 300.0


class LossyRelay(asyncio.DatagramProtocol):
    """Passes packets between the gateway and the carrier, and loses some."""

    def __init__(self, carrier: tuple[str, int], loss: float, rng: np.random.Generator) -> None:
        self._carrier = carrier
        self._loss = loss
        self._rng = rng
        self._gateway: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.passed = 0
        self.lost = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.DatagramProtocol`."""
        # asyncio's own is none by its class.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See `asyncio.DatagramProtocol`."""
        assert self._transport is not None
        if addr != self._carrier:
            self._gateway = addr
        target = self._gateway if addr == self._carrier else self._carrier
        if self._rng.random() < self._loss:
            self.lost += 1
        elif target is not None:
            self.passed += 1
            if addr == self._carrier:
                # Its Contact names this relay, so that ACK and BYE come this way too.
                own_port = self._transport.get_extra_info("sockname")[1]
                data = data.replace(b":%d" % self._carrier[1], b":%d" % own_port)
            self._transport.sendto(data, target)


class Books:
    """What was told of each call."""

    def __init__(self, gateway_port: int, calls: int) -> None:
        # The relay answers no OPTIONS, and a lost packet must not condemn a trunk that is slow on a busy machine.
        trunk = TrunkAddress(name="sipp", host="127.0.0.1", port=gateway_port)
        settings = GatewaySettings(port=0, trunks=(trunk,), health=HealthSettings(silence_s=30.0, probe_s=0))
        self.answered: dict[str, int] = {}
        self.ended: dict[str, list[CallEnded]] = {}
        self.media = SilentMedia(streams_max=2 * CALLS_AT_ONCE)
        self.gateway = SipGateway(settings, self.media, self._post, asyncio.get_running_loop().time)
        self._calls = calls
        self._placed = 0
        self._done = asyncio.Event()

    def _post(self, event: Event) -> None:
        if isinstance(event, CallAnswered):
            self.answered[event.call_id] = self.answered.get(event.call_id, 0) + 1
            self.gateway.send(HangUpCall(call_id=event.call_id))
        elif isinstance(event, CallEnded):
            self.ended.setdefault(event.call_id, []).append(event)
            if self._placed < self._calls:
                self._place()
            elif len(self.ended) == self._calls:
                self._done.set()

    def _place(self) -> None:
        self._placed += 1
        call_id = f"{self._placed}-1"
        self.gateway.send(
            PlaceCall(call_id=call_id, number="1", caller_id="+12025550100", trunk="sipp", ring_timeout_s=60.0)
        )

    async def run(self) -> bool:
        """Place every call and wait for all ends; False if some never came."""
        for _ in range(min(self._calls, CALLS_AT_ONCE)):
            self._place()
        try:
            await asyncio.wait_for(self._done.wait(), END_S_MAX)
        except TimeoutError:
            return False
        return True


async def _run(carrier_port: int, calls: int, loss: float, seed: int) -> bool:
    loop = asyncio.get_running_loop()
    transport, relay = await loop.create_datagram_endpoint(
        lambda: LossyRelay(("127.0.0.1", carrier_port), loss, np.random.default_rng(seed)), ("127.0.0.1", 0)
    )
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    books = Books(transport.get_extra_info("sockname")[1], calls)
    await books.gateway.start()
    begun_at = time.monotonic()
    is_complete = await books.run()
    counters = books.gateway.counters()
    agent = books.gateway.agent
    await books.gateway.close(40.0)
    transport.close()
    agent.handle_timers(loop.time() + 100)
    answered_twice = sum(count > 1 for count in books.answered.values())
    ended_twice = sum(len(events) > 1 for events in books.ended.values())
    left = len(agent.session_ids) + agent.dialogs + agent.transactions + len(books.media.open_streams)
    print(f"{calls} calls, {loss:.0%} of packets lost each way, seed {seed}, {time.monotonic() - begun_at:.0f} s")
    print(f"packets passed {relay.passed}, lost {relay.lost}, sent again {counters['retransmissions']}")
    print(f"answered {len(books.answered)}, twice {answered_twice}, answers repeated {counters['answers_repeated']}")
    print(f"ended {len(books.ended)}, twice {ended_twice}, stuck {calls - len(books.ended)}")
    for call_id, (event, *_) in books.ended.items():
        if call_id not in books.answered:
            print(f"not answered: {call_id}: {event.cause} {event.sip_status or ''} {event.reason}")
    print(f"sessions, dialogs, transactions and streams left behind: {left}")
    return is_complete and len(books.answered) == calls and not (answered_twice or ended_twice or left)


def main(arguments: list[str] | None = None) -> int:
    """Run it from the command line; the exit status says whether every call was answered once and ended once."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sip-loss", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--loss", type=float, default=LOSS, help="part of the packets lost, each way (default 0.02)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    # sipp's own `uas` gives a call up when an INVITE comes again while it waits for the ACK.
    with running_sipp(("-sf", str(SCENARIO))) as port:
        is_good = asyncio.run(_run(port, options.calls, options.loss, options.seed))
    print("every call answered once and ended once" if is_good else "NOT every call answered once and ended once")
    return 0 if is_good else 1
