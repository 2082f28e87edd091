import struct
from pathlib import Path

from dialer.gateway.recording.wav import HEADER_BYTES, PART, WavFile, header


def test_a_file_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "2026" / "a.wav"
    file = WavFile(path)
    file.write(b"ab" * 800)
    assert not path.exists()
    part = path.with_name("a.wav" + PART)
    assert part.read_bytes() == header(1600) + b"ab" * 800, "playable at any moment"
    file.write(b"")
    file.write(b"cd" * 10)
    file.finish()
    assert path.read_bytes() == header(1620) + b"ab" * 800 + b"cd" * 10
    assert not part.exists()


def test_the_header_says_mulaw_stereo_at_8_khz() -> None:
    fields = struct.unpack("<4sI4s4sIHHIIHHH4sII4sI", header(100))
    assert fields[0:4] == (b"RIFF", HEADER_BYTES + 92, b"WAVE", b"fmt ")
    assert fields[5:11] == (7, 2, 8000, 16000, 2, 8)
    assert fields[-2:] == (b"data", 100)
