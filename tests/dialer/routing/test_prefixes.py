import hypothesis.strategies as st
from hypothesis import given

from dialer.model import Trunk
from dialer.routing.prefixes import Prefixes
from dialer.routing.translation import translate


def test_the_longest_match_wins_then_priority() -> None:
    trunks = [
        Trunk(name="world"),
        Trunk(name="us", prefixes=("+1",)),
        Trunk(name="dc-second", prefixes=("+1202",), priority=1),
        Trunk(name="dc", prefixes=("+1202", "+1"), priority=0),
        Trunk(name="uk", prefixes=("+44",)),
    ]
    names = [[trunk.name for trunk in tier] for tier in Prefixes(trunks).tiers("+12025550100")]
    assert names == [["dc"], ["dc-second"], ["us"], ["world"]]


def test_equals_in_prefix_and_priority_stand_together() -> None:
    one, two, spare = Trunk(name="one"), Trunk(name="two"), Trunk(name="spare", priority=1)
    trunks = [one, spare, two, Trunk(name="three", prefixes=("+",))]
    names = [[trunk.name for trunk in tier] for tier in Prefixes(trunks).tiers("+1")]
    assert names == [["three"], ["one", "two"], ["spare"]]


def test_a_number_nobody_serves() -> None:
    assert Prefixes([Trunk(name="uk", prefixes=("+44",))]).tiers("+1202") == ()
    assert Prefixes([]).tiers("+1202") == ()


def test_translation_strips_and_adds() -> None:
    assert translate(Trunk(name="t", strip="+", add="00"), "+4420") == "004420"
    assert translate(Trunk(name="t", strip="+1", add="9"), "+4420") == "9+4420"
    assert translate(Trunk(name="t"), "+4420") == "+4420"


@given(st.lists(st.text("+123", max_size=4), max_size=6), st.text("+123", max_size=6))
def test_it_finds_what_a_plain_search_finds(prefixes: list[str], number: str) -> None:
    trunks = [Trunk(name=str(index), prefixes=(prefix,)) for index, prefix in enumerate(prefixes)]
    found = [trunk for tier in Prefixes(trunks).tiers(number) for trunk in tier]
    plain = sorted((t for t in trunks if number.startswith(t.prefixes[0])), key=lambda t: -len(t.prefixes[0]))
    assert [trunk.name for trunk in found] == [trunk.name for trunk in plain]
