"""sipp as the carrier with RTP echo: what an agent says goes through the bridge to sipp, and comes back to them."""

import asyncio
import time

import pytest

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import BridgeCall, CallAnswered, CallEnded, Event, HangUpCall, LegOpened, OpenLeg, PlaceCall
from dialer.model import CallCause
from simulation.carrier.phones import Phones, PhoneStatus
from tests.interop.conftest import StartSipp
from tests.interop.sipp_process import Sipp

pytestmark = pytest.mark.sipp

WAIT_S = 120.0
PACKETS = 100
"""Two seconds of echo."""


class Talk:
    """One agent with a telephone, and one call over sipp that is bridged to them until enough has come back."""

    def __init__(self, sipp: Sipp) -> None:
        host, port = sipp.address
        self.events: list[Event] = []
        self.phones = Phones(1, host)
        self.media = RtpEngine(asyncio.get_running_loop(), host, 42000, 59999, {})
        settings = GatewaySettings(port=0, trunks=(TrunkAddress(name="carrier", host=host, port=port),))
        self.gateway = SipGateway(settings, self.media, self._post, time.time)
        self._ended = asyncio.Event()

    async def run(self) -> PhoneStatus:
        """Log in, call, talk; returns what the telephone has heard."""
        _, phone_port = await self.phones.start(0)
        await self.gateway.start()
        self.gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address=f"sip:agent-1@127.0.0.1:{phone_port}"))
        try:
            await asyncio.wait_for(self._ended.wait(), WAIT_S)
            return self.phones.phones["agent-1"].status()
        finally:
            await self.gateway.close()
            self.media.close_all()
            self.phones.close()

    def _post(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case LegOpened():
                place = PlaceCall(
                    call_id="4711-2",
                    number="+12025550199",
                    caller_id="+12025550100",
                    trunk="carrier",
                    ring_timeout_s=10.0,
                )
                self.gateway.send(place)
            case CallAnswered():
                self.gateway.send(BridgeCall(call_id="4711-2", leg_id="ann#1"))
                self._look()
            case CallEnded():
                self._ended.set()

    def _look(self) -> None:
        """Hang up once enough has come back; `run` has its own limit."""
        if self.phones.phones["agent-1"].status().audio.own >= PACKETS:
            self.gateway.send(HangUpCall(call_id="4711-2"))
        elif not self._ended.is_set():
            asyncio.get_running_loop().call_later(0.02, self._look)


def test_what_the_agent_says_comes_back_through_the_bridge_to_the_bit(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer", options=("-rtp_echo",))

    async def main() -> tuple[PhoneStatus, list[Event]]:
        talk = Talk(sipp)
        return await talk.run(), talk.events

    status, events = asyncio.run(main())
    sipp.finish()
    assert status.audio.own >= PACKETS
    assert status.audio.sounding == status.audio.own, "to the bit, and nothing else"
    assert status.heard_hz == pytest.approx(status.tone_hz, abs=5.0)
    ended = [event for event in events if isinstance(event, CallEnded)]
    assert [event.cause for event in ended] == [CallCause.DIALER]
