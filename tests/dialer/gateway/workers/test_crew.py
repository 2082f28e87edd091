"""Workers' processes: begun, followed when they die, ended."""

import asyncio
from collections.abc import Callable

from dialer.gateway.workers import orders
from dialer.gateway.workers.crew import DELAY_S, Crew, Hand
from dialer.gateway.workers.worker import WorkerSettings

WAIT_S = 30.0
SETTINGS = WorkerSettings("127.0.0.1", 30.0, {})


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110 - processes begin and end when they do
            await asyncio.sleep(0.005)


def test_a_worker_reports_is_followed_when_it_is_killed_and_ends_with_the_crew() -> None:
    async def whole() -> None:
        reports: list[tuple[str, bytes]] = []
        lost: list[str] = []

        def lose(hand: Hand, reason: str) -> None:
            assert hand not in crew.up.values()
            lost.append(reason)

        crew = Crew(
            asyncio.get_running_loop(), SETTINGS, 1, lambda hand, message: reports.append((hand.name, message)), lose
        )
        first = crew.up[0]
        await until(lambda: reports)
        assert reports[0][0] == "media worker 1"
        assert isinstance(orders.decode_report(reports[0][1]), orders.Figures)
        first.process.kill()
        await until(lambda: lost)
        assert lost == ["media worker 1 was killed by signal 9"]
        await until(lambda: crew.up)
        second = crew.up[0]
        assert second is not first
        second.process.kill()
        await until(lambda: len(lost) == 2)
        assert crew._starts[0].when() > asyncio.get_running_loop().time() + DELAY_S / 2
        crew.close()
        assert not crew.up
        assert second.process.returncode == -9

    asyncio.run(whole())
