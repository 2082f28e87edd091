from msgspec.structs import replace

from campaigns.model import CampaignStatus
from dialer import messages as m
from tests.dialer.world import World, silent, task


def test_the_poll_starts_and_stops_campaigns() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.tasks = {1: task()}
    world.post(m.PollDue())
    assert len(world.placed) == 1
    world.tasks = {}
    world.run(15.0)
    world.post(m.PollDue())
    assert world.view().status == "stopped"
    assert len(world.of(m.ReleaseLeads)) == 1
    world.post(m.CallEnded(call_id=world.placed[0], cause="busy"))
    assert len(world.placed) == 1
    assert world.outcomes() == ["busy"]


def test_a_poll_older_than_a_change_does_not_undo_it() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.engine.handle(m.PollDue(), world.time)
    world.run(1.0)
    world.post(m.CampaignChanged(task=task()))
    assert len(world.placed) == 1
    world.post(m.TasksPolled(tasks=()))
    assert world.view().status == "running"
    world.engine.handle(m.PollDue(), world.time)
    world.run(1.0)
    world.post(m.CampaignChanged(task=task(status=CampaignStatus.PAUSED)))
    world.post(m.TasksPolled(tasks=(task(),)))
    assert world.view().status == "paused"


def test_the_account_is_the_databases_at_first_sight_and_then_the_engines() -> None:
    world = World(fate=silent)
    world.post(m.CampaignChanged(task=replace(task(), answered=100, abandoned=2)))
    world.post(m.TasksPolled(tasks=(replace(task(), answered=7, abandoned=0),)))
    assert (world.view().answered, world.view().abandoned) == (100, 2)
    assert world.view().abandon_rate == 0.02


def test_a_draft_nobody_knows_is_not_taken_up() -> None:
    world = World()
    world.post(m.CampaignChanged(task=task(status=CampaignStatus.DRAFT)))
    assert world.engine.statistics(world.time).campaigns == ()


def test_the_tick_lasts_as_long_as_a_campaign_runs() -> None:
    world = World(fate=silent)
    world.start(task())
    world.run(10.5)
    events = world.engine.statistics(world.time).events
    assert events == 11
    world.start(task(status=CampaignStatus.PAUSED))
    world.run(60.0)
    assert world.engine.statistics(world.time).events == events + 2
    world.start(task())
    world.run(5.5)
    assert world.engine.statistics(world.time).events == events + 2 + 1 + 5


def test_starting_twice_does_not_tick_twice() -> None:
    world = World(fate=silent)
    world.start(task(1), task(2, skill_group="service"))
    world.run(10.5)
    assert world.engine.statistics(world.time).events == 2 + 10
