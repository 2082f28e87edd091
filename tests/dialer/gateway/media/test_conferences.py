"""Who hears whom, measured: every far end speaks a tone of its own, and what each hears is taken apart again.

A frame of 20 ms holds whole periods of every tone (multiples of 50 Hz): one lost on a busy machine changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.g711 import PCMA, PCMU, decode, encode
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media.rtp import RtpSender, parse_packet
from dialer.gateway.media_port import MediaError
from dialer.model import MonitorMode

TONES_HZ = {"customer": 400, "agent": 700, "supervisor": 1100, "colleague": 1700, "music": 2300}
LEVEL = 5000.0
TURNS = np.arange(160) / 8000
WAIT_S = 120.0
SETTLING = 10
"""Frames that may still be of the time before a change."""


def tone(name: str) -> np.ndarray:
    return (LEVEL * np.sin(2 * np.pi * TONES_HZ[name] * TURNS)).astype(np.int16)


def level(frame: bytes, payload_type: int, hertz: int) -> float:
    """The amplitude of one tone in a frame: Goertzel's sum, of one bin."""
    samples = decode(frame, payload_type).astype(float)
    return float(abs(np.dot(samples, np.exp(-2j * np.pi * hertz * TURNS)))) / 80


class Party:
    """A far end that speaks its tone all the time."""

    def __init__(self, name: str, payload_type: int) -> None:
        self.name = name
        self.payload_type = payload_type
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.sender = RtpSender(TONES_HZ[name], 1, 1)
        self.port = 0
        self.heard: list[bytes] = []

    def speak(self, now: float) -> None:
        frame = encode(tone(self.name), self.payload_type)
        self.socket.sendto(self.sender.write(frame, self.payload_type, now), ("127.0.0.1", self.port))

    def listen(self) -> None:
        while True:
            try:
                data = self.socket.recv(2048)
            except BlockingIOError:
                return
            packet = parse_packet(data)
            assert packet.payload_type == self.payload_type
            self.heard.append(packet.payload)

    def hears(self) -> set[str]:
        """Whose tones are in the frames, at half their level at least; all others are not there at all.

        Not in every frame: on a busy machine packets come late and in heaps, and silence stands in for them.
        """
        found = set()
        for name, hertz in TONES_HZ.items():
            loudest = max(level(frame, self.payload_type, hertz) for frame in self.heard[SETTLING:])
            if loudest > LEVEL / 2:
                found.add(name)
            else:
                assert loudest < LEVEL / 50, f"{self.name} hears a little of {name}: {loudest:.0f}"
        return found


class Room:
    def __init__(self, names: tuple[str, ...], laws: dict[str, int]) -> None:
        loop = asyncio.get_running_loop()
        self.media = RtpEngine(
            loop, "127.0.0.1", 42000, 59999, {"music": make_prompt("music", np.tile(tone("music"), 500))}
        )
        self.parties = {name: Party(name, laws.get(name, PCMU)) for name in names}
        for name, party in self.parties.items():
            party.port = self.media.open(name).port
            self.media.connect(name, "127.0.0.1", party.socket.getsockname()[1], party.payload_type)

    async def hear(self) -> dict[str, set[str]]:
        """What each hears once the change before has reached everybody."""
        for party in self.parties.values():
            party.listen()
            party.heard.clear()
        loop = asyncio.get_running_loop()
        while any(len(party.heard) < 40 for party in self.parties.values()):
            for party in self.parties.values():
                party.speak(loop.time())
            await asyncio.sleep(0.02)
            for party in self.parties.values():
                party.listen()
        return {name: party.hears() for name, party in self.parties.items()}

    def close(self) -> None:
        self.media.close_all()
        for party in self.parties.values():
            party.socket.close()


def run(scenario: Callable[[Room], Awaitable[None]], *names: str, **laws: int) -> None:
    async def whole() -> None:
        room = Room(names or ("customer", "agent", "supervisor"), laws)
        try:
            await asyncio.wait_for(scenario(room), WAIT_S)
        finally:
            room.close()

    asyncio.run(whole())


@pytest.mark.parametrize("laws", [{}, {"customer": PCMA, "supervisor": PCMA}], ids=str)
def test_listen_whisper_and_barge_reach_whom_they_should_and_nobody_else(laws: dict[str, int]) -> None:
    async def scenario(room: Room) -> None:
        media = room.media
        media.bridge("customer", "agent")
        assert await room.hear() == {"customer": {"agent"}, "agent": {"customer"}, "supervisor": set()}
        media.join("supervisor", "customer", "agent", MonitorMode.LISTEN)
        both = {"customer", "agent"}
        assert await room.hear() == {"customer": {"agent"}, "agent": {"customer"}, "supervisor": both}
        media.join("supervisor", "customer", "agent", MonitorMode.WHISPER)
        whispered = {"customer", "supervisor"}
        assert await room.hear() == {"customer": {"agent"}, "agent": whispered, "supervisor": both}
        media.join("supervisor", "customer", "agent", MonitorMode.BARGE)
        barged = {"agent", "supervisor"}
        assert await room.hear() == {"customer": barged, "agent": whispered, "supervisor": both}
        media.part("supervisor")
        assert await room.hear() == {"customer": {"agent"}, "agent": {"customer"}, "supervisor": set()}

    run(scenario, **laws)


def test_a_third_party_and_a_whispering_supervisor_at_once() -> None:
    async def scenario(room: Room) -> None:
        room.media.bridge("customer", "agent")
        room.media.join("colleague", "customer", "agent", MonitorMode.BARGE)
        room.media.join("supervisor", "customer", "agent", MonitorMode.WHISPER)
        assert await room.hear() == {
            "customer": {"agent", "colleague"},
            "agent": {"customer", "colleague", "supervisor"},
            "colleague": {"customer", "agent"},
            "supervisor": {"customer", "agent", "colleague"},
        }

    run(scenario, "customer", "agent", "colleague", "supervisor")


def test_on_hold_the_customer_hears_music_and_no_guest() -> None:
    async def scenario(room: Room) -> None:
        media = room.media
        media.bridge("customer", "agent")
        media.join("supervisor", "customer", "agent", MonitorMode.BARGE)
        media.unbridge("customer")
        media.play("customer", "music", lambda: None)
        held = {"customer": {"music"}, "agent": {"supervisor"}, "supervisor": {"customer", "agent"}}
        assert await room.hear() == held
        media.bridge("customer", "agent")
        assert (await room.hear())["customer"] == {"agent", "supervisor"}

    run(scenario)


def test_a_guest_who_leaves_or_loses_the_call_hears_nothing_more() -> None:
    async def scenario(room: Room) -> None:
        room.media.bridge("customer", "agent")
        room.media.join("supervisor", "customer", "agent", MonitorMode.BARGE)
        room.media.close("customer")
        room.parties.pop("customer").socket.close()
        assert await room.hear() == {"agent": set(), "supervisor": set()}

    run(scenario)


def test_a_guest_is_not_one_of_the_two_nor_in_another_bridge() -> None:
    async def scenario(room: Room) -> None:
        with pytest.raises(MediaError, match="cannot be a guest"):
            room.media.join("agent", "customer", "agent", MonitorMode.LISTEN)
        room.media.bridge("customer", "supervisor")
        with pytest.raises(MediaError, match="cannot be a guest"):
            room.media.join("supervisor", "customer", "agent", MonitorMode.LISTEN)

    run(scenario)


def test_a_far_end_that_changes_its_law_is_mixed_for_in_the_new_one() -> None:
    async def scenario(room: Room) -> None:
        room.media.bridge("customer", "agent")
        room.media.join("supervisor", "customer", "agent", MonitorMode.WHISPER)
        agent = room.parties["agent"]
        await room.hear()
        agent.listen()
        agent.payload_type = PCMA
        agent.heard.clear()
        room.media.connect("agent", "127.0.0.1", agent.socket.getsockname()[1], PCMA)
        assert (await room.hear())["agent"] == {"customer", "supervisor"}

    run(scenario)
