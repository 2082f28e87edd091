"""What every media engine does, whether there are sockets behind it or not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.gateway.rtpengine.media import RtpengineMedia
from dialer.gateway.rtpengine.ng import NgClient
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.workers.media import WorkerMedia
from dialer.model import MonitorMode
from simulation.carrier.sound import tone_samples
from tests.interop.rtpengine_process import running_rtpengine

HOST = "127.0.0.1"
WAIT_S = 120.0
HELLO = make_prompt("hello", tone_samples(440)[:160])
Scenario = Callable[[MediaEngine], None]
Run = Callable[[Scenario], None]
STREAMS = ("call", "leg", "other")


@asynccontextmanager
async def silent(_: Path) -> AsyncIterator[MediaEngine]:
    yield SilentMedia()


@asynccontextmanager
async def rtp(_: Path) -> AsyncIterator[MediaEngine]:
    yield RtpEngine(asyncio.get_running_loop(), HOST, 42000, 59999, {"hello": HELLO})


@asynccontextmanager
async def workers(_: Path) -> AsyncIterator[MediaEngine]:
    """A process of our own."""
    media = WorkerMedia(asyncio.get_running_loop(), HOST, (42000, 59999), {"hello": HELLO}, 1)
    try:
        yield media
    finally:
        media.close_all()


@asynccontextmanager
async def rtpengine(folder: Path) -> AsyncIterator[MediaEngine]:
    """The real daemon."""
    with running_rtpengine() as (port, _):
        media = RtpengineMedia(NgClient(HOST, port), {"hello": HELLO}, folder)
        try:
            async with asyncio.timeout(WAIT_S):
                while media.problem:  # noqa: ASYNC110 - it answers when it answers
                    await asyncio.sleep(0.01)
            yield media
        finally:
            await media.close_all()


IN_PROCESS = [pytest.param(silent, id="silent"), pytest.param(rtp, id="rtp"), pytest.param(workers, id="workers")]
DAEMON = pytest.param(rtpengine, id="rtpengine", marks=pytest.mark.peers)


def running(make: Callable[[Path], AbstractAsyncContextManager[MediaEngine]], folder: Path) -> Run:
    def run(scenario: Scenario) -> None:
        async def whole() -> None:
            async with make(folder) as engine:
                try:
                    for place, stream_id in enumerate(STREAMS):
                        engine.open(stream_id)
                        engine.connect(stream_id, HOST, 4000 + 2 * place, 0)
                    scenario(engine)
                finally:
                    for stream_id in (*STREAMS, "new"):
                        engine.close(stream_id)

        asyncio.run(whole())

    return run


@pytest.fixture(params=[*IN_PROCESS, DAEMON])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Run a scenario with an engine on which `call`, `leg` and `other` are open and connected."""
    return running(request.param, tmp_path)


@pytest.fixture(params=IN_PROCESS)
def run_here(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """The same with engines through which the audio itself passes."""
    return running(request.param, tmp_path)


def test_every_stream_has_a_port_of_its_own_and_gives_it_back_once(run: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        address = engine.open("new")
        assert address.host == HOST
        assert address.port % 2 == 0
        with pytest.raises(MediaError, match="already open"):
            engine.open("new")
        engine.close("new")
        engine.close("new")
        engine.open("new")

    run(scenario)


def test_only_g711_is_carried_and_a_far_end_may_move_or_hold(run: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        with pytest.raises(MediaError, match="payload type 18"):
            engine.connect("call", HOST, 5000, 18)
        engine.connect("call", HOST, 5002, 8)
        engine.connect("call", "0.0.0.0", 0, 8)
        engine.connect("call", HOST, 5004, 0)

    run(scenario)


def test_a_stream_is_in_one_bridge_at_most(run: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        engine.bridge("call", "leg")
        with pytest.raises(MediaError, match="already bridged"):
            engine.bridge("other", "leg")
        with pytest.raises(MediaError, match="already bridged"):
            engine.bridge("call", "other")
        engine.unbridge("leg")
        engine.unbridge("call")
        engine.bridge("other", "leg")
        engine.close("other")
        engine.bridge("call", "leg")

    run(scenario)


def test_a_bridged_stream_is_not_played_to(run: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        engine.play("call", "hello", lambda: pytest.fail("the bridge has stopped it"))
        engine.bridge("call", "leg")
        with pytest.raises(MediaError, match="bridged to leg"):
            engine.play("call", "hello", lambda: None)
        engine.unbridge("call")
        engine.play("call", "hello", lambda: pytest.fail("it is replaced, stopped and closed"))
        engine.play("call", "hello", lambda: pytest.fail("it is stopped and closed"))
        engine.stop("call")
        engine.stop("call")

    run(scenario)


def test_streams_that_are_not_open_are_refused_everywhere(run: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        for ask in (
            lambda: engine.connect("nobody", HOST, 4000, 0),
            lambda: engine.bridge("call", "nobody"),
            lambda: engine.unbridge("nobody"),
            lambda: engine.play("nobody", "hello", lambda: None),
            lambda: engine.stop("nobody"),
            lambda: engine.send_keys("nobody", "1", 101),
            lambda: engine.statistics("nobody"),
        ):
            with pytest.raises(MediaError, match="nobody is not open"):
                ask()
        engine.bridge("call", "leg")

    run(scenario)


def test_statistics_begin_at_nothing(run: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        statistics = engine.statistics("call")
        assert (statistics.packets_in, statistics.packets_out, statistics.last_packet_at) == (0, 0, None)

    run(scenario)


def test_whoever_listens_may_leave_and_leave_again(run_here: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        def ear(_payload: bytes, _payload_type: int) -> None:
            pytest.fail("nobody has spoken")

        engine.listen("call", ear)
        engine.stop_listening("call", ear)
        engine.stop_listening("call", ear)
        for ask in (engine.listen, engine.stop_listening):
            with pytest.raises(MediaError, match="nobody is not open"):
                ask("nobody", ear)

    run_here(scenario)


def test_a_guest_comes_changes_and_goes(run_here: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        engine.bridge("call", "leg")
        engine.join("other", "call", "leg", MonitorMode.LISTEN)
        engine.join("other", "call", "leg", MonitorMode.BARGE)
        with pytest.raises(MediaError, match="cannot be a guest"):
            engine.join("leg", "call", "leg", MonitorMode.LISTEN)
        engine.part("other")
        engine.part("other")
        engine.join("other", "call", "leg", MonitorMode.WHISPER)
        engine.close("call")

    run_here(scenario)


def test_keys_are_sent_to_streams_that_are_open(run_here: Run) -> None:
    def scenario(engine: MediaEngine) -> None:
        engine.send_keys("call", "12#", 101)
        engine.bridge("call", "leg")
        engine.send_keys("call", "4", 101)
        with pytest.raises(MediaError, match="not open"):
            engine.send_keys("nobody", "1", 101)

    run_here(scenario)
