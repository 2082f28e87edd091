import pytest

from campaigns.model import PacingSettings
from dialer import messages as m
from dialer.model import EngineSettings
from pacing.model import Decision, Observation, PromiseObserved, Snapshot
from tests.dialer.world import Steady, World, known_policy, silent, task


def log_in(world: World, agent_id: str, request_id: int, *groups: str) -> None:
    world.post(m.AgentLoggedIn(agent_id=agent_id, skill_groups=groups, address="sip:x", request_id=request_id))


def test_login_opens_the_leg_and_the_agent_is_paused_once_it_is_up() -> None:
    world = World()
    log_in(world, "ann", 1, "sales")
    assert world.of(m.OpenLeg) == [m.OpenLeg(leg_id="ann#1", agent_id="ann", address="sip:x")]
    assert world.states() == {"ann": "connecting"}
    world.run(0.0)
    assert world.states() == {"ann": "paused"}
    assert world.answers == {1: ""}


def test_logins_that_cannot_be_are_refused_with_what_to_do() -> None:
    world = World(EngineSettings(agents_max=1))
    log_in(world, "", 1, "sales")
    log_in(world, "a#1", 2, "sales")
    log_in(world, "ann", 3)
    log_in(world, "ann", 4, "sales")
    log_in(world, "ann", 5, "sales")
    log_in(world, "bob", 6, "sales")
    assert world.answers[1].startswith("agent id '' cannot be used")
    assert world.answers[2].startswith("agent id 'a#1' cannot be used")
    assert world.answers[3] == "agent 'ann' names no skill group; name at least one"
    assert world.answers[4] == ""
    assert world.answers[5] == "agent 'ann' is logged in already; log out first"
    assert world.answers[6] == "1 agents are logged in, which is the limit (agents_max)"


def test_ready_before_the_leg_is_open_is_refused() -> None:
    world = World()
    log_in(world, "ann", 1, "sales")
    world.post(m.AgentWentReady(agent_id="ann", request_id=2))
    assert world.answers[2] == "the agent's leg is not open yet; answer it, then go ready"


@pytest.mark.parametrize("kind", [m.AgentWentReady, m.AgentPaused, m.AgentHinted, m.AgentLoggedOut, m.AgentHungUp])
def test_whoever_is_not_logged_in_is_told_so(kind: type[m.AgentPaused]) -> None:
    world = World()
    world.post(kind(agent_id="ann", request_id=1))
    assert world.answers == {1: "agent 'ann' is not logged in; log in first"}


def test_pausing_when_idle_is_at_once_and_again_changes_the_reason() -> None:
    world = World()
    world.add_agents(1)
    world.post(m.AgentPaused(agent_id="agent-0", reason="tea", request_id=1))
    world.post(m.AgentPaused(agent_id="agent-0", reason="lunch", request_id=2))
    (agent,) = world.engine.statistics(world.time).agents
    assert (agent.state, agent.pause_reason) == ("paused", "lunch")
    world.post(m.AgentWentReady(agent_id="agent-0", request_id=3))
    (agent,) = world.engine.statistics(world.time).agents
    assert (agent.state, agent.pause_reason) == ("idle", "")
    world.post(m.AgentWentReady(agent_id="agent-0", request_id=4))
    assert world.answers == {1: "", 2: "", 3: "", 4: ""}


def test_hanging_up_begins_acw_at_once() -> None:
    world = World(fate=silent, leads=1, acw_s=None)
    world.add_agents(1)
    world.start(task())
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.run(30.0)
    world.post(m.AgentHungUp(agent_id="agent-0", request_id=1))
    assert world.states() == {"agent-0": "acw"}
    world.post(m.AgentHungUp(agent_id="agent-0", request_id=2))
    assert world.answers == {1: "", 2: "agent 'agent-0' has no call on the line"}
    world.run(1.0)
    (result,) = world.results.values()
    assert result.attempt.cause == "the agent hung up"
    assert result.cdr is not None
    assert result.cdr.talk_s == 30.0, "the talk ended when the agent hung up, not when the far end agreed"


def test_logging_out_ends_the_conversation_and_closes_the_leg() -> None:
    world = World(fate=silent, leads=1)
    world.add_agents(1)
    world.start(task())
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    commands = world.post(m.AgentLoggedOut(agent_id="agent-0", request_id=1))
    acts = [command for command in commands if isinstance(command, m.HangUpCall | m.CloseLeg)]
    assert acts == [m.HangUpCall(call_id=call_id), m.CloseLeg(leg_id="agent-0#1")]
    world.run(1.0)
    assert world.outcomes() == ["connected"]
    assert world.results[call_id].attempt.agent_id == "agent-0"
    assert world.states() == {}


def test_logging_out_while_reserved_puts_the_call_back_into_the_queue() -> None:
    world = World(fate=silent, leads=1)
    world.add_agents(1)
    world.start(task())
    world.holds_bridges = True
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    assert world.view().queued == 1
    world.run(2.0)
    assert world.view().abandoned == 1


SEEN: list[Snapshot] = []
LEARNED: list[Observation] = []


class Watching(Steady):
    """Keeps what pacing is shown and told."""

    def decide(self, snapshot: Snapshot) -> Decision:
        SEEN.append(snapshot)
        return super().decide(snapshot)

    def learn(self, observation: Observation) -> None:
        LEARNED.append(observation)


@pytest.fixture(autouse=True)
def forget() -> None:
    SEEN.clear()
    LEARNED.clear()


def test_who_has_announced_a_pause_is_not_counted_on_until_they_take_it_back() -> None:
    with known_policy("test: watching", Watching):
        world = World(fate=silent, leads=20, acw_s=None)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: watching")))
        world.post(m.CallAnswered(call_id=world.placed[0]))
        world.post(m.AgentPaused(agent_id="agent-0", reason="tea"))
        assert (SEEN[-1].talking_since, SEEN[-1].agents) == ((), 1)
        world.post(m.AgentWentReady(agent_id="agent-0"))
        assert (len(SEEN[-1].talking_since), SEEN[-1].agents) == (1, 2)


def test_a_hint_says_when_a_busy_agent_will_be_free_and_is_learned_from() -> None:
    with known_policy("test: watching", Watching):
        world = World(fate=silent, leads=20, acw_s=None)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: watching")))
        world.post(m.CallAnswered(call_id=world.placed[0]))
        world.post(m.AgentHinted(agent_id="agent-0", free_in_s=20.0, request_id=1))
        (promise,) = SEEN[-1].promises
        assert (promise.made_at, promise.free_at) == (world.time, world.time + 20.0)
        assert (SEEN[-1].talking_since, SEEN[-1].agents) == ((), 2)
        world.run(5.0)
        world.post(m.AgentHungUp(agent_id="agent-0"))
        assert (SEEN[-1].promises, SEEN[-1].acw_since) == ((promise,), ())
        world.run(10.0)
        world.post(m.AgentWentReady(agent_id="agent-0"))
        assert SEEN[-1].promises == ()
        learned = [one for one in LEARNED if isinstance(one, PromiseObserved)]
    assert learned == [PromiseObserved(at=world.time, lasted_s=15.0, promised_s=20.0)]
    assert world.answers == {1: ""}


@pytest.mark.parametrize(
    ("free_in_s", "busy", "words"),
    [(None, False, "has no call to come free from"), (-1.0, True, "must be 0 to 3600"), (4000.0, True, "must be 0 to")],
)
def test_a_hint_that_cannot_be_is_refused(free_in_s: float | None, busy: bool, words: str) -> None:
    world = World(fate=silent, leads=2, acw_s=None)
    world.add_agents(1)
    world.start(task())
    if busy:
        world.post(m.CallAnswered(call_id=world.placed[0]))
    world.post(m.AgentHinted(agent_id="agent-0", free_in_s=free_in_s, request_id=1))
    assert words in world.answers[1]
