"""SIP alone: CPU per complete call of the gateway against sipp, which is in another process, and of the parser.

The far end is sipp's own `uas` scenario (180, 200, ACK, BYE, 200), which nobody here wrote. Media is silent, so what is
measured is sockets, transactions, dialogs, SDP and the gateway. Where sipp is missing only the parser is measured.
"""

import asyncio
import resource
import shutil
import time
from collections.abc import Sequence

import uvloop

from benchmarks.harness import Figure, benchmark
from benchmarks.sipp import running_sipp
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import parse_message
from dialer.gateway.sip_gateway import SipGateway
from dialer.live.collector import calm_collector
from dialer.messages import CallAnswered, CallEnded, Event, HangUpCall, PlaceCall

CALLS = 8_000
CALLS_AT_ONCE = 100
CPU_MS_PER_CALL_AIM = 0.2
PARSE_US_AIM = 16.0
PARSES = 20_000

ANSWER = "\r\n".join(
    [
        "SIP/2.0 200 OK",
        "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKabc123;rport=5060",
        'From: "Dialer" <sip:+12025550100@192.0.2.10>;tag=abcd1234',
        "To: <sip:+12025550199@192.0.2.20>;tag=7777",
        "Call-ID: 1234567890@192.0.2.10",
        "CSeq: 1 INVITE",
        "Contact: <sip:192.0.2.20:5060;transport=UDP>",
        "Record-Route: <sip:192.0.2.20:5060;lr>",
        "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS",
        "Content-Type: application/sdp",
        "Content-Length: 5",
        "",
        "v=0\r\n",
    ]
).encode()


class Load:
    """Keeps so many calls under way: each is hung up as soon as it is answered, and the next takes its place.

    A steady rate would measure the machine's other work too: whatever falls behind sends its packets again.
    """

    def __init__(self, port: int) -> None:
        trunk = TrunkAddress(name="sipp", host="127.0.0.1", port=port)
        self.placed = 0
        self.ended = 0
        self.answered = 0
        self._done = asyncio.Event()
        self.gateway = SipGateway(
            GatewaySettings(port=0, trunks=(trunk,)), SilentMedia(), self._post, asyncio.get_running_loop().time
        )

    def _post(self, event: Event) -> None:
        if isinstance(event, CallAnswered):
            self.answered += 1
            self.gateway.send(HangUpCall(call_id=event.call_id))
        elif isinstance(event, CallEnded):
            self.ended += 1
            if self.placed < CALLS:
                self._place()
            elif self.ended == CALLS:
                self._done.set()

    def _place(self) -> None:
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

    async def run(self) -> None:
        """Place every call, and wait for the last one's end."""
        for _ in range(min(CALLS, CALLS_AT_ONCE)):
            self._place()
        await asyncio.wait_for(self._done.wait(), 120)


@benchmark("sip-calls", "Complete calls over SIP (INVITE to the BYE's 200), and the parser")
def sip_calls(_seed: int) -> Sequence[Figure]:
    """CPU time per call, of this process and of sipp beside it."""
    figures = [Figure(name="parse a 200 with SDP", value=_parse_us(), unit="µs", better="lower", aim=PARSE_US_AIM)]
    if shutil.which("sipp") is None:
        return figures
    load, used_s, clock_s, sipp_s = _run_against()
    counters = load.gateway.counters()
    return [
        *figures,
        Figure(name="CPU per call", value=used_s / CALLS * 1e3, unit="ms", better="lower", aim=CPU_MS_PER_CALL_AIM),
        Figure(name="sipp's CPU per call", value=sipp_s / CALLS * 1e3, unit="ms", better="lower"),
        Figure(name="calls per second on one core", value=CALLS / used_s, unit="calls/s", better="higher", aim=3000.0),
        Figure(name="seconds on the clock", value=clock_s, unit="s", better="lower"),
        Figure(name="calls answered", value=load.answered, unit="calls", better="higher", aim=float(CALLS)),
        Figure(name="retransmissions", value=counters["retransmissions"], unit="packets", better="lower"),
    ]


def main() -> None:
    """Run it alone."""
    for figure in sip_calls(1):
        print(f"{figure.name:<32} {figure.value:>12.3f} {figure.unit}")


def _parse_us() -> float:
    begun = time.process_time()
    for _ in range(PARSES):
        parse_message(ANSWER)
    return (time.process_time() - begun) / PARSES * 1e6


def _run_against() -> tuple[Load, float, float, float]:
    before_s = _children_s()
    with running_sipp(("-sn", "uas")) as port:
        load, used_s, clock_s = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_measure(port))
    return load, used_s, clock_s, _children_s() - before_s


async def _measure(port: int) -> tuple[Load, float, float]:
    calm_collector()  # as `dialer serve` does
    load = Load(port)
    await load.gateway.start()
    begun_s, begun_at = time.process_time(), time.monotonic()
    await load.run()
    used_s, clock_s = time.process_time() - begun_s, time.monotonic() - begun_at
    await load.gateway.close()
    return load, used_s, clock_s


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
