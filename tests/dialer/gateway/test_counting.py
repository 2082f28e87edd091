from dialer.gateway.counting import open_lines
from dialer.gateway.lines import Line


def test_calls_and_legs_are_counted_apart() -> None:
    assert open_lines([Line("1-1"), Line("2-1"), Line("ann#1", "ann")]) == {"calls": 2, "legs": 1}
    assert open_lines([]) == {"calls": 0, "legs": 0}
