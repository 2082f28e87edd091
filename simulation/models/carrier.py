"""The carrier's own behaviour: calls per second that it carries, failures and outages."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from simulation.models.streams import BLOCK, Blocks, Stream, generator
from simulation.models.timelines import Timeline


class OutageSpan(NamedTuple):
    """One outage, Unix seconds."""

    starts_at: float
    ends_at: float
    is_announced: bool
    timeout_s: float


class CarrierModel:
    """Says of each call whether the carrier carries it."""

    def __init__(
        self,
        channels_max: Timeline,
        cps_carried: Timeline | None,
        failure: Timeline,
        outages: Sequence[OutageSpan],
        seed: int,
    ) -> None:
        """`failure` is the chance over time that a call fails with 503 for no better reason.

        `cps_carried` None carries as many a second as come.
        """
        self._channels_max = channels_max
        self._cps_carried = cps_carried
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
        if calls_up >= self._channels_max.at(now):
            return True
        if self._cps_carried is not None:
            limit = self._cps_carried.at(now)
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
