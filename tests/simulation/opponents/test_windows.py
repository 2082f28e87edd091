from simulation.opponents.windows import Window, placed


def test_values_leave_the_window_when_they_are_as_old_as_it_is_long() -> None:
    window = Window(60.0)
    window.add(0.0, 2.0)
    window.add(30.0, 3.0)

    assert (window.count(59.9), window.sum(59.9)) == (2, 5.0)
    assert (window.count(60.0), window.sum(60.0)) == (1, 3.0)
    assert (window.count(200.0), window.sum(200.0)) == (0, 0.0)


def test_calls_placed_stay_within_limits() -> None:
    assert [placed(wanted, 3) for wanted in (-2, 0, 2, 9)] == [0, 0, 2, 3]
