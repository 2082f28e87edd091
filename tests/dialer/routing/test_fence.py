import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.model import BARRED_PREFIXES, EngineSettings, Trunk
from dialer.routing.fence import Fence
from dialer.routing.router import NoRoute, Route, Router


@pytest.mark.parametrize("number", ["+19005550100", "+881612345678", "+8835100000", "+4470123456", "+979123456789"])
def test_premium_and_satellite_numbers_are_barred_from_the_start(number: str) -> None:
    settings = EngineSettings()
    fence = Fence(settings.allowed_prefixes, settings.barred_prefixes)
    assert "are barred" in fence.refusal(number)
    assert fence.refusal("+12025550100") == ""


def test_one_range_can_be_allowed_by_itself() -> None:
    fence = Fence(("", "+8816"), BARRED_PREFIXES)
    assert fence.refusal("+881612345678") == ""
    assert fence.refusal("+881712345678") != ""
    assert Fence(("+1900",), ("+1900",)).refusal("+19005550100") == "", "of two equal ones the allowed"


def test_with_a_list_of_allowed_prefixes_all_others_are_refused() -> None:
    fence = Fence(("+1", "+44"), ("+1900",))
    assert fence.refusal("+442079460000") == ""
    assert fence.refusal("+33123456789") == "no allowed prefix fits the number"


def test_the_router_asks_before_it_looks_for_a_trunk() -> None:
    router = Router([Trunk(name="t", caller_id="+1")], ("",), BARRED_PREFIXES)
    assert router.choose("default", "+19005550100", "", 0.0) == NoRoute("numbers that begin with +1900 are barred")
    assert isinstance(router.choose("default", "+12025550100", "", 0.0), Route)


prefixes = st.lists(st.from_regex(r"\+[1-3]{0,3}", fullmatch=True), max_size=6)


@given(prefixes, prefixes, st.from_regex(r"\+[1-3]{1,6}", fullmatch=True))
def test_the_longest_prefix_decides(allowed: list[str], barred: list[str], number: str) -> None:
    matching = [(len(p), True) for p in allowed if number.startswith(p)]
    matching += [(len(p), False) for p in barred if number.startswith(p)]
    may_be_called = max(matching, default=(0, False))[1]
    assert (Fence(allowed, barred).refusal(number) == "") is may_be_called
