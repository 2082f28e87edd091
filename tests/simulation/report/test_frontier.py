import xml.etree.ElementTree as ET

import pytest

from simulation.experiments.figures import CampaignDay, ReplicationFigures, Sums
from simulation.experiments.league import Entry
from simulation.experiments.summary import Summary, summarise
from simulation.report.frontier import frontier, league_frontier

pytest.importorskip("matplotlib")


def summary(name: str, abandoned: int) -> Summary:
    figures = []
    for number in range(3):
        span = Sums(day=0, talk_s=80.0 + number, idle_s=20.0, answered=100, abandoned=abandoned)
        account = CampaignDay(
            day=0, campaign_id=1, answered=100, abandoned=abandoned, connected=100 - abandoned, amd_errors=0
        )
        figures.append(ReplicationFigures(replication=number, spans=(span,), accounts=(account,)))
    return summarise(name, figures, 0.03)


def test_the_frontier_names_every_variant() -> None:
    drawn = frontier([summary("one", 0), summary("other", 3)])

    assert ET.fromstring(drawn).tag.endswith("svg")
    assert ">one<" in drawn
    assert ">other<" in drawn


def test_a_league_is_one_plot_per_team_with_a_legend_of_families() -> None:
    policies = {"predictive": 2, "vicidial-average": 1, "vicidial-average-tuned": 2, "issabel": 40}
    entries = [
        Entry(policy, agents, summary(policy, abandoned), None, None)
        for agents in (5, 20)
        for policy, abandoned in policies.items()
    ]
    drawn = league_frontier(entries)

    assert drawn == league_frontier(entries)
    for words in ("5 agents", "20 agents", "VICIdial, tuned", "other dialers", "predictive"):
        assert words in drawn
