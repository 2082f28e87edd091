"""One small scenario, command for command. A difference is a change of behaviour: it needs a line in the changelog.

To write the trace anew: `REWRITE_GOLDEN=1 pytest tests/dialer/engine/test_golden.py`, and read the difference.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.model import CampaignStatus, PacingSettings
from dialer import messages as m
from dialer.model import CallCause
from dialer.runner import TraceWriter, replay
from tests.dialer.world import SETTINGS, STEADY, Fate, World, known_policy, task

GOLDEN = Path(__file__).parent / "golden" / "two-agents-nine-leads.jsonl"

PACED = PacingSettings(policy=STEADY, cancel_after_s=15.0)

FATES = [
    Fate(answer_s=6.0, talk_s=40.0),
    Fate(ring_s=1.5, end_s=4.0, cause=CallCause.BUSY),
    Fate(answer_s=9.0, talk_s=35.0),
    Fate(answer_s=9.5),
    Fate(answer_s=20.0, patience_s=1.2),
    Fate(ring_s=1e6, end_s=0.4, cause=CallCause.INVALID_NUMBER),
    Fate(end_s=25.0),
    Fate(answer_s=5.0, talk_s=12.0),
    Fate(answer_s=7.0, talk_s=50.0),
]


@pytest.fixture(autouse=True)
def steady_policy() -> Iterator[None]:
    with known_policy():
        yield


def scenario() -> tuple[World, bytes]:
    """Two agents, nine leads: connected, abandoned, lost, busy, unanswered, given up; a pause, a stop, a log-off."""
    file = io.BytesIO()
    fates = iter(FATES)
    world = World(fate=lambda call: next(fates), leads=9, trace=TraceWriter(file, SETTINGS))
    world.add_agents(2)
    world.start(task(pacing=PACED))
    world.run(48.0)
    world.post(m.AgentPaused(agent_id="agent-1", reason="tea", request_id=1))
    world.run(40.0)
    world.post(m.AgentWentReady(agent_id="agent-1", request_id=2))
    world.run(30.0)
    world.start(task(pacing=PACED, status=CampaignStatus.STOPPED))
    world.post(m.AgentLoggedOut(agent_id="agent-0", request_id=3))
    world.run(60.0)
    return world, file.getvalue()


def test_the_trace_is_the_committed_one() -> None:
    _, trace = scenario()
    if os.environ.get("REWRITE_GOLDEN"):
        GOLDEN.write_bytes(trace)
    committed = GOLDEN.read_bytes().splitlines()
    for number, (line, expected) in enumerate(zip(trace.splitlines(), committed, strict=True), 1):
        assert line == expected, f"line {number} of {GOLDEN.name} differs; see the head of this file"


def test_the_committed_trace_replays() -> None:
    assert replay(GOLDEN) is None


def test_its_numbers_agree() -> None:
    world, _ = scenario()
    view = world.view()
    assert sum(view.outcomes.values()) == view.attempts == len(world.placed) == len(world.results) == 9
    assert view.answered == sum(view.outcomes.get(name, 0) for name in ("connected", "abandoned", "lost"))
    assert {"connected", "abandoned", "lost", "busy"} <= set(view.outcomes)
    assert view.abandoned == view.outcomes["abandoned"]
    assert world.answers == {1: "", 2: "", 3: ""}
