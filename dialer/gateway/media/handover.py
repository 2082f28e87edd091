"""What a stream takes along when another process goes on with it on the same socket: the far end notices nothing."""

import msgspec

from dialer.gateway.media.ports import untie
from dialer.gateway.media.stream import Stream


class Carried(msgspec.Struct, frozen=True, array_like=True):
    """One unbroken row of packets towards the far end, and the figures so far; times are the machine's monotonic ones.

    Not carried: RTCP's reports begin anew, and where the far end's packets come from is learned from the next of them.
    """

    ssrc: int
    numbers: tuple[int, int, int, int, float | None]
    """See `RtpSender.numbers`."""
    packets_in: int
    packets_out: int
    bytes_in: int
    bytes_out: int
    packets_expected: int
    packets_received: int
    has_sound: bool
    heard_at: float | None


def take_along(stream: Stream) -> Carried:
    """What to carry of a stream that is about to be let go of; its socket hears everybody again."""
    if stream.is_tied:
        untie(stream.socket)
    return Carried(
        ssrc=stream.sender.ssrc,
        numbers=stream.sender.numbers,
        packets_in=stream.packets_in,
        packets_out=stream.packets_out,
        bytes_in=stream.bytes_in,
        bytes_out=stream.bytes_out,
        packets_expected=stream.reception.expected,
        packets_received=stream.reception.packets,
        has_sound=stream.has_sound,
        heard_at=stream.heard_at,
    )


def carry_on(stream: Stream, carried: Carried) -> None:
    """Let a new stream go on where another has stopped."""
    stream.sender.ssrc, stream.sender.numbers = carried.ssrc, carried.numbers
    stream.packets_in, stream.packets_out = carried.packets_in, carried.packets_out
    stream.bytes_in, stream.bytes_out = carried.bytes_in, carried.bytes_out
    stream.reception.carry(carried.packets_received, carried.packets_expected)
    stream.has_sound, stream.heard_at = carried.has_sound, carried.heard_at
