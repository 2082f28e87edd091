from dialer import messages as m
from tests.dialer.world import World


def test_trunks_going_down_and_up_are_counted() -> None:
    world = World()
    world.post(m.TrunkStateChanged(trunk="main", is_up=False))
    world.post(m.TrunkStateChanged(trunk="main", is_up=True))
    world.post(m.TrunkStateChanged(trunk="nobody", is_up=True))
    counts = [world.count(name) for name in ("trunks_down", "trunks_up", "unknown_trunks")]
    assert counts == [1, 1, 1]
