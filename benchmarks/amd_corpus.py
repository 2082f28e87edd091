"""Answers to calls made with espeak-ng: voices, silence, noise and beeps, as G.711 at 8 kHz.

Which sentence, voice, speed, loudness and noise an answer has comes from the seed alone, so the set is the same on
every machine with the same espeak-ng.
"""

import io
import shutil
import subprocess
import wave
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt

from benchmarks.amd_texts import VOICES, Lines
from dialer.gateway.media.g711 import PCMA, PCMU, SAMPLE_RATE, encode

Sound = NDArray[np.float64]
ESPEAK = "espeak-ng"
LENGTH_S = 10.0
"""Every answer is followed for so long; who has spoken listens then."""
BEEPS_HZ = (440.0, 620.0, 800.0, 1000.0, 1400.0)
NOISES = ("none", "white", "hum", "street", "babble")


class Answer(NamedTuple):
    """One answered call."""

    language: str
    is_machine: bool
    text: str
    noise: str
    payload_type: int
    frames: tuple[bytes, ...]
    """20 ms each."""
    speech_s: float


class EspeakMissingError(RuntimeError):
    """The set cannot be made: espeak-ng is not installed (Debian: apt-get install espeak-ng)."""


def make_answers(
    lines: Mapping[str, Lines],
    variants: Sequence[str],
    takes: int,
    seed: int,
    languages: Sequence[str] = ("en", "zh", "es"),
) -> Iterator[Answer]:
    """Every sentence `takes` times, each time by another voice, at another speed, loudness and noise.

    Raises:
        EspeakMissingError: espeak-ng is not installed.
    """
    rng = np.random.default_rng(seed)
    for language in languages:
        said = lines[language]
        for is_machine, texts in ((False, said.persons), (True, said.machines)):
            for text in texts:
                for _ in range(takes):
                    yield _answer(language, is_machine, text, variants, rng)


def _answer(language: str, is_machine: bool, text: str, variants: Sequence[str], rng: np.random.Generator) -> Answer:
    voices = VOICES[language]
    voice = f"{voices[int(rng.integers(len(voices)))]}+{variants[int(rng.integers(len(variants)))]}"
    speech = speak(text, voice, int(rng.integers(130, 200)), int(rng.integers(35, 65)))
    speech *= 10.0 ** (-rng.uniform(14.0, 30.0) / 20.0) * 32767.0 / max(1.0, float(np.sqrt(np.mean(speech**2))))
    begins = int(rng.uniform(0.1, 0.9) * SAMPLE_RATE)
    sound = np.zeros(int(LENGTH_S * SAMPLE_RATE))
    end = min(len(sound), begins + len(speech))
    sound[begins:end] += speech[: end - begins]
    if is_machine:
        _add_beep(sound, end + int(rng.uniform(0.2, 1.0) * SAMPLE_RATE), rng)
    noise = str(NOISES[int(rng.integers(len(NOISES)))])
    loudness = float(np.sqrt(np.mean(speech**2)))
    sound += noise_of(noise, len(sound), rng) * loudness * 10.0 ** (-rng.uniform(15.0, 40.0) / 20.0)
    payload_type = PCMU if rng.integers(2) else PCMA
    return Answer(
        language, is_machine, text, noise, payload_type, frames_of(sound, payload_type), len(speech) / SAMPLE_RATE
    )


def frames_of(sound: Sound, payload_type: int) -> tuple[bytes, ...]:
    """G.711 in frames of 20 ms."""
    payload = encode(np.clip(sound, -32767, 32767).astype(np.int16), payload_type)
    return tuple(payload[start : start + 160] for start in range(0, len(payload) - 159, 160))


@cache
def _spoken(text: str, voice: str, words_per_min: int, pitch: int) -> Sound:
    if shutil.which(ESPEAK) is None:
        raise EspeakMissingError(EspeakMissingError.__doc__)
    done = subprocess.run(  # noqa: S603 - a fixed program, and sentences of our own
        [ESPEAK, "-v", voice, "-s", str(words_per_min), "-p", str(pitch), "--stdout", text],
        capture_output=True,
        check=True,
    )
    with wave.open(io.BytesIO(done.stdout)) as recording:
        rate = recording.getframerate()
        samples = np.frombuffer(recording.readframes(2**30), "<i2").astype(np.float64)
    spoken: Sound = resample_poly(samples, SAMPLE_RATE // 50, rate // 50)
    loud = np.flatnonzero(np.abs(spoken) > 100.0)
    return spoken[loud[0] : loud[-1] + 1]


def speak(text: str, voice: str, words_per_min: int, pitch: int) -> Sound:
    """A sentence in the telephone's band, without the silence around it."""
    band = butter(4, (250.0, 3500.0), "bandpass", fs=SAMPLE_RATE, output="sos")
    return np.asarray(sosfilt(band, _spoken(text, voice, words_per_min, pitch)))


def noise_of(kind: str, length: int, rng: np.random.Generator) -> Sound:
    """Noise of unit power."""
    if kind == "none":
        return np.zeros(length)
    white = rng.standard_normal(length)
    if kind == "hum":
        at = np.arange(length) / SAMPLE_RATE
        white = 0.3 * white + sum(np.sin(2.0 * np.pi * f * at) for f in (50.0, 100.0, 150.0, 300.0))
    elif kind == "street":
        # Low rumble that swells and falls, as of passing cars.
        swell = 1.0 + 0.8 * np.sin(2.0 * np.pi * rng.uniform(0.1, 0.4) * np.arange(length) / SAMPLE_RATE)
        white = sosfilt(butter(2, 600.0, "low", fs=SAMPLE_RATE, output="sos"), white) * swell
    elif kind == "babble":
        # Many voices at once: noise in the band of speech, with syllables.
        beats = sum(np.maximum(0.0, np.sin(2.0 * np.pi * f * np.arange(length) / SAMPLE_RATE)) for f in (2.3, 3.1, 4.7))
        white = sosfilt(butter(2, (300.0, 2000.0), "bandpass", fs=SAMPLE_RATE, output="sos"), white) * (0.5 + beats)
    return np.asarray(white / np.sqrt(np.mean(white**2)))


def _add_beep(sound: Sound, begins: int, rng: np.random.Generator) -> None:
    length = int(rng.uniform(0.2, 0.8) * SAMPLE_RATE)
    end = min(len(sound), begins + length)
    if end > begins:
        phase = 2.0 * np.pi * BEEPS_HZ[rng.integers(len(BEEPS_HZ))] * np.arange(end - begins) / SAMPLE_RATE
        sound[begins:end] += 6000.0 * np.sin(phase)
