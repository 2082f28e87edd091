"""Fan-out of live messages to whoever watches; a slow reader loses the oldest, and never slows the dialer down."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

QUEUE_MAX = 256
"""Messages that wait for one reader."""


class LiveMessage(msgspec.Struct, frozen=True):
    """One thing that happened, encoded once for all readers."""

    name: str
    value: object
    data: bytes
    """JSON."""


class TooManyWatchersError(Exception):
    """No more readers of the live stream are taken; close one, or raise [service] watchers_max."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Watcher:
    """One reader's queue."""

    def __init__(self) -> None:
        self._waiting: deque[LiveMessage] = deque(maxlen=QUEUE_MAX)
        self._changed = asyncio.Event()
        self._is_closed = False
        self.dropped = 0

    def put(self, message: LiveMessage) -> None:
        """Queue one message; the oldest goes when the queue is full."""
        self.dropped += len(self._waiting) == QUEUE_MAX
        self._waiting.append(message)
        self._changed.set()

    def close(self) -> None:
        """End the stream once what waits has been read."""
        self._is_closed = True
        self._changed.set()

    async def messages(self) -> AsyncIterator[LiveMessage]:
        """What is put in, until closed."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._is_closed:
                return
            self._changed.clear()
            await self._changed.wait()


class Watchers:
    """All readers of the live stream; belongs to the loop's thread."""

    def __init__(self, watchers_max: int) -> None:
        self._watchers: set[Watcher] = set()
        self._watchers_max = watchers_max
        self._is_closed = False
        self._dropped_before = 0

    def __len__(self) -> int:
        return len(self._watchers)

    def publish(self, name: str, value: object) -> None:
        """Tell every reader; costs nothing while there is none."""
        if self._watchers:
            message = LiveMessage(name, value, msgspec.json.encode(value))
            for watcher in self._watchers:
                watcher.put(message)

    async def watch(self) -> AsyncGenerator[LiveMessage, None]:
        """Everything published from now on.

        Raises:
            TooManyWatchersError: at the first step, when there are enough readers.
        """
        if len(self._watchers) >= self._watchers_max or self._is_closed:
            raise TooManyWatchersError
        watcher = Watcher()
        self._watchers.add(watcher)
        try:
            async for message in watcher.messages():
                yield message
        finally:
            self._watchers.discard(watcher)
            self._dropped_before += watcher.dropped

    @property
    def is_full(self) -> bool:
        """Whether another reader would be refused."""
        return len(self._watchers) >= self._watchers_max or self._is_closed

    @property
    def dropped(self) -> int:
        """Messages that slow readers have missed."""
        return self._dropped_before + sum(watcher.dropped for watcher in self._watchers)

    def close(self) -> None:
        """End every stream."""
        self._is_closed = True
        for watcher in self._watchers:
            watcher.close()
