"""Who hears whom: bridges of two, and guests who listen to a bridge, whisper to its agent, or speak with both.

Whoever hears exactly one other is relayed to, packet by packet; only who hears several is mixed for. A guest who
listens or whispers therefore changes nothing at all on the customer's side.
"""

from typing import NamedTuple

from dialer.gateway.media.mixing import Mixture
from dialer.gateway.media.stream import Stream
from dialer.gateway.media_port import MediaError
from dialer.model import MonitorMode


class Join(NamedTuple):
    """A guest at a call and an agent's leg."""

    guest: Stream
    call: Stream
    leg: Stream
    mode: MonitorMode


class Conferences:
    """Bridges and guests of one media engine."""

    def __init__(self) -> None:
        self._joins: dict[str, Join] = {}
        """By the guest's stream id."""

    def bridge(self, first: Stream, second: Stream) -> None:
        """Pass audio both ways.

        Raises:
            MediaError: One of them is bridged already.
        """
        for stream in (first, second):
            if stream.other is not None:
                raise MediaError(f"stream {stream.stream_id} is already bridged to {stream.other.stream_id}")
        first.other, second.other = second, first
        for stream in (first, second):
            stream.playback = None
            stream.sender.change_source()
            self._settle(stream)

    def unbridge(self, stream: Stream) -> None:
        """Take a stream and the other side of its bridge apart."""
        other = stream.other
        if other is None:
            return
        stream.other = other.other = stream.relays_to = other.relays_to = None
        for each in (stream, other):
            each.sender.change_source()
            self._settle(each)

    def join(self, guest: Stream, call: Stream, leg: Stream, mode: MonitorMode) -> None:
        """Let a guest in, or change what they may do.

        Raises:
            MediaError: The three are not three, or the guest is in a bridge.
        """
        if len({guest.stream_id, call.stream_id, leg.stream_id}) < 3 or guest.other is not None:
            raise MediaError(f"stream {guest.stream_id} cannot be a guest of {call.stream_id} and {leg.stream_id}")
        self.part(guest)
        self._joins[guest.stream_id] = Join(guest, call, leg, mode)
        self._settle_around(call, leg, guest)

    def part(self, guest: Stream) -> None:
        """Take a guest out, if they are one."""
        join = self._joins.pop(guest.stream_id, None)
        if join is not None:
            self._settle_around(join.call, join.leg, guest)

    def close(self, stream: Stream) -> None:
        """A stream closes: it leaves its bridge, and is nobody's guest or host any more."""
        self.unbridge(stream)
        for join in tuple(self._joins.values()):
            if stream in (join.guest, join.call, join.leg):
                self.part(join.guest)

    def hush(self, stream: Stream) -> None:
        """Keys are about to be sent to a stream, or have been: nobody is relayed to it until they are through."""
        self._settle(stream)

    def settle(self, stream: Stream) -> None:
        """A stream's payload type has changed: what is mixed for it is mixed anew."""
        if stream.mixture is not None:
            self._settle(stream)

    def _settle_around(self, call: Stream, leg: Stream, guest: Stream) -> None:
        others = [join.guest for join in self._joins.values() if join.call is call and join.guest is not guest]
        for stream in (call, leg, guest, *others):
            self._settle(stream)

    def _settle(self, listener: Stream) -> None:
        """Bring about that a listener is sent what it is to hear."""
        if listener.mixture is not None:
            for source, talker in zip(listener.mixed_from, listener.mixture.talkers, strict=True):
                source.ears = tuple(ear for ear in source.ears if ear is not talker)
            listener.mixture, listener.mixed_from = None, ()
            listener.sender.change_source()
        sources = self._heard_by(listener)
        other = listener.other
        is_plain = sources == (() if other is None else (other,))
        if other is not None:
            other.relays_to = listener if is_plain and listener.pressing is None else None
        if not is_plain:
            listener.mixed_from = sources
            listener.mixture = Mixture(listener.payload_type, len(sources))
            for source, talker in zip(sources, listener.mixture.talkers, strict=True):
                source.ears = (*source.ears, talker)

    def _heard_by(self, listener: Stream) -> tuple[Stream, ...]:
        if not self._joins:
            return () if listener.other is None else (listener.other,)
        own = self._joins.get(listener.stream_id)
        if own is not None:
            others = (join for join in self._joins.values() if join.call is own.call and join is not own)
            return own.call, own.leg, *(join.guest for join in others if join.mode is MonitorMode.BARGE)
        guests = (join.guest for join in self._joins.values() if _speaks_to(join, listener))
        return (() if listener.other is None else (listener.other,)) + tuple(guests)


def _speaks_to(join: Join, listener: Stream) -> bool:
    if listener is join.leg:
        return join.mode is not MonitorMode.LISTEN
    # A customer on hold hears the music alone.
    return listener is join.call and join.mode is MonitorMode.BARGE and listener.other is join.leg
