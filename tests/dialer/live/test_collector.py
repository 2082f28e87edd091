import gc
import weakref

from dialer.live.collector import THRESHOLDS, calm_collector


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_still_collected_only_less_often() -> None:
    before = gc.get_threshold()
    try:
        calm_collector()
        assert gc.get_threshold() == THRESHOLDS
        ring = Ring()
        gone = weakref.ref(ring)
        del ring
        for _ in range(THRESHOLDS[0] * THRESHOLDS[1] + 1):
            Ring()
            if gone() is None:
                break
        assert gone() is None
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
