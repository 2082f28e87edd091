import pytest

from campaigns.model import Treatment
from dialer import messages as m
from dialer.model import EngineSettings
from tests.dialer.world import SETTINGS, World, silent, task


@pytest.mark.parametrize("key", ["answer:9-9", "bridge:9-9", "amd:9-9", "message:9-9", "acw:nobody"])
def test_a_timer_whose_reason_has_gone_changes_nothing(key: str) -> None:
    world = World()
    assert world.post(m.TimerFired(key=key)) == []
    assert world.count("unknown_timers") == 0


@pytest.mark.parametrize("key", ["", "tea", "tea:time"])
def test_a_timer_nobody_set_is_counted(key: str) -> None:
    world = World()
    world.post(m.TimerFired(key=key))
    assert world.count("unknown_timers") == 1


def test_stale_timers_of_a_live_call_and_agent_are_ignored() -> None:
    settings = EngineSettings(trunks=SETTINGS.trunks, amd=True, bridge_timeout_s=1.0)
    world = World(settings, fate=silent, leads=1, acw_s=None)
    world.add_agents(1)
    world.start(task())
    call_id = world.placed[0]
    keys = [f"{kind}:{call_id}" for kind in ("answer", "bridge", "amd", "message")] + ["acw:agent-0"]

    def fire_all() -> None:
        before = world.engine.statistics(world.time)
        for key in keys:
            assert world.post(m.TimerFired(key=key)) == []
        after = world.engine.statistics(world.time)
        assert (after.agents, after.campaigns) == (before.agents, before.campaigns)

    fire_all()
    world.post(m.CallAnswered(call_id=call_id))
    fire_all()
    world.holds_bridges = True
    world.post(m.AmdDecided(call_id=call_id, result="person"))
    fire_all()
    world.post(m.CallBridged(call_id=call_id, leg_id="agent-0#1"))
    fire_all()
    world.post(m.CallEnded(call_id=call_id, cause="far_end"))
    fire_all()
    assert world.states() == {"agent-0": "acw"}


def test_a_clock_may_fire_a_little_early() -> None:
    world = World(fate=silent, leads=1, acw_s=None)
    world.add_agents(1)
    world.start(task(acw_s_max=30.0))
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.post(m.CallEnded(call_id=world.placed[0], cause="far_end"))
    world.time += 29.99
    world.post(m.TimerFired(key="acw:agent-0"))
    assert world.states() == {"agent-0": "idle"}


def test_a_message_without_end_is_cut_off() -> None:
    world = World(fate=silent, leads=1)
    world.start(task(treatment=Treatment.MESSAGE))
    world._played = lambda call_id, number: None  # type: ignore[method-assign]
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.run(30.1)
    assert world.outcomes() == ["message_played"]
    assert world.results[world.placed[0]].attempt.cause == "the message was cut off"


def test_a_second_bridge_that_fails_ends_the_call() -> None:
    world = World(fate=silent, leads=1)
    world.add_agents(2)
    world.start(task())
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    world.run(20.0)
    world.holds_bridges = True
    world.post(m.LegClosed(leg_id="agent-0#1"))
    world.run(2.0)
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]
    assert world.states() == {"agent-1": "idle"}
    world.run(1.0)
    assert world.outcomes() == ["connected"]
