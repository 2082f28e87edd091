"""A conversation over real RTP is recorded: the agent's tone is in the left channel, the customer's in the right."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from campaigns.recordings import Recording
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.g711 import PCMU, decode
from dialer.gateway.recording.recorder import Recorder
from dialer.gateway.recording.wav import HEADER_BYTES
from dialer.model import MonitorMode
from simulation.carrier.scenario import Sound
from simulation.carrier.sound import listen
from simulation.carrier.voice import Voices

AGENT_HZ, CUSTOMER_HZ, SUPERVISOR_HZ = 500, 900, 1300
WAIT_S = 120.0


async def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not happened():
        assert time.monotonic() < deadline, "it has not happened"
        await asyncio.sleep(0.02)


def test_each_channel_holds_its_side(tmp_path: Path) -> None:
    finished: list[Recording] = []

    async def talk() -> None:
        loop = asyncio.get_running_loop()
        media, voices = RtpEngine(loop, "127.0.0.1", 42000, 59999, {}), Voices(loop, "127.0.0.1")
        recorder = Recorder(media, tmp_path, time.time)
        recorder.on_finished = finished.append
        try:
            for stream_id, tone_hz in (("7-2", CUSTOMER_HZ), ("ann#1", AGENT_HZ)):
                voice = voices.open(Sound.TONE, tone_hz)
                address = media.open(stream_id)
                media.connect(stream_id, "127.0.0.1", voice.port, PCMU)
                voice.connect(address.host, address.port, PCMU)
            media.bridge("7-2", "ann#1")
            recorder.start("7-2", "ann#1", "ann")
            await until(lambda: media.statistics("7-2").packets_in > 60)
            recorder.pause("7-2", True)
            paused_at = media.statistics("7-2").packets_in
            await until(lambda: media.statistics("7-2").packets_in > paused_at + 40)
            recorder.stop("7-2")
        finally:
            voices.close_all()
            media.close_all()

    asyncio.run(talk())
    (recording,) = finished
    sound = Path(recording.path).read_bytes()[HEADER_BYTES:]
    assert recording.duration_s > 1.5
    for channel, tone_hz in ((0, AGENT_HZ), (1, CUSTOMER_HZ)):
        side = sound[channel::2]
        talked = listen([side[3200:8000]], PCMU)
        assert talked.frequency_hz is not None
        assert abs(talked.frequency_hz - tone_hz) < 10
        assert talked.level_db > -20.0
        other = CUSTOMER_HZ if tone_hz == AGENT_HZ else AGENT_HZ
        spectrum = np.abs(np.fft.rfft(decode(side[3200:8000], PCMU) * np.hanning(4800)))
        assert spectrum[round(other * 4800 / 8000)] < 0.01 * spectrum.max(), "nothing of the other side"
        assert set(side[-3200:]) == {0xFF}, "paused: silence is written"


def test_a_whisper_is_on_no_channel_and_who_barges_in_is_with_the_agent(tmp_path: Path) -> None:
    finished: list[Recording] = []

    async def talk() -> None:
        loop = asyncio.get_running_loop()
        media, voices = RtpEngine(loop, "127.0.0.1", 42000, 59999, {}), Voices(loop, "127.0.0.1")
        recorder = Recorder(media, tmp_path, time.time)
        recorder.on_finished = finished.append
        try:
            for stream_id, tone_hz in (("7-2", CUSTOMER_HZ), ("ann#1", AGENT_HZ), ("boss#2", SUPERVISOR_HZ)):
                voice = voices.open(Sound.TONE, tone_hz)
                address = media.open(stream_id)
                media.connect(stream_id, "127.0.0.1", voice.port, PCMU)
                voice.connect(address.host, address.port, PCMU)
            media.bridge("7-2", "ann#1")
            for call_id, mode in (("7-2", MonitorMode.WHISPER), ("7-2", MonitorMode.BARGE)):
                recorder.start(call_id, "ann#1", "ann")
                media.join("boss#2", "7-2", "ann#1", mode)
                recorder.hear_guest("7-2", "boss#2", is_heard=mode is MonitorMode.BARGE)
                begun = media.statistics("boss#2").packets_in
                await until(lambda begun=begun: media.statistics("boss#2").packets_in > begun + 60)  # type: ignore[misc]
                recorder.stop(call_id)
        finally:
            voices.close_all()
            media.close_all()

    asyncio.run(talk())
    whispered, barged = (Path(one.path).read_bytes()[HEADER_BYTES:] for one in finished)
    assert heard_in(whispered[0::2]) == {AGENT_HZ}
    assert heard_in(whispered[1::2]) == {CUSTOMER_HZ}
    assert heard_in(barged[0::2]) == {AGENT_HZ, SUPERVISOR_HZ}
    assert heard_in(barged[1::2]) == {CUSTOMER_HZ}


def heard_in(side: bytes) -> set[int]:
    """Which of the three tones are in a channel, the others a hundred times weaker at least."""
    spectrum = np.abs(np.fft.rfft(decode(side[3200:8000], PCMU) * np.hanning(4800)))
    levels = {hz: spectrum[round(hz * 4800 / 8000)] / spectrum.max() for hz in (AGENT_HZ, CUSTOMER_HZ, SUPERVISOR_HZ)}
    assert all(level > 0.3 or level < 0.01 for level in levels.values()), levels
    return {hz for hz, level in levels.items() if level > 0.3}
