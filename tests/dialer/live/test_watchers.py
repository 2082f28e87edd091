import asyncio

import pytest

from dialer.live.watchers import QUEUE_MAX, TooManyWatchersError, Watchers


def test_every_watcher_reads_everything_from_then_on() -> None:
    async def run() -> None:
        watchers = Watchers(watchers_max=2)
        watchers.publish("statistics", {"n": 0})
        first, second = watchers.watch(), watchers.watch()
        reading = asyncio.gather(anext(first), anext(second))
        await asyncio.sleep(0)
        watchers.publish("statistics", {"n": 1})
        assert [message.data for message in await reading] == [b'{"n":1}', b'{"n":1}']
        watchers.close()
        assert [message async for message in first] == []
        assert [message async for message in second] == []
        assert len(watchers) == 0

    asyncio.run(run())


def test_a_slow_watcher_loses_the_oldest_and_it_is_counted() -> None:
    async def run() -> None:
        watchers = Watchers(watchers_max=1)
        reader = watchers.watch()
        reading = asyncio.ensure_future(anext(reader))
        await asyncio.sleep(0)
        for number in range(QUEUE_MAX + 10):
            watchers.publish("decision", number)
        assert watchers.dropped == 10
        assert (await reading).data == b"10"
        watchers.close()
        assert [int(message.data) async for message in reader] == list(range(11, QUEUE_MAX + 10))
        assert watchers.dropped == 10

    asyncio.run(run())


def test_there_is_a_limit_of_watchers() -> None:
    async def run() -> None:
        watchers = Watchers(watchers_max=1)
        first = watchers.watch()
        reading = asyncio.ensure_future(anext(first))
        await asyncio.sleep(0)
        assert watchers.is_full
        with pytest.raises(TooManyWatchersError, match="watchers_max"):
            await anext(watchers.watch())
        watchers.publish("agent", 1)
        await reading
        await first.aclose()  # type: ignore[attr-defined]
        assert not watchers.is_full

    asyncio.run(run())


def test_nothing_is_encoded_while_nobody_watches() -> None:
    Watchers(watchers_max=1).publish("statistics", object())
