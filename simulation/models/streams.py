"""Random streams: one for every model and every block of keys, so that a draw depends on its key and on nothing else.

A policy that dials more must meet the same customers as one that dials less (common random numbers). A stream that is
drawn from in the order of events would give the second caller the first one's fate as soon as the order changes; here
a draw belongs to (seed, stream, key), whoever asks for it and when.
"""

from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from typing import Generic, TypeVar

import numpy as np

Row = TypeVar("Row")

BLOCK = 512
"""Keys drawn together; larger blocks waste draws on short lists, smaller ones pay NumPy's overhead more often."""
BLOCKS_KEPT = 64
"""Blocks kept per table; beyond it the least recently used is dropped and drawn anew, to the same values, if needed."""


class Stream(IntEnum):
    """The number that keys each model's stream; permanent, because changing one changes every result."""

    LEAD = 1
    """What stays with a lead over all its attempts."""
    ANSWER = 2
    FATE = 3
    """What an attempt meets that nobody answers: machine, busy, no answer, failure."""
    ANSWER_DELAY = 4
    MACHINE_DELAY = 5
    FAILURE_DELAY = 6
    POST_DIAL_DELAY = 7
    AMD_DELAY = 8
    AMD_ERROR = 9
    PATIENCE = 10
    TALK = 11
    ACW = 12
    AGENT = 13
    BREAK = 14
    MASS_LOG_OFF = 15
    CARRIER = 16
    MACHINE_TALK = 17
    EARLY_MEDIA = 18
    KEY = 19
    KEY_DELAY = 20


def generator(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """The generator of one stream at one key; the same arguments always give the same numbers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(stream), *key))))


class Blocks(Generic[Row]):
    """A table of rows indexed by a number, drawn in blocks when first needed, with bounded memory."""

    def __init__(self, draw: Callable[[int, int], list[Row]]) -> None:
        """`draw(block, attempt)` returns the `BLOCK` rows of one block."""
        self._draw = draw
        self._kept: OrderedDict[tuple[int, int], list[Row]] = OrderedDict()

    def row(self, index: int, attempt: int = 1) -> Row:
        """The row of one key."""
        key = (index // BLOCK, attempt)
        rows = self._kept.get(key)
        if rows is None:
            rows = self._draw(*key)
            self._kept[key] = rows
            if len(self._kept) > BLOCKS_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return rows[index % BLOCK]
