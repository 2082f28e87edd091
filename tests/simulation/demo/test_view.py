import io

import pytest
from rich.console import Console

from dialer.messages import ReportDecision
from dialer.model import AgentState, CampaignView, Statistics
from simulation.demo.view import Picture, is_live, line, percent, render

CAMPAIGN = CampaignView(
    campaign_id=1,
    name="Demo",
    status="running",
    policy="predictive",
    hopper=50,
    recording=1,
    placed=3,
    ringing=4,
    queued=1,
    bridged=9,
    attempts=120,
    outcomes={"busy": 5, "connected": 40},
    answered=41,
    abandoned=1,
    abandon_rate=1 / 41,
    abandon_rate_max=0.03,
    decision="7 idle, placed 2",
)
STATISTICS = Statistics(
    now=1000.0,
    started_at=900.0,
    agents=(),
    agents_by_state={"talking": 9, "acw": 4, "idle": 7},
    occupancy=0.8123,
    campaigns=(CAMPAIGN,),
    events=10,
    counters={},
)
DECISION = ReportDecision(
    campaign_id=1, calls=2, reason="two may be risked", numbers={}, agents_free=7, agents_soon_free=3
)


def shown(picture: Picture) -> str:
    console = Console(width=110, record=True, file=io.StringIO())
    console.print(render(picture, 25.0))
    return console.export_text()


def test_the_picture_shows_agents_calls_rates_and_the_decision_with_its_reason() -> None:
    text = shown(Picture(phase="dialing", seconds=90.0, began_at=10.0, statistics=STATISTICS, placing=DECISION))
    for part in (
        "0:15 of 1:30",
        "dialing",
        "talking",
        "81.2 %",
        "of 41 answered: 2.4 %",
        "7 idle, placed 2",
        "last placed 2: two may be risked",
        "40 connected, 5 busy",
    ):
        assert part in text


def test_there_is_a_picture_before_anything_has_happened() -> None:
    text = shown(Picture(seconds=90.0))
    assert "none yet" in text
    assert "no decision yet" in text
    assert line(Picture(seconds=90.0), 0.0) == "0:00 starting | agents: none"


def test_a_line_says_the_same_in_words() -> None:
    text = line(Picture(phase="dialing", seconds=90.0, began_at=10.0, statistics=STATISTICS), 25.0)
    assert text.startswith("0:15 dialing | agents: 9 talking, 4 acw, 7 idle | in flight 7, talking 9")
    assert "answered 41, abandoned 1 (2.4 %) | occupancy 81.2 % | 7 idle, placed 2" in text


def test_calls_are_all_those_that_are_not_over() -> None:
    picture = Picture(statistics=STATISTICS)
    assert picture.calls == 18
    assert Picture().calls == 0
    assert picture.agents(AgentState.PAUSED) == 0


@pytest.mark.parametrize(("rate", "text"), [(None, "–"), (0.0, "0.0 %"), (0.0312, "3.1 %")])
def test_rates(rate: float | None, text: str) -> None:
    assert percent(rate) == text


def test_only_a_terminal_gets_the_live_picture() -> None:
    assert is_live(Console(force_terminal=True, _environ={"TERM": "xterm"}))
    assert not is_live(Console(force_terminal=True, _environ={"TERM": "dumb"}))
    assert not is_live(Console(force_terminal=False))
