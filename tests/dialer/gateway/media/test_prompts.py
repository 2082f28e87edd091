import wave
from pathlib import Path

import numpy as np
import pytest

from dialer.gateway.media.g711 import PCMA, PCMU, SILENCE, decode
from dialer.gateway.media.prompts import BUILT_IN, PromptError, load_prompts, make_prompt, read_prompt


def write_wav(path: Path, samples: int = 400, channels: int = 1, width: int = 2, rate: int = 8000) -> Path:
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(channels)
        recording.setsampwidth(width)
        recording.setframerate(rate)
        recording.writeframes(b"\x11" * (samples * channels * width))
    return path


def test_the_safe_harbour_message_comes_with_the_dialer() -> None:
    prompt = load_prompts()["safe-harbour"]
    assert 5.0 < prompt.duration_s < 12.0
    loudness = np.abs(decode(b"".join(prompt.frames[PCMU]), PCMU).astype(np.int32))
    assert loudness.max() > 8000, "speech, not silence"
    assert "opt out" in (BUILT_IN / "README.md").read_text()


def test_the_one_that_names_the_key_is_as_loud_and_a_little_longer() -> None:
    prompts = load_prompts()
    plain, with_key = (
        decode(b"".join(prompts[name].frames[PCMU]), PCMU).astype(float)
        for name in ("safe-harbour", "safe-harbour-press-9")
    )
    assert 0.5 * 8000 < with_key.size - plain.size < 2.5 * 8000
    assert np.sqrt(np.mean(with_key**2)) == pytest.approx(np.sqrt(np.mean(plain**2)), rel=0.1)
    assert np.abs(with_key).max() < 32_000, "no clipping"
    assert "press 9" in (BUILT_IN / "README.md").read_text()


def test_every_payload_type_has_the_same_frames_of_20_ms() -> None:
    prompt = make_prompt("tone", np.full(400, 1000, np.int16))
    for payload_type in (PCMU, PCMA):
        assert [len(frame) for frame in prompt.frames[payload_type]] == [160, 160, 160]
        assert prompt.frames[payload_type][-1].endswith(bytes([SILENCE[payload_type]]) * 80)
    assert prompt.duration_s == pytest.approx(0.06)


def test_a_folder_adds_prompts_and_replaces_those_built_in(tmp_path: Path) -> None:
    write_wav(tmp_path / "offer.wav")
    write_wav(tmp_path / "safe-harbour.WAV", samples=160)
    (tmp_path / "notes.txt").write_text("not a recording")
    prompts = load_prompts(tmp_path)
    assert set(prompts) == {"offer", "safe-harbour", "safe-harbour-press-9", "hold-music"}
    assert prompts["safe-harbour"].duration_s == pytest.approx(0.02)
    assert prompts["safe-harbour-press-9"] is prompts["safe-harbour"], "who has recorded their own wants no other"
    write_wav(tmp_path / "safe-harbour-press-9.wav", samples=320)
    assert load_prompts(tmp_path)["safe-harbour-press-9"].duration_s == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ({"rate": 44100}, "at 44100 Hz"),
        ({"channels": 2}, "2 channel"),
        ({"width": 1}, "of 8 bits"),
    ],
)
def test_a_wrong_format_is_named_with_its_remedy(tmp_path: Path, shape: dict[str, int], says: str) -> None:
    path = write_wav(tmp_path / "offer.wav", **shape)
    with pytest.raises(PromptError, match=says) as error:
        read_prompt(path)
    assert "offer.wav" in str(error.value)
    assert "ffmpeg -i offer.wav -ac 1 -ar 8000" in str(error.value)


def test_an_empty_recording_and_one_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PromptError, match=r"lasts 0\.0 s"):
        read_prompt(write_wav(tmp_path / "empty.wav", samples=0))
    monkeypatch.setattr("dialer.gateway.media.prompts.PROMPT_S_MAX", 0.1)
    with pytest.raises(PromptError, match=r"lasts 1\.0 s; more than 0 and at most 0\.1 s"):
        read_prompt(write_wav(tmp_path / "long.wav", samples=8000))


def test_what_is_no_wav_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"ID3 this is an MP3")
    with pytest.raises(PromptError, match=r"a\.wav is not a PCM WAV file"):
        read_prompt(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(b"")
    with pytest.raises(PromptError, match=r"b\.wav is not a WAV file, or ends too early"):
        read_prompt(tmp_path / "b.wav")
    with pytest.raises(PromptError, match="cannot be read: No such file"):
        read_prompt(tmp_path / "c.wav")


def test_the_folder_must_be_there_and_not_too_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PromptError, match="there is no prompt folder"):
        load_prompts(tmp_path / "nowhere")
    monkeypatch.setattr("dialer.gateway.media.prompts.PROMPTS_MAX", 1)
    write_wav(tmp_path / "offer.wav")
    with pytest.raises(PromptError, match="at most 1 are loaded"):
        load_prompts(tmp_path)
