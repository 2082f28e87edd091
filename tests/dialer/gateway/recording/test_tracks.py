from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.recording.tracks import Tracks

SILENT = b"\xff"


def test_both_sides_lie_where_they_were_said() -> None:
    tracks = Tracks()
    tracks.add(0, b"a" * 160, 0.02)
    tracks.add(1, b"b" * 160, 1.02)
    stereo = tracks.take(1.1)
    assert len(stereo) == 2 * 8800
    left, right = stereo[0::2], stereo[1::2]
    assert left == b"a" * 160 + SILENT * 8640
    assert right == SILENT * 8000 + b"b" * 160 + SILENT * 640


def test_jitter_leaves_no_gap_and_an_outage_does() -> None:
    tracks = Tracks()
    for turn, late_s in enumerate((0.0, 0.03, 0.01, 0.05), 1):
        tracks.add(0, b"a" * 160, 0.02 * turn + late_s)
    tracks.add(0, b"z" * 160, 1.0)
    left = tracks.take(1.0)[0::2]
    assert left[:640] == b"a" * 640
    assert left[640:7840] == SILENT * 7200
    assert left[7840:] == b"z" * 160


def test_who_sends_too_fast_is_cut_back_to_the_clock() -> None:
    tracks = Tracks()
    for _ in range(100):
        tracks.add(1, b"b" * 160, 0.1)
    assert tracks.take(0.2)[1::2].count(b"b") <= 1600
    assert tracks.take(10.0)[1::2].count(b"b") <= 400


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0.0, 3.0), st.integers(0, 400), st.floats(0.0, 3.0))))
def test_the_file_is_as_long_as_the_time_whatever_comes(what: list[tuple[int, float, int, float]]) -> None:
    tracks, written, until = Tracks(), 0, 0.0
    for side, at_s, length, take_s in sorted(what, key=lambda one: one[1]):
        tracks.add(side, b"x" * length, at_s)
        written += len(tracks.take(take_s))
        until = max(until, take_s)
    assert written == 2 * round(until * 8000)
