from pathlib import Path

import pytest

from dialer.ccs.agents import AgentTrigger
from dialer.engine.diagrams import mermaid, pages
from dialer.model import AgentState

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", list(pages()))
def test_the_committed_page_is_what_the_table_draws(name: str) -> None:
    assert (ROOT / name).read_text() == pages()[name], "run scripts/draw-state-diagrams"


def test_triggers_between_the_same_states_share_an_arrow() -> None:
    table = {
        (AgentState.OFFLINE, AgentTrigger.LOG_IN): AgentState.IDLE,
        (AgentState.OFFLINE, AgentTrigger.READY): AgentState.IDLE,
    }
    assert mermaid(table).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> offline",
        "    offline --> idle: log in, ready",
        "    idle --> [*]",
    ]
