"""The far end of a call as RTP meets it: somebody who speaks, echoes or is silent, and who counts what is heard."""

import asyncio
import secrets
import socket
from collections import deque
from collections.abc import Callable

import msgspec

from dialer.gateway.media.engine import DATAGRAM_BYTES_MAX, FRAME_S
from dialer.gateway.media.g711 import PCMU, SILENCE
from dialer.gateway.media.prompts import FRAME_SAMPLES
from dialer.gateway.media.rtp import MalformedPacket, RtpPacket, RtpSender, parse_packet
from simulation.carrier.scenario import Sound
from simulation.carrier.sound import Heard, is_silent, listen, tone_frames

FRAMES_REMEMBERED = 20
"""What `heard` looks at: the last 400 ms, enough to tell tones 20 Hz apart."""
CATCH_UP_FRAMES_MAX = 5


class Audio(msgspec.Struct):
    """What a voice has sent and heard."""

    packets_in: int = 0
    packets_out: int = 0
    sounding: int = 0
    """Packets heard that were not silence."""
    own: int = 0
    """Packets heard that are, to the bit, frames of our own tone: our voice came back."""

    def add(self, other: "Audio") -> None:
        """Count another voice's packets too."""
        self.packets_in += other.packets_in
        self.packets_out += other.packets_out
        self.sounding += other.sounding
        self.own += other.own


class Voice:
    """One end of one call; made by `Voices.open`."""

    def __init__(
        self, opened: socket.socket, sound: Sound, tone_hz: int, on_sound: Callable[[], None], now: float
    ) -> None:
        self.socket = opened
        self.heard_at = now
        """When the last packet came; before the first, when it was opened."""
        self.sound = sound
        self.audio = Audio()
        self._tone_hz = tone_hz
        self._on_sound = on_sound
        self._sender = RtpSender(secrets.randbits(32), secrets.randbits(16), secrets.randbits(32))
        self._target: tuple[str, int] | None = None
        self._payload_type = PCMU
        self._frames: tuple[bytes, ...] = ()
        self._own: frozenset[bytes] = frozenset()
        self._next_frame = 0
        self._recent: deque[bytes] = deque(maxlen=FRAMES_REMEMBERED)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.socket.getsockname()[1]
        return port

    def connect(self, host: str, port: int, payload_type: int) -> None:
        """Send there from now on; port 0 means nowhere."""
        self._target = (host, port) if port else None
        self._payload_type = payload_type
        if self.sound is Sound.TONE:
            self._frames = tone_frames(self._tone_hz, payload_type)
            self._own = frozenset(self._frames)
        elif self.sound is Sound.SILENCE:
            self._frames = (bytes([SILENCE[payload_type]]) * FRAME_SAMPLES,)

    def heard(self) -> Heard:
        """What the last 400 ms sounded like."""
        return listen(self._recent, self._payload_type)

    def receive(self, now: float) -> None:
        """Read one packet from the socket."""
        try:
            packet = parse_packet(self.socket.recv(DATAGRAM_BYTES_MAX))
        except (OSError, MalformedPacket):
            return
        if packet.payload_type != self._payload_type:
            return
        self.heard_at = now
        self._count(packet)
        if self.sound is Sound.ECHO and self._target is not None:
            self._send(self._sender.relay(packet, packet.payload, self._payload_type, now))

    def speak(self, now: float) -> None:
        """Send the next 20 ms of a tone or of silence."""
        if self._target is None or not self._frames:
            return
        frame = self._frames[self._next_frame % len(self._frames)]
        self._next_frame += 1
        self._send(self._sender.write(frame, self._payload_type, now))

    def _count(self, packet: RtpPacket) -> None:
        self.audio.packets_in += 1
        self._recent.append(packet.payload)
        if is_silent(packet.payload, packet.payload_type):
            return
        self.audio.sounding += 1
        self.audio.own += packet.payload in self._own
        if self.audio.sounding == 1:
            self._on_sound()

    def _send(self, data: bytes) -> None:
        assert self._target is not None
        try:
            self.socket.sendto(data, self._target)
        except OSError:
            # The other side is gone; SIP will say so.
            return
        self.audio.packets_out += 1


class Voices:
    """All the voices of a process: their sockets, and the 20 ms beat at which they speak."""

    def __init__(self, loop: asyncio.AbstractEventLoop, host: str) -> None:
        self._loop = loop
        self._host = host
        self._open: set[Voice] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._beat_at = 0.0

    def open(self, sound: Sound, tone_hz: int = 0, on_sound: Callable[[], None] = lambda: None) -> Voice:
        """A voice on a free port; `on_sound` is called once, at the first packet heard that is not silence.

        Raises:
            OSError: No socket can be had.
        """
        opened = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            opened.bind((self._host, 0))
        except OSError:
            opened.close()
            raise
        voice = Voice(opened, sound, tone_hz, on_sound, self._loop.time())
        self._open.add(voice)
        self._loop.add_reader(opened.fileno(), self._receive, voice)
        if self._timer is None:
            self._beat_at = self._loop.time() + FRAME_S
            self._timer = self._loop.call_at(self._beat_at, self._beat)
        return voice

    def close(self, voice: Voice) -> None:
        """Fall silent and give the port back; a voice that is closed already stays so."""
        if voice not in self._open:
            return
        self._open.remove(voice)
        self._loop.remove_reader(voice.socket.fileno())
        voice.socket.close()
        if not self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close_all(self) -> None:
        """Close every voice."""
        for voice in tuple(self._open):
            self.close(voice)

    def _receive(self, voice: Voice) -> None:
        voice.receive(self._loop.time())

    def _beat(self) -> None:
        now = self._loop.time()
        for voice in self._open:
            voice.speak(now)
        self._beat_at += FRAME_S
        if now - self._beat_at > CATCH_UP_FRAMES_MAX * FRAME_S:
            self._beat_at = now
        self._timer = self._loop.call_at(self._beat_at, self._beat)
