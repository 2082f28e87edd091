"""Recorded messages: WAV files read once, compressed and cut into packets for every payload type."""

import wave
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dialer.gateway.media import hold_music
from dialer.gateway.media.g711 import PCMA, PCMU, SAMPLE_RATE, SILENCE, Samples, encode
from dialer.gateway.media_port import MediaError

FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
"""One packet's worth (RFC 3551 section 4.2: 20 ms unless the far ends agree on another)."""
PROMPT_S_MAX = 600.0
PROMPTS_MAX = 1000

BUILT_IN = Path(__file__).parent / "builtin"
SAFE_HARBOUR, SAFE_HARBOUR_WITH_KEY = "safe-harbour", "safe-harbour-press-9"


class PromptError(ValueError):
    """A recorded message cannot be used; the text names the file, what is wrong and how to make it right."""


class Prompt(NamedTuple):
    """One recorded message."""

    name: str
    frames: Mapping[int, tuple[bytes, ...]]
    """Payloads of 20 ms each, by RTP payload type."""

    @property
    def duration_s(self) -> float:
        """How long it plays."""
        return len(self.frames[PCMU]) * FRAME_MS / 1000


def load_prompts(folder: Path | None = None) -> dict[str, Prompt]:
    """The messages and the music that come with the dialer, and every `.wav` file of `folder`; its stem is the name.

    A file of the folder takes the place of a built-in message of the same name; its `safe-harbour` also that of the
    built-in one that names a key: whoever has recorded their own does not want ours played.

    Raises:
        PromptError: There is no such folder, it has too many files, or one of them is not a usable recording.
    """
    paths = sorted(BUILT_IN.glob("*.wav"))
    built_in = len(paths)
    if folder is not None:
        if not folder.is_dir():
            raise PromptError(f"there is no prompt folder {folder}; make it, or name another")
        paths += sorted(path for path in folder.iterdir() if path.suffix.lower() == ".wav")
    if len(paths) > PROMPTS_MAX:
        raise PromptError(f"{folder} holds {len(paths)} recordings, at most {PROMPTS_MAX} are loaded")
    own = {path.stem for path in paths[built_in:]}
    prompts = {hold_music.NAME: _music(), **{path.stem: read_prompt(path) for path in paths}}
    if SAFE_HARBOUR in own and SAFE_HARBOUR_WITH_KEY not in own:
        prompts[SAFE_HARBOUR_WITH_KEY] = prompts[SAFE_HARBOUR]
    return prompts


@lru_cache(maxsize=1)
def _music() -> Prompt:
    return make_prompt(hold_music.NAME, hold_music.hold_music())


def read_prompt(path: Path) -> Prompt:
    """Read one recording: WAV, mono, 8000 Hz, 16-bit PCM.

    Raises:
        PromptError: It is anything else, is empty, or is too long.
    """
    remedy = f"convert it with: ffmpeg -i {path.name} -ac 1 -ar {SAMPLE_RATE} -c:a pcm_s16le converted.wav"
    try:
        with wave.open(str(path), "rb") as recording:
            channels, width = recording.getnchannels(), recording.getsampwidth()
            rate, length = recording.getframerate(), recording.getnframes()
            if (channels, width, rate) != (1, 2, SAMPLE_RATE):
                raise PromptError(
                    f"{path} has {channels} channel(s) of {8 * width} bits at {rate} Hz; a prompt is mono, 16 bits, "
                    f"{SAMPLE_RATE} Hz: {remedy}"
                )
            if not 0 < length <= PROMPT_S_MAX * SAMPLE_RATE:
                raise PromptError(f"{path} lasts {length / rate:.1f} s; more than 0 and at most {PROMPT_S_MAX:g} s")
            samples = np.frombuffer(recording.readframes(length), "<i2")
    except OSError as error:
        raise PromptError(f"{path} cannot be read: {error.strerror}") from error
    except EOFError as error:
        raise PromptError(f"{path} is not a WAV file, or ends too early; {remedy}") from error
    except wave.Error as error:
        raise PromptError(f"{path} is not a PCM WAV file ({error}); {remedy}") from error
    return make_prompt(path.stem, samples.astype(np.int16))


def check_prompt(name: str, among: Collection[str]) -> None:
    """See that there is a prompt of this name.

    Raises:
        MediaError: There is none.
    """
    if name not in among:
        names = ", ".join(sorted(among)) or "none"
        raise MediaError(f"there is no prompt {name!r}; there are: {names}. Add {name}.wav to the prompt folder")


def make_prompt(name: str, samples: Samples) -> Prompt:
    """Compress samples and cut them into frames; the last one is filled up with silence."""
    return Prompt(name, {payload_type: cut(samples, payload_type) for payload_type in (PCMU, PCMA)})


def cut(samples: Samples, payload_type: int) -> tuple[bytes, ...]:
    """Compressed frames of 20 ms each."""
    sound = encode(samples, payload_type)
    sound += bytes([SILENCE[payload_type]]) * (-len(sound) % FRAME_SAMPLES)
    return tuple(sound[start : start + FRAME_SAMPLES] for start in range(0, len(sound), FRAME_SAMPLES))
