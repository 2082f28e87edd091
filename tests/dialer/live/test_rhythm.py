import asyncio
from collections.abc import Callable

import pytest

from dialer.live.rhythm import keep_doing


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it slept each time; no time passes."""
    slept: list[float] = []
    real = asyncio.sleep

    async def nap(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", nap)
    return slept


def until(times: int, then: Callable[[int], None]) -> int:
    """Keep doing until it was done so many times; returns how often that was."""
    done = 0

    async def work() -> None:
        nonlocal done
        done += 1
        if done == times:
            raise asyncio.CancelledError
        then(done)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(keep_doing("it", work, 5.0, 1.0))
    return done


def test_it_begins_when_told_and_goes_on(naps: list[float]) -> None:
    assert until(3, lambda _: None) == 3
    assert naps == [1.0, 5.0, 5.0]


def test_where_nothing_is_said_it_begins_with_a_pause(naps: list[float]) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(keep_doing("it", cancelled, 5.0))
    assert naps == [5.0]


def test_an_error_nobody_foresaw_is_logged_with_its_place_and_is_no_end(
    naps: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(time: int) -> None:
        if time == 1:
            raise ZeroDivisionError

    assert until(3, fail) == 3
    assert "it failed; it is tried again in 5 s" in caplog.text
    assert "in fail" in caplog.text
    assert naps == [1.0, 5.0, 5.0]
