"""Lead scores and lead choice, from the engine's outside."""

from collections.abc import Iterator

import pytest

from campaigns.model import CallingWindow, PacingSettings
from dialer import messages as m
from dialer.model import CallCause, EngineSettings, Trunk
from dialer.pds.scores import PASSED_OVER_S_MAX
from pacing.model import CallObserved, Decision, Observation, PolicySettings, Snapshot
from tests.dialer.world import World, known_policy, lead, silent, task

CHOOSY = "test: choosy"
SCORED = PacingSettings(policy=CHOOSY, lead_scores=True)
CHOOSING = PacingSettings(policy=CHOOSY, lead_scores=True, chooses_leads=True)
LESSONS = 300


class Choosy:
    """One call at a time per idle agent, to the lead least likely to answer."""

    def __init__(self, settings: PolicySettings) -> None:
        self.seen: list[Snapshot] = []
        self.learned: list[Observation] = []

    def decide(self, snapshot: Snapshot) -> Decision:
        self.seen.append(snapshot)
        chances = snapshot.lead_probabilities
        wanted = max(0, min(snapshot.idle_agents - len(snapshot.calls), snapshot.calls_max))
        ranked = sorted(range(len(chances)), key=lambda index: chances[index])
        return Decision(calls=wanted, leads=tuple(ranked[:wanted]), reason=f"{wanted} wanted")

    def learn(self, observation: Observation) -> None:
        self.learned.append(observation)


@pytest.fixture
def policy() -> Iterator[list[Choosy]]:
    made: list[Choosy] = []

    def factory(settings: PolicySettings) -> Choosy:
        made.append(Choosy(settings))
        return made[-1]

    with known_policy(CHOOSY, factory):
        yield made


def kind_of(lead_id: int) -> str:
    return "warm" if lead_id % 2 else "cold"


def give(world: World, *lead_ids: int, **changes: object) -> None:
    leads = tuple(lead(lead_id, attributes={"kind": kind_of(lead_id)}, **changes) for lead_id in lead_ids)
    world.post(m.LeadsReserved(campaign_id=1, leads=leads))


def taught_world(pacing: PacingSettings, settings: EngineSettings | None = None) -> World:
    """One agent and a list of which warm leads answer and cold ones do not; the engine has seen enough to know."""
    world = World(settings, fate=silent, leads=0) if settings else World(fate=silent, leads=0)
    world.add_agents(1)
    world.start(task(pacing=pacing))
    for lead_id in range(LESSONS):
        world.run(0.1)
        give(world, lead_id)
        call_id = world.placed[-1]
        if kind_of(lead_id) == "warm" and lead_id % 9:
            world.post(m.CallAnswered(call_id=call_id))
            world.end(call_id, CallCause.FAR_END)
            world.post(m.AgentWentReady(agent_id="agent-0"))
        else:
            world.end(call_id, CallCause.BUSY)
    return world


def placed_after_lessons(world: World) -> list[int]:
    return [int(call_id.partition("-")[0]) for call_id in world.placed[LESSONS:]]


def test_scores_are_off_by_default(policy: list[Choosy]) -> None:
    world = taught_world(PacingSettings(policy=CHOOSY))
    give(world, 1001, 1002)
    assert all(snapshot.lead_probabilities == () for snapshot in policy[-1].seen)
    assert all(call.answer_probability is None for snapshot in policy[-1].seen for call in snapshot.calls)
    assert not world.view().are_scores_used
    assert placed_after_lessons(world) == [1001]


def test_scores_reach_pacing_once_they_beat_the_base_rate(policy: list[Choosy]) -> None:
    world = taught_world(SCORED)
    assert policy[-1].seen[0].lead_probabilities == ()
    assert world.view().are_scores_used
    give(world, 1001, 1002)
    assert any(seen.lead_probabilities for seen in policy[-1].seen)
    offered = next(seen for seen in reversed(policy[-1].seen) if seen.lead_probabilities)
    assert offered.leads_in_order == len(offered.lead_probabilities)
    rung_at = world.time
    world.post(m.CallRinging(call_id="1001-1"))
    world.run(2.0)
    (call,) = policy[-1].seen[-1].calls
    assert call.ringing_at == rung_at
    assert call.answer_probability is not None
    assert call.answer_probability > 0.7
    world.end("1001-1", CallCause.NO_ANSWER)
    observed = [one for one in policy[-1].learned if isinstance(one, CallObserved)]
    assert observed[-1].answer_probability is not None
    assert observed[-1].answer_probability > 0.7
    assert observed[-1].answer_probability != call.answer_probability  # which knows by now how it rings
    assert observed[0].answer_probability is None


def test_without_leave_to_choose_the_hopper_is_dialed_in_order(policy: list[Choosy]) -> None:
    world = taught_world(SCORED)
    give(world, 1001, 1002, 1003)
    world.end("1001-1", CallCause.BUSY)
    assert placed_after_lessons(world) == [1001, 1002]


def test_the_leads_that_pacing_chooses_are_dialed(policy: list[Choosy]) -> None:
    world = taught_world(CHOOSING)
    give(world, 1001, 1003, 1004, 1005)
    assert placed_after_lessons(world) == [1004]
    world.end("1004-1", CallCause.BUSY)
    assert placed_after_lessons(world) == [1004, 1001]
    assert world.view().hopper == 2


def test_a_lead_passed_over_for_too_long_goes_first_whatever_pacing_says(policy: list[Choosy]) -> None:
    world = taught_world(CHOOSING)
    give(world, 2000)
    give(world, 1001)
    world.run(PASSED_OVER_S_MAX + 2.0)
    give(world, 1002)
    world.end("2000-1", CallCause.BUSY)
    assert placed_after_lessons(world) == [2000, 1001]


def test_every_chosen_lead_still_passes_the_gate(policy: list[Choosy]) -> None:
    world = taught_world(CHOOSING)
    give(world, 2000)
    give(world, 1001)
    give(world, 1002, time_zone="Atlantis/Nowhere")
    world.end("2000-1", CallCause.BUSY)
    assert world.count("leads_refused.time_zone") == 1
    assert placed_after_lessons(world) == [2000, 1001]


def test_and_the_hours_of_calling(policy: list[Choosy]) -> None:
    world = taught_world(CHOOSING)
    give(world, 2000)
    give(world, 1001, 1002)
    closed = task(pacing=CHOOSING, calling_window=CallingWindow(start="08:00", end="08:01"))
    world.start(closed)
    world.end("2000-1", CallCause.BUSY)
    world.run(5.0)
    assert placed_after_lessons(world) == [2000]


def test_a_chosen_lead_whose_trunk_is_down_stays_and_the_next_in_order_is_dialed(policy: list[Choosy]) -> None:
    small = Trunk(name="small", prefixes=("+12025551002",), caller_id="+12025550101")
    main = Trunk(name="main", prefixes=("+12025550", "+12025551001", "+12025552"), caller_id="+12025550100")
    world = taught_world(CHOOSING, EngineSettings(trunks=(main, small)))
    world.post(m.TrunkStateChanged(trunk="small", is_up=False))
    give(world, 2000)
    give(world, 1001, 1002)
    world.end("2000-1", CallCause.BUSY)
    assert placed_after_lessons(world) == [2000, 1001]
    assert world.view().hopper == 1


def test_changing_other_pacing_settings_forgets_neither_scores_nor_policy(policy: list[Choosy]) -> None:
    world = taught_world(SCORED)
    world.start(task(pacing=PacingSettings(policy=CHOOSY, lead_scores=True, cancel_after_s=15.0)))
    assert world.view().are_scores_used
    assert len(policy) == 1
    world.start(task(pacing=PacingSettings(policy=CHOOSY)))
    assert not world.view().are_scores_used


def test_the_same_events_give_the_same_commands(policy: list[Choosy]) -> None:
    def sent() -> list[m.Command]:
        world = taught_world(CHOOSING)
        give(world, 1001, 1002, 1003, 1004)
        world.end("1004-1", CallCause.BUSY)
        return world.sent

    assert sent() == sent()
