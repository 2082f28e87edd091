"""How the audio of a call was, as its CDR tells it."""

from enum import StrEnum

import msgspec


class Audio(StrEnum):
    """What was heard of an answered call."""

    BOTH_WAYS = "both_ways"
    NONE_CAME = "none_came"
    """No packet of the far end's: one-way audio, or none."""
    SILENCE_CAME = "silence_came"
    """Packets came, and nothing but silence was in them."""
    NONE_ARRIVED = "none_arrived"
    """The far end reports that it lost nearly all that it was sent: one-way audio from its side."""


class CallQuality(msgspec.Struct, frozen=True, kw_only=True, tag=False):
    """The figures of one answered call; those that nobody could measure are None."""

    audio: Audio
    jitter_s: float | None = None
    """Of the packets received, at the end (RFC 3550 section 6.4.1)."""
    loss_rate: float | None = None
    """Of the far end's packets, the share that did not come (0..1)."""
    far_loss_rate: float | None = None
    """Of ours, the share that the far end reports lost."""
    round_trip_s: float | None = None
    mos: float | None = None
    """Estimated mean opinion score of what was received, 1 to 4.5: the E-model of ITU-T G.107, simplified."""
