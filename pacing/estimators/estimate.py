"""A value with its uncertainty."""

import msgspec


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """What an estimator believes, and how far off it may be."""

    value: float
    sd: float
    """Standard deviation of the belief, in the units of the value."""
