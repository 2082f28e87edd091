"""Supervisors and hold over real SIP legs: customer, agent and supervisor speak a tone each, and who hears what."""

import asyncio
import secrets
import time

import numpy as np

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.hold_music import NAME as MUSIC
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media.rtp import parse_packet
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip import SessionOffered, UserAgent, UserAgentEvent, make_answer, parse_sdp
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.udp import UdpShell, open_udp
from dialer.messages import (
    BridgeCall,
    CallAnswered,
    CallBridged,
    CallEnded,
    Event,
    GatewayCommand,
    HangUpCall,
    HoldCall,
    JoinCall,
    LeaveCall,
    LegOpened,
    OpenLeg,
    PlaceCall,
)
from dialer.model import MonitorMode
from tests.dialer.gateway.media.test_conferences import PCMU, Party, tone

CALL, ANN, BOSS = "4711-1", "ann#1", "boss#2"
WAIT_S = 120.0


class Telephone(Party):
    """A far end with SIP of its own: answers whoever calls, and speaks its tone from then on."""

    shell: UdpShell

    def __init__(self, name: str) -> None:
        super().__init__(name, PCMU)

    async def start(self) -> tuple[str, int]:
        """Listen on a free port."""
        self.shell = await open_udp(
            "127.0.0.1",
            0,
            lambda own: UserAgent(own, lambda: secrets.token_hex(8)),
            self._take,
            time.monotonic,
        )
        return self.shell.local_address

    def listen(self) -> None:
        """Take what has come; RTCP, which shares the port, is not looked at (RFC 5761 section 4)."""
        while True:
            try:
                data = self.socket.recv(2048)
            except BlockingIOError:
                return
            if not 192 <= data[1] <= 223:
                packet = parse_packet(data)
                assert packet.payload_type == self.payload_type
                self.heard.append(packet.payload)

    def _take(self, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            offer = parse_sdp(event.request.body)
            self.port = offer.port
            answer = make_answer(offer, "127.0.0.1", self.socket.getsockname()[1], origin_id=1)
            self.shell.agent.answer(event.session_id, answer, time.monotonic())


class Floor:
    """A gateway, and three who are called by it."""

    def __init__(self) -> None:
        self.telephones = {name: Telephone(name) for name in ("customer", "agent", "supervisor")}
        self.events: list[Event] = []
        self._moved = asyncio.Event()
        music = {MUSIC: make_prompt(MUSIC, np.tile(tone("music"), 500))}
        self.media = RtpEngine(asyncio.get_running_loop(), "127.0.0.1", 42000, 59999, music)

    async def start(self) -> None:
        addresses = {name: await telephone.start() for name, telephone in self.telephones.items()}
        host, port = addresses["customer"]
        settings = GatewaySettings(port=0, trunks=(TrunkAddress(name="carrier", host=host, port=port),))
        self.gateway = SipGateway(settings, self.media, self._post, time.monotonic)
        await self.gateway.start()
        self.send(OpenLeg(leg_id=ANN, agent_id="ann", address="sip:ann@{}:{}".format(*addresses["agent"])))
        self.send(OpenLeg(leg_id=BOSS, agent_id="boss", address="sip:boss@{}:{}".format(*addresses["supervisor"])))
        self.send(PlaceCall(call_id=CALL, number="1", caller_id="2", trunk="carrier", ring_timeout_s=60.0))
        await self.until(LegOpened(leg_id=ANN), LegOpened(leg_id=BOSS), CallAnswered(call_id=CALL))

    def send(self, command: GatewayCommand) -> None:
        self.gateway.send(command)

    def _post(self, event: Event) -> None:
        self.events.append(event)
        self._moved.set()

    async def until(self, *events: Event) -> None:
        while not all(event in self.events for event in events):
            self._moved.clear()
            await self._moved.wait()

    async def until_ended(self) -> None:
        while not any(isinstance(event, CallEnded) for event in self.events):
            self._moved.clear()
            await self._moved.wait()

    async def hear(self) -> dict[str, set[str]]:
        """Whose tones each hears, once the change before has reached everybody."""
        telephones = self.telephones.values()
        for each in telephones:
            each.listen()
            each.heard.clear()
        while any(len(each.heard) < 40 for each in telephones):
            for each in telephones:
                each.speak(time.monotonic())
            await asyncio.sleep(0.02)
            for each in telephones:
                each.listen()
        return {each.name: each.hears() for each in telephones}

    async def close(self) -> None:
        agent = self.gateway.agent
        await self.gateway.close()
        agent.handle_timers(time.monotonic() + 100)
        assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)
        self.media.close_all()
        for each in self.telephones.values():
            each.shell.close()
            each.socket.close()


async def conversation(floor: Floor) -> None:
    await floor.start()
    floor.send(BridgeCall(call_id=CALL, leg_id=ANN))
    await floor.until(CallBridged(call_id=CALL, leg_id=ANN))
    alone = {"customer": {"agent"}, "agent": {"customer"}, "supervisor": set()}
    assert await floor.hear() == alone

    heard = {}
    for mode in (MonitorMode.LISTEN, MonitorMode.WHISPER, MonitorMode.BARGE):
        floor.send(JoinCall(leg_id=BOSS, call_id=CALL, agent_leg_id=ANN, mode=mode))
        heard[mode] = await floor.hear()
    listening = {"customer": {"agent"}, "agent": {"customer"}, "supervisor": {"customer", "agent"}}
    whispering = listening | {"agent": {"customer", "supervisor"}}
    barging = whispering | {"customer": {"agent", "supervisor"}}
    assert heard == {MonitorMode.LISTEN: listening, MonitorMode.WHISPER: whispering, MonitorMode.BARGE: barging}

    floor.send(HoldCall(call_id=CALL, leg_id=ANN, is_held=True))
    assert await floor.hear() == {"customer": {"music"}, "agent": {"supervisor"}, "supervisor": {"customer", "agent"}}
    floor.send(HoldCall(call_id=CALL, leg_id=ANN, is_held=False))
    assert await floor.hear() == barging, "as it was before"

    floor.send(LeaveCall(leg_id=BOSS))
    assert await floor.hear() == alone
    floor.send(HangUpCall(call_id=CALL))
    await floor.until_ended()
    assert floor.gateway.counters()["commands_out_of_place"] == 0


def test_listen_whisper_barge_and_hold_in_one_conversation() -> None:
    async def main() -> None:
        floor = Floor()
        try:
            await asyncio.wait_for(conversation(floor), WAIT_S)
        finally:
            await floor.close()

    asyncio.run(main())
