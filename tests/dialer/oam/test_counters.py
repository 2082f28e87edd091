from dialer.oam.counters import Counters


def test_counts_rise_and_unknown_ones_are_zero() -> None:
    counters = Counters()
    counters.count("unknown_calls")
    counters.count("unknown_calls", 2)
    assert counters.value("unknown_calls") == 3
    assert counters.value("never_seen") == 0


def test_values_are_a_copy() -> None:
    counters = Counters()
    counters.count("unknown_calls")
    counters.values()["unknown_calls"] = 99
    assert counters.values() == {"unknown_calls": 1}
