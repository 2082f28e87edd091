from dialer.gateway.media.amd.floor import LEVEL_MAX, LEVEL_MIN, Floor


def test_noise_is_not_loud_and_speech_above_it_is() -> None:
    floor = Floor()
    assert not any(floor.is_loud(300.0) for _ in range(20))
    assert floor.is_loud(2500.0)
    assert not floor.is_loud(310.0)


def test_who_speaks_from_the_first_frame_on_is_heard() -> None:
    floor = Floor()
    assert all(floor.is_loud(4000.0) for _ in range(10))
    assert floor.threshold == LEVEL_MAX


def test_a_quiet_line_has_a_threshold_all_the_same() -> None:
    floor = Floor()
    assert not any(floor.is_loud(20.0) for _ in range(10))
    assert floor.threshold == LEVEL_MIN
    assert floor.is_loud(150.0)


def test_it_follows_noise_that_grows() -> None:
    floor = Floor()
    for _ in range(20):
        floor.is_loud(50.0)
    assert floor.is_loud(350.0)
    loud = [floor.is_loud(350.0) for _ in range(60)]
    assert not loud[-1]
