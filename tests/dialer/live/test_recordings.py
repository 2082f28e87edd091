from pathlib import Path

import pytest

from campaigns.recordings import Recording, RecordingFilter
from campaigns.service.erasing import PersonErasedError
from campaigns.service.errors import NotFoundError
from dialer.live.recordings import LiveRecordings


class Index:
    def __init__(self) -> None:
        self.entered: list[str] = []

    def add(self, recording: Recording) -> Recording:
        if recording.call_id == "0-0":
            raise NotFoundError("there is no call 0-0")
        if recording.call_id == "9-9":
            raise PersonErasedError
        self.entered.append(recording.call_id)
        return recording

    def search(self, wanted: RecordingFilter) -> tuple[Recording, ...]:
        return ()

    def get(self, tenant_id: int, recording_id: int) -> Recording:
        raise NotImplementedError


def test_recordings_are_entered_by_the_end_and_a_bad_one_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    index = Index()
    live = LiveRecordings(index)
    live.close()
    for call_id in ("1-1", "0-0", "2-1"):
        live.finished(Recording(call_id=call_id, agent_id="ann", started_at=1.0, duration_s=2.0, path=f"{call_id}.wav"))
    live.close()
    assert index.entered == ["1-1", "2-1"]
    assert "0-0.wav is not in the index" in caplog.text


def test_the_recording_of_a_person_who_was_erased_meanwhile_is_deleted(tmp_path: Path) -> None:
    live = LiveRecordings(Index())
    path = tmp_path / "9-9_ann_1.wav"
    path.write_bytes(b"RIFF")
    live.finished(Recording(call_id="9-9", agent_id="ann", started_at=1.0, duration_s=2.0, path=str(path)))
    live.close()
    assert not path.exists()
