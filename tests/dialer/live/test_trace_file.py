import contextlib
from pathlib import Path

import pytest

from dialer.live.trace_file import TraceFile


def test_lines_are_written(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with contextlib.closing(TraceFile(path, 1000)) as file:
        file.write(b"one\n")
        file.flush()
        assert path.read_bytes() == b"one\n"
        file.write(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


def test_an_earlier_trace_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b"earlier\n")
    TraceFile(path, 1000).close()
    assert (tmp_path / "trace.jsonl.old").read_bytes() == b"earlier\n"


def test_recording_stops_at_the_limit_and_at_a_whole_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "trace.jsonl"
    with contextlib.closing(TraceFile(path, 10)) as file:
        file.write(b"12345\n")
        assert file.is_recording
        file.write(b"67890\n")
        assert not file.is_recording
        file.write(b"1\n")
    assert path.read_bytes() == b"12345\n"
    assert "bytes_max" in caplog.text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full, which is always full")
def test_a_full_disk_stops_the_recording_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    file = TraceFile(Path("/dev/full"), 1 << 30)
    file.write(b"12345\n")
    file.flush()
    assert not file.is_recording
    assert "No space left" in caplog.text
    file.write(b"67890\n")
    file.close()


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        TraceFile(tmp_path / "missing" / "trace.jsonl", 1000)
