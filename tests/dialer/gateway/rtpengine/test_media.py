"""What of the media engine needs no daemon: prompts on disk, and refusals that say what to set."""

import asyncio
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media_port import MediaError
from dialer.gateway.rtpengine.media import RtpengineMedia, write_prompts
from dialer.model import MonitorMode
from tests.dialer.gateway.rtpengine.test_sessions import FakeClient, until

HELLO = make_prompt("hello", (1000 * np.sin(np.arange(1600))).astype(np.int16))


def run(folder: Path, scenario: Callable[[RtpengineMedia, FakeClient], Awaitable[None]]) -> None:
    async def whole() -> None:
        client = FakeClient()
        client.counters = {"ng_asked": 0}  # type: ignore[attr-defined]
        client.close = lambda: None  # type: ignore[attr-defined]
        media = RtpengineMedia(client, {"hello": HELLO}, folder)  # type: ignore[arg-type]
        await until(media._sessions, there=True)
        try:
            await scenario(media, client)
        finally:
            await media.close_all()

    asyncio.run(whole())


def test_prompts_are_written_for_the_daemon(tmp_path: Path) -> None:
    ((path, duration_s),) = write_prompts({"hello": HELLO}, tmp_path / "new").values()
    assert duration_s == pytest.approx(0.2)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()) == (1, 2, 8000, 1600)


def test_what_needs_the_audio_here_is_refused_with_the_setting_that_helps(tmp_path: Path) -> None:
    async def scenario(media: RtpengineMedia, _client: FakeClient) -> None:
        for stream_id in ("call", "leg", "boss"):
            media.open(stream_id)
        for ask in (
            lambda: media.listen("call", lambda _payload, _payload_type: None),
            lambda: media.join("boss", "call", "leg", MonitorMode.LISTEN),
            lambda: media.send_keys("call", "1", 101),
        ):
            with pytest.raises(MediaError, match=r'set \[sip\] media = "in_process"'):
                ask()
        assert not media.statistics("call").is_known

    run(tmp_path, scenario)


def test_questions_about_one_stream_are_asked_in_order(tmp_path: Path) -> None:
    async def scenario(media: RtpengineMedia, client: FakeClient) -> None:
        media.open("call")
        client.asked.clear()
        media.connect("call", "127.0.0.1", 4000, 0)
        media.play("call", "hello", lambda: None)
        media.stop("call")
        media.close("call")
        async with asyncio.timeout(120):
            while "delete" not in client.asked:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        own = [one for one in client.asked if one in ("answer", "play media", "stop media", "delete")]
        assert own[:4] == ["answer", "play media", "stop media", "delete"]

    run(tmp_path, scenario)


def test_a_prompt_is_over_when_it_is_over(tmp_path: Path) -> None:
    async def scenario(media: RtpengineMedia, _client: FakeClient) -> None:
        media.open("call")
        media.connect("call", "127.0.0.1", 4000, 0)
        over = asyncio.Event()
        media.play("call", "hello", over.set)
        await asyncio.wait_for(over.wait(), 120)

    run(tmp_path, scenario)


def test_what_the_daemon_refuses_is_reported_once(tmp_path: Path) -> None:
    async def scenario(media: RtpengineMedia, client: FakeClient) -> None:
        lost: list[str] = []
        media.set_on_timeout(lost.append)
        media.open("call")
        client.is_there = False
        media.connect("call", "127.0.0.1", 4000, 0)
        async with asyncio.timeout(120):
            while not lost:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert lost == ["call"]
        assert media.counters()["ng_asked"] == 0

    run(tmp_path, scenario)
