import asyncio
from typing import Any

import pytest

from dialer.gateway.media.g711 import PCMA, PCMU
from simulation.carrier.scenario import Sound
from simulation.carrier.sound import tone_of
from simulation.carrier.voice import Audio, Voices


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_a_tone_goes_out_and_its_echo_comes_back(run: Any, until: Any, payload_type: int) -> None:
    async def scenario() -> None:
        voices = Voices(asyncio.get_running_loop(), "127.0.0.1")
        first_sounds: list[str] = []
        speaker = voices.open(Sound.TONE, tone_of(5), lambda: first_sounds.append("speaker"))
        echo = voices.open(Sound.ECHO, on_sound=lambda: first_sounds.append("echo"))
        speaker.connect("127.0.0.1", echo.port, payload_type)
        echo.connect("127.0.0.1", speaker.port, payload_type)
        await until(lambda: speaker.audio.own >= 25 or None)
        assert speaker.heard().frequency_hz == pytest.approx(tone_of(5), abs=3.0)
        assert first_sounds == ["echo", "speaker"], "told once each"
        assert echo.audio.packets_out == echo.audio.packets_in
        voices.close_all()
        voices.close(echo)

    run(scenario)


def test_silence_is_sent_and_makes_no_sound(run: Any, until: Any) -> None:
    async def scenario() -> None:
        voices = Voices(asyncio.get_running_loop(), "127.0.0.1")
        silent, listener = voices.open(Sound.SILENCE), voices.open(Sound.ECHO)
        silent.connect("127.0.0.1", listener.port, PCMU)
        listener.connect("127.0.0.1", 0, PCMU)
        await until(lambda: listener.audio.packets_in >= 5 or None)
        assert listener.audio.sounding == 0
        assert listener.audio.packets_out == 0, "connected to nowhere"
        assert listener.heard().frequency_hz is None
        voices.close_all()

    run(scenario)


def test_audio_adds_up() -> None:
    total = Audio(packets_in=1)
    total.add(Audio(packets_in=2, packets_out=3, sounding=4, own=5))
    assert total == Audio(packets_in=3, packets_out=3, sounding=4, own=5)
