"""One side of calls on loopback: a SIP user agent with its socket, and the voices that it answers with."""

import asyncio
import secrets
from collections.abc import Callable

from dialer.gateway.sip import (
    HostPort,
    MalformedMessage,
    NothingInCommon,
    UserAgent,
    UserAgentEvent,
    UserAgentSettings,
    make_answer,
    parse_sdp,
)
from dialer.gateway.udp import UdpShell, open_udp
from simulation.carrier.scenario import Sound
from simulation.carrier.voice import Voice, Voices


class CannotAnswer(Exception):  # noqa: N818 - named for what happened to the call
    """A call cannot be answered; `status` is what to refuse it with."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


class Party:
    """A user agent that answers with voices; whoever calls a method of `agent` calls `pump` afterwards."""

    def __init__(self, name: str, host: str, sessions_max: int, on_event: Callable[[UserAgentEvent], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self.voices = Voices(self.loop, host)
        self._host = host
        self._settings = UserAgentSettings(name=name, sessions_max=sessions_max)
        self._on_event = on_event
        self._shell: UdpShell | None = None

    async def start(self, port: int) -> HostPort:
        """Listen; port 0 takes a free one. Returns the address.

        Raises:
            OSError: The address is in use, or not ours.
        """
        self._shell = await open_udp(
            self._host,
            port,
            lambda address: UserAgent(address, lambda: secrets.token_hex(8), self._settings),
            self._on_event,
            self.loop.time,
        )
        return self.agent.identity.address

    def close(self) -> None:
        """Fall silent and close the socket; calls that are up are simply not answered for any more."""
        self.voices.close_all()
        if self._shell is not None:
            self._shell.close()

    @property
    def agent(self) -> UserAgent:
        """The user agent; there is one as soon as it listens."""
        assert self._shell is not None, "started before any call can come"
        return self._shell.agent

    def pump(self) -> None:
        """Send what the agent has to send and hand over its events."""
        assert self._shell is not None
        self._shell.pump()

    def answer(
        self,
        session_id: str,
        offer_body: bytes,
        sound: Sound,
        tone_hz: int = 0,
        on_sound: Callable[[], None] = lambda: None,
    ) -> Voice:
        """Answer a call with a voice.

        Raises:
            CannotAnswer: Its SDP cannot be read or holds nothing for us, or there is no socket for the voice.
        """
        try:
            offer = parse_sdp(offer_body)
            voice = self.voices.open(sound, tone_hz, on_sound)
        except MalformedMessage:
            raise CannotAnswer(400) from None
        except OSError:
            raise CannotAnswer(503) from None
        try:
            body = make_answer(offer, self._host, voice.port, origin_id=voice.port)
        except NothingInCommon:
            self.voices.close(voice)
            raise CannotAnswer(488) from None
        voice.connect(offer.host, offer.port if offer.wants_media else 0, offer.codecs[0])
        self.agent.answer(session_id, body, self.loop.time())
        return voice
