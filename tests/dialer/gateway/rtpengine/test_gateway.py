import asyncio
from pathlib import Path

from dialer.gateway.rtpengine.gateway import RtpengineGateway
from dialer.gateway.rtpengine.media import RtpengineMedia
from dialer.gateway.settings import GatewaySettings
from tests.dialer.gateway.rtpengine.test_sessions import READY, FakeClient, until


def test_closing_gives_back_every_call_of_the_daemon(tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        client = FakeClient()
        client.counters = {}  # type: ignore[attr-defined]
        client.close = lambda: None  # type: ignore[attr-defined]
        media = RtpengineMedia(client, {}, tmp_path)  # type: ignore[arg-type]
        gateway = RtpengineGateway(GatewaySettings(port=0), media, lambda _: None, asyncio.get_running_loop().time)
        await gateway.start()
        await until(media._sessions, there=True)
        media.open("1-1")
        await gateway.close()
        return client.asked

    assert asyncio.run(scenario()).count("delete") == READY
