"""Direct media: the far ends of a conversation send their audio to each other, past us, while nobody else needs it.

Both are told the other's address by re-INVITE; until both have taken it the relay goes on, and so it does where one of
them refuses. As soon as somebody needs the audio here (a recording, a guest, hold music) both are told our own again,
and what each still sends the other way round is heard there as before.
"""

import ipaddress
import logging
from collections.abc import Collection, Mapping

from dialer.gateway.lines import Line
from dialer.gateway.media_port import MediaAddress, MediaEngine, MediaError
from dialer.gateway.moves import Moves

log = logging.getLogger(__name__)

REFUSED = "refused"
MOVED = "moved"


class _Pair:
    """A conversation over a trunk that allows it."""

    __slots__ = ("call", "leg", "reasons", "told", "wanted")

    def __init__(self, call: Line, leg: Line) -> None:
        self.call = call
        self.leg = leg
        self.reasons: set[str] = set()
        """What needs the audio here."""
        self.wanted: dict[str, MediaAddress] = {}
        """By line, the address of the other's far end, while it is to be direct."""
        self.told: set[str] = set()
        """The lines whose far ends have taken it."""

    @property
    def lines(self) -> tuple[Line, Line]:
        return self.call, self.leg

    @property
    def is_direct(self) -> bool:
        return len(self.told) == 2


class DirectMedia:
    """Which conversations go past us.

    Args:
        lines: the gateway's open lines.
        media: relays what does not.
        moves: tells far ends where to send.
        trunks: names of the trunks that allow it.
    """

    def __init__(
        self, lines: Mapping[str, Line], media: MediaEngine, moves: Moves, trunks: Collection[str] = ()
    ) -> None:
        self._lines = lines
        self._media = media
        self._moves = moves
        self._trunks = trunks
        self._pairs: dict[str, _Pair] = {}
        """By either line."""
        self._were_direct: set[str] = set()
        self.counters = {"direct_begun": 0, "direct_ended": 0, "direct_refused": 0}
        moves.on_told = self._told
        moves.on_refused = self._refused

    def bridged(self, call: Line, leg: Line, reasons: Collection[str] = ()) -> None:
        """A conversation has begun, or goes on after hold; `reasons` say what needs its audio here."""
        for line in (call, leg):
            self.parted(line.line_id)
        if call.trunk in self._trunks and (not leg.trunk or leg.trunk in self._trunks):
            pair = _Pair(call, leg)
            pair.reasons.update(reasons)
            self._pairs[call.line_id] = self._pairs[leg.line_id] = pair
            self._begin(pair)

    def parted(self, line_id: str) -> None:
        """A conversation is over, or on hold: those of its lines that are open are told our address."""
        pair = self._pairs.get(line_id)
        if pair is not None:
            self._end(pair)
            for line in pair.lines:
                del self._pairs[line.line_id]

    def forbid(self, line_id: str, reason: str) -> None:
        """Something needs the audio of a conversation here."""
        pair = self._pairs.get(line_id)
        if pair is not None:
            pair.reasons.add(reason)
            self._end(pair)

    def allow(self, line_id: str, reason: str) -> None:
        """It is not needed for this reason any more."""
        pair = self._pairs.get(line_id)
        if pair is not None and reason in pair.reasons:
            pair.reasons.remove(reason)
            self._begin(pair)

    def connected(self, line: Line) -> None:
        """A far end has said anew where it is: where the other has been told another place, both come back to us."""
        pair = self._pairs.get(line.line_id)
        if pair is None or not pair.wanted:
            return
        other = pair.leg if line is pair.call else pair.call
        if pair.wanted[other.line_id] != _address(line):
            self.forbid(line.line_id, MOVED)
        elif pair.is_direct:
            self._rest(line)

    def forget(self, line_id: str) -> bool:
        """A line has ended; returns whether its audio ever went past us, so that its figures say little."""
        self.parted(line_id)
        was_direct = line_id in self._were_direct
        self._were_direct.discard(line_id)
        return was_direct

    def _begin(self, pair: _Pair) -> None:
        call, leg = (_address(line) for line in pair.lines)
        codecs = _common_codecs(pair)
        if pair.reasons or call is None or leg is None or not codecs or _version(call) != _version(leg):
            return
        pair.wanted = {pair.call.line_id: leg, pair.leg.line_id: call}
        for line_id, address in pair.wanted.items():
            self._moves.tell(line_id, address, codecs)

    def _end(self, pair: _Pair) -> None:
        if not pair.wanted:
            return
        was_direct = pair.is_direct
        pair.wanted, pair.told = {}, set()
        for line in pair.lines:
            if self._lines.get(line.line_id) is line and line.media is not None:
                if was_direct:
                    self._wake(line)
                self._moves.tell(line.line_id, MediaAddress(*line.media))
        self.counters["direct_ended"] += was_direct

    def _told(self, line_id: str, address: MediaAddress) -> None:
        pair = self._pairs.get(line_id)
        if pair is None or pair.wanted.get(line_id) != address or pair.is_direct:
            return
        pair.told.add(line_id)
        if pair.is_direct:
            self.counters["direct_begun"] += 1
            for line in pair.lines:
                self._were_direct.add(line.line_id)
                self._rest(line)

    def _refused(self, line_id: str) -> None:
        pair = self._pairs.get(line_id)
        if pair is not None and pair.wanted:
            self.counters["direct_refused"] += 1
            self.forbid(line_id, REFUSED)

    def _rest(self, line: Line) -> None:
        """Nothing is sent from here, and nothing missed."""
        self._connect(line, MediaAddress("0.0.0.0", 0), 0)  # noqa: S104 - the address that means nowhere

    def _wake(self, line: Line) -> None:
        address = _address(line)
        if address is not None and line.audio is not None:
            self._connect(line, address, line.audio.rtcp_port)

    def _connect(self, line: Line, address: MediaAddress, rtcp_port: int) -> None:
        assert line.audio is not None, "a line of a conversation is connected"
        try:
            self._media.connect(line.line_id, *address, line.audio.codecs[0], rtcp_port)
        except MediaError as error:
            log.warning("audio of %s could not be connected: %s", line.line_id, error)


def _address(line: Line) -> MediaAddress | None:
    audio = line.audio
    return MediaAddress(audio.host, audio.port) if audio is not None and audio.wants_media else None


def _common_codecs(pair: _Pair) -> tuple[int, ...]:
    assert pair.call.audio is not None
    assert pair.leg.audio is not None
    return tuple(codec for codec in pair.call.audio.codecs if codec in pair.leg.audio.codecs)


def _version(address: MediaAddress) -> int:
    return ipaddress.ip_address(address.host).version
