import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from simulation.demo.processes import Process, ProcessError


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await asyncio.wait_for(scenario(), 120)

    asyncio.run(whole())


def test_a_process_announces_itself_and_ends_when_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        process = Process("carrier", tmp_path / "out.log")
        assert await process.end() is None
        await process.start("carrier", "run", "--port", "0", "--until-stdin-ends")
        address = await process.announcement(r"takes calls at (\S+)", 60.0)
        assert address.startswith("127.0.0.1:")
        assert process.is_running
        assert await process.end() == 0
        assert not process.is_running
        process.kill()
        assert "takes calls at" in (tmp_path / "out.log").read_text()

    run(scenario)


def test_one_that_ends_at_its_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        process = Process("carrier", tmp_path / "out.log")
        await process.start("carrier", "run", "--scenario", str(tmp_path / "nowhere.toml"))
        with pytest.raises(ProcessError, match=r"the carrier ended at its start\n(.*\n)*.*nowhere\.toml"):
            await process.announcement("takes calls", 60.0)
        await process.end()
        assert "ended before its time" in str(process.died())

    run(scenario)


def test_one_that_says_nothing_is_not_waited_for_without_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        process = Process("carrier", tmp_path / "out.log")
        await process.start("carrier", "run", "--port", "0", "--until-stdin-ends")
        with pytest.raises(ProcessError, match=r"the carrier was not ready within 0\.1 s"):
            await process.announcement("something that it never says", 0.1)
        process.kill()
        await process.end()

    run(scenario)
