"""The processes of the media workers: started, and started again when one dies."""

import asyncio
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable

from dialer.gateway.workers.link import Link, make_pair
from dialer.gateway.workers.worker import WorkerSettings, write_settings

log = logging.getLogger(__name__)

MODULE = "dialer.gateway.workers.worker"
STEADY_S = 10.0
"""A worker that lived for so long is followed by another at once; otherwise that waits, twice as long each time."""
DELAY_S, DELAY_S_MAX = 0.5, 30.0
EXIT_WAIT_S = 0.05
"""Between a process's last socket's closing and its exit status."""
END_WAIT_S = 5.0
"""A worker that has not ended by then is killed."""


class Hand:
    """One worker's process, as the gateway sees it."""

    __slots__ = ("counters", "link", "name", "process", "serials", "started_at")

    def __init__(self, name: str, process: subprocess.Popen[bytes], started_at: float) -> None:
        self.name = name
        self.process = process
        self.started_at = started_at
        self.link: Link
        self.serials: set[int] = set()
        """The streams it has."""
        self.counters: dict[str, int] = {}
        """As it told them last."""


class Crew:
    """All workers of one gateway.

    Args:
        loop: the event loop.
        settings: what every worker is told.
        count: how many there are to be.
        take: called with a worker and each message of it.
        on_lost: called with a worker that has died and why, before another is started.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: WorkerSettings,
        count: int,
        take: Callable[[Hand, bytes], None],
        on_lost: Callable[[Hand, str], None],
    ) -> None:
        self._loop = loop
        self._take = take
        self._on_lost = on_lost
        self._settings = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as workers are started
        self._settings.write(write_settings(settings))
        self._settings.flush()
        self._starts: dict[int, asyncio.TimerHandle] = {}
        self._delays_s = dict.fromkeys(range(count), 0.0)
        self.up: dict[int, Hand] = {}
        """The workers there are, by place."""
        self.lost = 0
        """How many have died."""
        for place in range(count):
            self._start(place)

    def close(self) -> None:
        """Let every worker end; they do so by themselves."""
        for start in self._starts.values():
            start.cancel()
        for hand in self.up.values():
            hand.link.close()
        for hand in self.up.values():
            _end_of(hand.process, END_WAIT_S)
        self.up.clear()
        self._settings.close()

    def _start(self, place: int) -> None:
        self._starts.pop(place, None)
        ours, theirs = make_pair()
        with theirs:
            files = (theirs.fileno(), self._settings.fileno())
            command = [sys.executable, "-m", MODULE, *(str(number) for number in files)]
            process = subprocess.Popen(command, pass_fds=files, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
        hand = Hand(f"media worker {place + 1}", process, self._loop.time())
        hand.link = Link(
            self._loop, ours, lambda message, _: self._take(hand, message), lambda: self._lose(place, hand)
        )
        self.up[place] = hand

    def _lose(self, place: int, hand: Hand) -> None:
        del self.up[place]
        self.lost += 1
        reason = f"{hand.name} {_end_of(hand.process)}"
        log.error("%s; its %d streams end, and another worker is started", reason, len(hand.serials))
        is_steady = self._loop.time() - hand.started_at >= STEADY_S
        delay_s = 0.0 if is_steady else self._delays_s[place]
        self._delays_s[place] = min(DELAY_S_MAX, max(DELAY_S, 2 * delay_s))
        self._starts[place] = self._loop.call_later(delay_s, self._start, place)
        self._on_lost(hand, reason)


def _end_of(process: subprocess.Popen[bytes], wait_s: float = EXIT_WAIT_S) -> str:
    try:
        status = process.wait(wait_s)
    except subprocess.TimeoutExpired:
        # It has hung up and lives: nobody would ever hear of it again.
        process.kill()
        process.wait()
        return "hung up"
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
