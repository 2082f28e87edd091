"""The gateway ends its workers with it."""

import asyncio

from dialer.gateway.settings import GatewaySettings
from dialer.gateway.workers.gateway import WorkerGateway
from dialer.gateway.workers.media import WorkerMedia


def test_workers_end_with_the_gateway() -> None:
    async def whole() -> None:
        loop = asyncio.get_running_loop()
        media = WorkerMedia(loop, "127.0.0.1", (42000, 59999), {}, 1)
        gateway = WorkerGateway(GatewaySettings(port=0), media, lambda _: None, loop.time)
        await gateway.start()
        assert gateway.counters()["media_workers"] == 1
        process = media._crew.up[0].process
        await gateway.close()
        assert process.returncode == 0

    asyncio.run(whole())
