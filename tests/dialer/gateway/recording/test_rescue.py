from pathlib import Path

from dialer.gateway.recording.rescue import recording_of, rescue
from dialer.gateway.recording.wav import header


def test_what_a_crash_left_is_whole_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "2026" / "11" / "28" / "7-2_ann_1764000000123.wav"
    path.parent.mkdir(parents=True)
    # The crash came between the sound and its size, in the middle of a sample.
    part = path.with_name(path.name + ".part")
    part.write_bytes(header(0) + b"ab" * 8000 + b"c")
    (recording,) = rescue(tmp_path)
    assert (recording.call_id, recording.agent_id, recording.path) == ("7-2", "ann", str(path))
    assert recording.started_at == 1764000000.123
    assert round(recording.duration_s, 2) == 1.0
    assert path.read_bytes()[:58] == header(16000)
    assert rescue(tmp_path) == rescue(tmp_path / "nowhere") == []


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    assert recording_of(tmp_path / "holiday.wav") is None
