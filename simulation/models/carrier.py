"""The carrier's own behaviour: calls per second that it carries, failures and outages."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from simulation.models.streams import BLOCK, Blocks, Stream, generator
from simulation.models.timelines import Timeline
from simulation.scenario.model import Carrier


class OutageSpan(NamedTuple):
    """One outage, Unix seconds."""

    starts_at: float
    ends_at: float
    is_announced: bool
    timeout_s: float


class CarrierModel:
    """Says of each call whether the carrier carries it."""

    def __init__(self, carrier: Carrier, failure: Timeline, outages: Sequence[OutageSpan], seed: int) -> None:
        """`failure` is the chance over time that a call fails with 503 for no better reason."""
        self._carrier = carrier
        self._failure = failure
        self._outages = outages
        self._recent: deque[float] = deque()
        self._seed = seed
        self._draws: Blocks[float] = Blocks(self._draw)

    def outage(self, now: float) -> OutageSpan | None:
        """The outage under way, if there is one."""
        for outage in self._outages:
            if outage.starts_at <= now < outage.ends_at:
                return outage
        return None

    def is_congested(self, key: int, now: float, calls_up: int) -> bool:
        """Whether a call placed now fails with 503: too many per second, no channel left, or bad luck.

        `key` numbers the call for the luck's sake; `calls_up` counts the calls that hold a channel.
        """
        if calls_up >= self._carrier.channels_max:
            return True
        limit = self._carrier.cps_carried
        if limit is not None:
            recent = self._recent
            while recent and recent[0] <= now - 1.0:
                recent.popleft()
            if len(recent) >= limit:
                return True
            recent.append(now)
        probability = self._failure.at(now)
        if probability <= 0.0:
            return False
        return self._draws.row(key) < probability

    def _draw(self, block: int, attempt: int) -> list[float]:
        draws: list[float] = generator(self._seed, Stream.CARRIER, block, attempt).random(BLOCK).tolist()
        return draws
