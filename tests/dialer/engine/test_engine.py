from campaigns.model import Outcome
from dialer import messages as m
from dialer.engine import Engine
from dialer.messages import PollDue, PollTasks
from pacing.calibration import RiskTally
from tests.dialer.world import SETTINGS, START, World, task


def test_the_poll_asks_for_tasks() -> None:
    assert Engine(SETTINGS).handle(PollDue(), START) == [PollTasks()]


def test_a_lead_goes_in_and_a_result_comes_out() -> None:
    world = World(leads=1)
    world.add_agents(1)
    world.start(task())
    world.run(120.0)
    assert [type(command) for command in world.sent if isinstance(command, m.PlaceCall | m.BridgeCall)] == [
        m.PlaceCall,
        m.BridgeCall,
    ]
    (result,) = world.results.values()
    assert result.attempt.outcome is Outcome.CONNECTED
    assert result.attempt.agent_id == "agent-0"
    assert result.cdr is not None
    assert result.cdr.talk_s == 60.0


def test_a_clock_that_goes_back_is_counted_and_held() -> None:
    engine = Engine(SETTINGS)
    engine.handle(PollDue(), START)
    engine.handle(PollDue(), START - 10.0)
    assert engine.statistics(START).counters["clock_went_back"] == 1
    assert engine.statistics(START - 50.0).now == START


def test_what_pacing_foretold_is_told_by_campaign() -> None:
    engine = Engine(SETTINGS)
    engine.handle(m.CampaignChanged(task=task(3)), START)
    (tallies,) = engine.risk_tallies().values()
    assert list(engine.risk_tallies()) == [3]
    assert sum(tallies, RiskTally()) == RiskTally()
