"""The agents' telephones: they answer the dialer's call at once, speak a tone of their own and listen."""

import math

import msgspec

from dialer.gateway.lines import usable_audio
from dialer.gateway.sip import HostPort, MalformedMessage, SessionEnded, SessionModified, SessionOffered, UserAgentEvent
from dialer.gateway.sip.uri import parse_uri
from simulation.carrier.party import CannotAnswer, Party
from simulation.carrier.scenario import Sound
from simulation.carrier.sound import Heard, tone_of
from simulation.carrier.voice import Audio, Voice

PHONES_MAX = 2000
DEAD_LEG_S = 1.0
"""A call in which nothing has come for this long is given up for a new one: its dialer has died without a BYE."""


class PhoneStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One telephone, for the status file."""

    user: str
    tone_hz: int
    is_connected: bool
    calls: int
    """Calls answered since the start; a nailed-up leg is one, however many customers it carries."""
    audio: Audio
    heard_hz: float | None
    """The strongest pitch of the last 400 ms; None for silence."""
    heard_db: float | None
    """Its loudness below full scale; None for nothing at all."""


class Phone:
    """One agent's telephone."""

    __slots__ = ("audio", "calls", "session_id", "tone_hz", "user", "voice")

    def __init__(self, user: str, tone_hz: int) -> None:
        self.user = user
        self.tone_hz = tone_hz
        self.session_id = ""
        """Its call; empty while it has none."""
        self.voice: Voice | None = None
        self.calls = 0
        self.audio = Audio()
        """Of calls that have ended."""

    def status(self) -> PhoneStatus:
        """What it is doing and has heard."""
        audio = msgspec.structs.replace(self.audio)
        heard = Heard(None, float("-inf"))
        if self.voice is not None:
            audio.add(self.voice.audio)
            heard = self.voice.heard()
        return PhoneStatus(
            user=self.user,
            tone_hz=self.tone_hz,
            is_connected=bool(self.session_id),
            calls=self.calls,
            audio=audio,
            heard_hz=heard.frequency_hz,
            heard_db=heard.level_db if math.isfinite(heard.level_db) else None,
        )


class Phones:
    """Telephones `agent-1` to `agent-N` behind one SIP address."""

    def __init__(self, count: int, host: str, prefix: str = "agent-") -> None:
        assert 1 <= count <= PHONES_MAX
        users = [f"{prefix}{number}" for number in range(1, count + 1)]
        self.phones = {user: Phone(user, tone_of(place)) for place, user in enumerate(users)}
        self._by_session: dict[str, Phone] = {}
        self._party = Party("predictive-dialer phone", host, 2 * count + 100, self._on_event)

    async def start(self, port: int) -> HostPort:
        """Listen; port 0 takes a free one. Returns the address.

        Raises:
            OSError: The address is in use, or not ours.
        """
        return await self._party.start(port)

    def status(self) -> dict[str, object]:
        """Every telephone."""
        return {"phones": [phone.status() for phone in self.phones.values()]}

    def hang_up(self, user: str) -> None:
        """Put one telephone down, as an agent who leaves in the middle of it."""
        phone = self.phones[user]
        if phone.session_id:
            self._party.agent.hang_up(phone.session_id, self._party.loop.time())
            self._party.pump()

    def close(self) -> None:
        """Fall silent and close the socket."""
        self._party.close()

    def _on_event(self, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            self._offered(event)
        elif isinstance(event, SessionModified):
            self._moved(event)
        elif isinstance(event, SessionEnded):
            self._ended(event)

    def _moved(self, event: SessionModified) -> None:
        """The other side is to be spoken to at another place."""
        phone, audio = self._by_session.get(event.session_id), usable_audio(event.body)
        if phone is not None and phone.voice is not None and audio is not None:
            phone.voice.connect(audio.host, audio.port if audio.wants_media else 0, audio.codecs[0])

    def _offered(self, event: SessionOffered) -> None:
        try:
            phone = self.phones.get(parse_uri(event.request.uri).user)
        except MalformedMessage:
            phone = None
        try:
            if phone is None:
                raise CannotAnswer(404)
            if phone.session_id:
                self._make_room(phone)
            phone.voice = self._party.answer(event.session_id, event.request.body, Sound.TONE, phone.tone_hz)
        except CannotAnswer as reason:
            self._party.agent.refuse(event.session_id, reason.status, self._party.loop.time())
            return
        phone.session_id = event.session_id
        phone.calls += 1
        self._by_session[event.session_id] = phone

    def _make_room(self, phone: Phone) -> None:
        now = self._party.loop.time()
        if phone.voice is None or now - phone.voice.heard_at < DEAD_LEG_S:
            raise CannotAnswer(486)
        session_id = phone.session_id
        self._free(phone)
        self._party.agent.hang_up(session_id, now)

    def _ended(self, event: SessionEnded) -> None:
        phone = self._by_session.get(event.session_id)
        if phone is not None:
            self._free(phone)

    def _free(self, phone: Phone) -> None:
        del self._by_session[phone.session_id]
        assert phone.voice is not None
        phone.audio.add(phone.voice.audio)
        self._party.voices.close(phone.voice)
        phone.voice = None
        phone.session_id = ""
