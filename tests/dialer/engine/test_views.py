from campaigns.model import PacingSettings
from dialer import messages as m
from tests.dialer.world import World, silent, task


def test_the_view_shows_the_floor() -> None:
    world = World(fate=silent, leads=10)
    world.add_agents(4)
    world.start(task(name="autumn"))
    talking, ringing, busy, _ = world.placed
    world.post(m.CallAnswered(call_id=talking))
    world.post(m.CallRinging(call_id=ringing))
    world.post(m.CallEnded(call_id=busy, cause="busy"))
    view = world.view()
    assert (view.name, view.status, view.policy) == ("autumn", "running", "progressive")
    assert (view.placed, view.ringing, view.bridged, view.queued) == (2, 1, 1, 0)
    assert view.attempts == 5
    assert view.outcomes == {"busy": 1}
    assert view.hopper == 5
    assert view.decision.startswith("one call per idle agent")
    statistics = world.engine.statistics(world.time + 100.0)
    assert statistics.agents_by_state["talking"] == 1
    assert statistics.occupancy == 0.25
    assert statistics.now == world.time + 100.0
    assert statistics.agents[0].attempt_id == talking


def test_the_view_shows_what_a_shadow_would_have_done() -> None:
    world = World(fate=silent, leads=10)
    world.add_agents(2)
    world.start(task(pacing=PacingSettings(policy="progressive", shadow="ratio", ratio=2.0)))
    view = world.view()
    assert view.shadow == "ratio"
    assert view.shadow_decisions >= 1
    assert view.shadow_more == 1
    assert (view.shadow_fewer, view.shadow_failures) == (0, 0)
    assert "[shadow ratio: " in view.decision
    assert (view.risk_ratio, view.is_forecast_off) == (None, False)


def test_asking_changes_nothing() -> None:
    world = World(fate=silent)
    world.add_agents(2)
    world.start(task())
    assert world.engine.statistics(world.time) == world.engine.statistics(world.time)
