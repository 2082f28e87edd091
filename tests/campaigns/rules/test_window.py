from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.model import CallingWindow
from campaigns.rules.window import find_zone, is_open, minute_of_day


@pytest.mark.parametrize(
    ("text", "minute"),
    [("00:00", 0), ("08:00", 480), ("20:59", 1259), ("24:00", 1440)],
)
def test_times_of_day_are_read(text: str, minute: int) -> None:
    assert minute_of_day(text) == minute


@pytest.mark.parametrize("text", ["", "8:00", "08:60", "24:01", "25:00", "08-00", "0800", "٠٨:٠٠", "08:00 "])
def test_anything_else_is_no_time_of_day(text: str) -> None:
    assert minute_of_day(text) is None


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "America", "../etc/passwd", "/etc/passwd", "\0"])
def test_a_zone_that_is_not_in_the_database_is_none(name: str) -> None:
    assert find_zone(name) is None


def test_the_start_is_inside_and_the_end_is_outside() -> None:
    window = CallingWindow()
    for hour, minute, expected in [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False)]:
        now = datetime(2026, 3, 2, hour, minute, tzinfo=UTC).timestamp()
        assert is_open(window, ZoneInfo("UTC"), now) is expected, f"{hour}:{minute}"


def test_only_the_named_days_are_open() -> None:
    window = CallingWindow(days=(0,))
    monday = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    assert is_open(window, ZoneInfo("UTC"), monday)
    assert not is_open(window, ZoneInfo("UTC"), monday + 86400)


def test_the_window_follows_the_persons_clock_through_daylight_saving() -> None:
    new_york = ZoneInfo("America/New_York")
    window = CallingWindow()
    the_day_before = datetime(2026, 3, 7, 12, 30, tzinfo=UTC).timestamp()
    after_the_change = datetime(2026, 3, 8, 12, 30, tzinfo=UTC).timestamp()
    assert not is_open(window, new_york, the_day_before)
    assert is_open(window, new_york, after_the_change)


def test_a_window_that_cannot_be_read_is_never_open() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    assert not is_open(CallingWindow(start="soon"), ZoneInfo("UTC"), noon)
    assert not is_open(CallingWindow(end="late"), ZoneInfo("UTC"), noon)
