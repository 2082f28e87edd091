from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.reports.clock import group_of, zone_of
from campaigns.reports.model import Grouping
from campaigns.service.errors import CallerError


def quarter(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() // 900)  # type: ignore[arg-type, misc]


def test_a_quarter_lies_in_its_zones_hour_weekday_and_day() -> None:
    at, kolkata = quarter(2026, 3, 1, 18, 45), ZoneInfo("Asia/Kolkata")
    assert group_of(at, Grouping.HOUR, kolkata) == "2026-03-02 00:00"
    assert group_of(at, Grouping.HOUR_OF_DAY, kolkata) == "00:00"
    assert group_of(at, Grouping.WEEKDAY, kolkata) == "1 Monday"
    assert group_of(at, Grouping.DAY, kolkata) == "2026-03-02"
    assert group_of(at - 2, Grouping.DAY, kolkata) == "2026-03-01"


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = quarter(2026, 10, 24, 22)
    hours = [group_of(start + step, Grouping.HOUR, berlin) for step in range(100)]
    assert len(dict.fromkeys(hours)) == 25
    assert "2026-10-25 02:00 +0200" in hours
    assert "2026-10-25 02:00 +0100" in hours
    assert hours == sorted(hours, key=lambda name: (name[:16], name[16:] != " +0200"))


def test_an_hour_that_is_skipped_is_not_there() -> None:
    new_york = ZoneInfo("America/New_York")
    start = quarter(2026, 3, 8, 5)
    hours = dict.fromkeys(group_of(start + step, Grouping.HOUR, new_york) for step in range(4 * 23))
    assert len(hours) == 23
    assert "2026-03-08 02:00" not in hours
    assert all(datetime.fromisoformat(name) + timedelta(0) for name in hours)


def test_a_zone_that_does_not_exist_is_named() -> None:
    assert zone_of("Europe/London").key == "Europe/London"
    with pytest.raises(CallerError, match="Mars/Base"):
        zone_of("Mars/Base")
