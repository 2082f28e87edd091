from collections import Counter

import pytest
from msgspec.structs import replace

from dialer.model import Trunk
from dialer.routing.router import BUSY, NoRoute, Route, Router

MAIN = Trunk(name="main", caller_id="+12025550100", strip="+", cps_max=2.0, channels_max=3)
SPARE = Trunk(name="spare", caller_id="+12025550101", priority=1, cps_max=10.0, channels_max=1)

WIDE = Trunk(name="wide", caller_id="+12025550100", cps_max=1000.0, channels_max=1000)


def choose(router: Router, caller_id: str = "", number: str = "+12025550111", now: float = 0.0) -> object:
    return router.choose("default", number, caller_id, now)


def test_the_first_trunk_by_priority_in_its_own_form() -> None:
    assert choose(Router([SPARE, MAIN])) == Route("main", "12025550111", "+12025550100")


def test_the_campaigns_caller_id_goes_before_the_trunks() -> None:
    assert choose(Router([MAIN]), caller_id="+12025550177") == Route("main", "12025550111", "+12025550177")


def test_a_full_trunk_hands_over_to_the_next_and_then_all_is_busy() -> None:
    router = Router([MAIN, SPARE])
    assert router.calls_max("default", 0.0) == 3
    for name in ("main", "main", "spare"):
        route = choose(router)
        assert isinstance(route, Route)
        assert route.trunk == name
        router.take(name, 0.0)
    assert router.calls_max("default", 0.0) == 0
    assert choose(router) is BUSY
    assert router.calls_max("default", 1.0) == 1, "one channel of main is left"
    router.release("spare")
    assert router.calls_max("default", 1.0) == 2


def test_a_trunk_that_is_down_carries_nothing_but_is_no_reason_to_refuse() -> None:
    router = Router([MAIN])
    assert router.set_up("main", is_up=False)
    assert router.calls_max("default", 0.0) == 0
    assert choose(router) is BUSY
    assert router.set_up("main", is_up=True)
    assert isinstance(choose(router), Route)
    assert not router.set_up("nobody", is_up=True)
    assert [load.trunk.name for load in router.loads()] == ["main"]


@pytest.mark.parametrize(
    ("trunks", "why"),
    [
        ([], "there is no trunk in group 'default'"),
        ([Trunk(name="uk", prefixes=("+44",), caller_id="+441")], "no trunk of group 'default' serves this prefix"),
        ([Trunk(name="main")], "neither the campaign nor a trunk of group 'default' names a caller id"),
    ],
)
def test_what_the_configuration_cannot_carry_is_refused_with_the_reason(trunks: list[Trunk], why: str) -> None:
    assert choose(Router(trunks)) == NoRoute(why)


def test_releasing_what_is_not_carried_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="carries no call"):
        Router([MAIN]).release("main")


def test_two_trunks_of_one_name_are_a_mistake() -> None:
    with pytest.raises(AssertionError, match="two trunks are called 'main'"):
        Router([MAIN, MAIN])


def test_equal_trunks_share_by_weight_and_one_that_comes_back_has_no_arrears() -> None:
    router = Router([replace(WIDE, name="a", weight=3.0), replace(WIDE, name="b")])

    def place(calls: int) -> Counter[str]:
        names = []
        for _ in range(calls):
            route = choose(router)
            assert isinstance(route, Route)
            router.take(route.trunk, 0.0)
            names.append(route.trunk)
        return Counter(names)

    assert place(40) == {"a": 30, "b": 10}
    router.set_up("b", is_up=False)
    assert place(100) == {"a": 100}
    router.set_up("b", is_up=True)
    shares = place(40)
    assert 9 <= shares["b"] <= 11


def test_trunks_that_were_tried_are_passed_over() -> None:
    router = Router([MAIN, SPARE])
    route = router.choose("default", "+12025550111", "+1", 0.0, {"main"})
    assert route == Route("spare", "+12025550111", "+1")
    assert router.choose("default", "+12025550111", "+1", 0.0, {"main", "spare"}) is BUSY
