from pathlib import Path

import pytest

from campaigns.recordings import Recording
from dialer.gateway.media.g711 import PCMA, PCMU, translate
from dialer.gateway.media.mixing import add
from dialer.gateway.recording.recorder import Recorder, file_name
from dialer.gateway.recording.wav import HEADER_BYTES
from dialer.gateway.silent_media import SilentMedia

NOON = 1_764_331_200.0


class Studio:
    """A recorder with a clock of its own, a call and two agents' legs."""

    def __init__(self, folder: Path | None) -> None:
        self.now = NOON
        self.media = SilentMedia()
        for stream_id in ("7-2", "ann#1", "bob#1"):
            self.media.open(stream_id)
        self.finished: list[Recording] = []
        self.recorder = Recorder(self.media, folder, lambda: self.now)
        self.recorder.on_finished = self.finished.append

    def talk(self, seconds: float, leg_id: str = "ann#1") -> None:
        for _ in range(round(seconds / 0.02)):
            self.now += 0.02
            self.media.say(leg_id, b"a" * 160)
            self.media.say("7-2", translate(b"c" * 160, PCMU, PCMA), PCMA)

    def sides(self) -> tuple[bytes, bytes]:
        (recording,) = self.finished
        sound = Path(recording.path).read_bytes()[HEADER_BYTES:]
        return sound[0::2], sound[1::2]


def test_the_agent_is_left_and_the_customer_right(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.recorder.start("7-2", "ann#1", "ann")
    studio.talk(3.0)
    studio.recorder.stop("7-2")
    studio.recorder.stop("7-2")
    left, right = studio.sides()
    assert left == b"a" * 24000
    assert right == b"c" * 24000
    (recording,) = studio.finished
    assert recording.path == str(tmp_path / "2025/11/28" / "7-2_ann_1764331200000.wav")
    assert (recording.agent_id, recording.started_at) == ("ann", NOON)
    assert round(recording.duration_s, 3) == 3.0
    assert not any(studio.media.ears.values())


def test_card_numbers_are_not_kept(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.recorder.start("7-2", "ann#1", "ann")
    studio.talk(1.0)
    assert studio.recorder.pause("7-2", True)
    studio.talk(2.0)
    assert studio.recorder.pause("7-2", False)
    studio.talk(1.0)
    studio.recorder.stop("7-2")
    for side, letter in zip(studio.sides(), (b"a", b"c"), strict=True):
        assert side == letter * 8000 + b"\xff" * 16000 + letter * 8000
    assert not studio.recorder.pause("7-2", True)


def test_a_call_that_moves_to_another_agent_stays_one_recording(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.recorder.start("7-2", "ann#1", "ann")
    studio.talk(1.0)
    studio.recorder.start("7-2", "bob#1", "bob")
    studio.talk(1.0, "ann#1")
    studio.talk(1.0, "bob#1")
    studio.recorder.stop("7-2")
    left, _ = studio.sides()
    assert left == b"a" * 8000 + b"\xff" * 8000 + b"a" * 8000


def test_without_a_folder_nothing_is_recorded() -> None:
    studio = Studio(None)
    studio.recorder.start("7-2", "ann#1", "ann")
    studio.recorder.stop("7-2")
    assert studio.finished == []
    assert studio.recorder.counters == {"recordings_finished": 0, "recordings_failed": 0}


def test_a_disk_that_takes_nothing_is_counted_and_the_call_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    studio = Studio(blocked)
    studio.recorder.start("7-2", "ann#1", "ann")
    studio.talk(0.1)
    assert studio.recorder.counters["recordings_failed"] == 1


@pytest.mark.parametrize("agent_id", ["t2/ann", "../../etc", "ann bob"])
def test_no_agents_name_leads_out_of_the_folder(agent_id: str) -> None:
    assert len(file_name("7-2", agent_id, NOON).parts) == 4


def test_a_guest_is_recorded_with_the_agent_while_the_customer_hears_them_and_no_longer(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.media.open("boss#1")

    def talk_all(seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            studio.media.say("boss#1", b"\x10" * 160)
            studio.talk(0.02)

    studio.recorder.start("7-2", "ann#1", "ann")
    for is_heard in (False, True, False):
        studio.recorder.hear_guest("7-2", "boss#1", is_heard=is_heard)
        talk_all(1.0)
    studio.recorder.forget_guest("boss#1")
    studio.recorder.stop("7-2")
    left, right = studio.sides()
    assert right == b"c" * 24000
    assert left[:7000] == left[17000:] == b"a" * 7000
    assert set(left[9000:15000]) == {add(b"a", b"\x10", PCMU)[0]}
    assert not any(studio.media.ears.values())
