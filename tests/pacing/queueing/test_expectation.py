import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.queueing.erlang import erlang_b
from pacing.queueing.expectation import (
    MEASURED_OCCUPANCY,
    Work,
    agents_for,
    ceiling,
    constant_rate,
    lines_needed,
    predictive,
    progressive,
)

BASE = Work(answer_rate=0.3, talk_s=120.0, acw_s=15.0)
works = st.builds(
    Work,
    answer_rate=st.floats(0.02, 1.0),
    talk_s=st.floats(10.0, 900.0),
    acw_s=st.floats(0.0, 120.0),
    ring_s=st.floats(3.0, 25.0),
    abandon_rate_max=st.floats(0.002, 0.05),
)


def test_progressive_is_what_a_renewal_gives() -> None:
    assert progressive(20, BASE).occupancy == pytest.approx(0.672, abs=0.005)
    assert progressive(5, BASE).occupancy == progressive(300, BASE).occupancy


@pytest.mark.parametrize(("agents", "occupancy"), [(10, 0.834), (20, 0.887), (50, 0.937), (100, 0.964), (300, 0.988)])
def test_the_ceiling_fits_what_it_was_fitted_to(agents: int, occupancy: float) -> None:
    assert ceiling(agents, BASE).occupancy == pytest.approx(occupancy, abs=0.007)


@pytest.mark.parametrize(
    ("change", "agents", "occupancy"),
    [
        ({"answer_rate": 0.4}, 20, 0.895),
        ({"answer_rate": 0.25}, 100, 0.963),
        ({"talk_s": 60.0}, 20, 0.864),
        ({"talk_s": 180.0}, 50, 0.944),
        ({"ring_s": 18.0}, 20, 0.880),
        ({"answer_limit_s": 0.0}, 20, 0.877),
        ({"abandon_rate_max": 0.005}, 20, 0.841),
    ],
)
def test_the_ceiling_follows_what_was_measured_elsewhere(
    change: dict[str, float], agents: int, occupancy: float
) -> None:
    work = Work(**({"answer_rate": 0.3, "talk_s": 120.0, "acw_s": 15.0} | change))
    assert ceiling(agents, work).occupancy == pytest.approx(occupancy, abs=0.013)


def test_predictive_is_what_was_measured() -> None:
    for agents, occupancy in MEASURED_OCCUPANCY.items():
        assert predictive(agents, BASE).occupancy == pytest.approx(occupancy, abs=1e-9)


@given(work=works, agents=st.integers(1, 500))
def test_predictive_is_never_worse_than_progressive_and_grows_with_the_team(work: Work, agents: int) -> None:
    found = predictive(agents, work)
    assert progressive(agents, work).occupancy <= found.occupancy <= 1.0
    assert predictive(agents + 1, work).conversations_per_hour > found.conversations_per_hour


@given(work=works, agents=st.integers(1, 300))
def test_the_hour_adds_up(work: Work, agents: int) -> None:
    found = constant_rate(agents, work)
    spent_s = found.conversations_per_hour / agents * (found.wait_s + work.handling_s)
    assert spent_s == pytest.approx(3600.0)
    assert found.talk_min_per_hour * agents == pytest.approx(found.conversations_per_hour * work.talk_s / 60.0)


@given(work=works, conversations=st.floats(1.0, 5000.0))
def test_the_agents_found_are_enough_and_one_less_is_not(work: Work, conversations: float) -> None:
    agents = agents_for(conversations, work)
    assert predictive(agents, work).conversations_per_hour >= conversations
    assert agents == 1 or predictive(agents - 1, work).conversations_per_hour < conversations


@given(load=st.floats(0.1, 800.0))
def test_the_lines_found_are_enough_and_one_less_is_not(load: float) -> None:
    lines = lines_needed(load, 0.01)
    assert erlang_b(lines, load) <= 0.01
    assert lines == 1 or erlang_b(lines - 1, load) > 0.01


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer_rate": 30.0}, "answer_rate is a share"),
        ({"answer_rate": float("nan")}, "answer_rate is a share"),
        ({"abandon_rate_max": 3.0}, "abandon_rate_max is a share"),
        ({"talk_s": 0.0}, "talk_s is a time"),
        ({"acw_s": float("nan")}, "acw_s is a time"),
    ],
)
def test_nonsense_is_refused(change: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Work(**({"answer_rate": 0.3, "talk_s": 120.0, "acw_s": 15.0} | change))


def test_a_team_of_nobody_and_no_conversations_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one agent"):
        ceiling(0, BASE)
    with pytest.raises(ValueError, match="conversations an hour"):
        agents_for(0.0, BASE)
