from collections.abc import Iterator
from itertools import pairwise

import pytest
from msgspec.structs import replace

from campaigns.caller_ids import CallerId, CallerIdChoice, CallerIdPool
from campaigns.model import CallingWindow, CampaignStatus, PacingSettings, Treatment
from dialer import messages as m
from dialer.model import CallCause, EngineSettings, Trunk
from pacing.model import Decision, Observation, PolicySettings, Snapshot
from tests.dialer.world import SETTINGS, STEADY, Steady, World, known_policy, lead, silent, task

MAIN = Trunk(name="main", caller_id="+12025550100")
PACED = PacingSettings(policy=STEADY, cancel_after_s=15.0)


@pytest.fixture(autouse=True)
def steady_policy() -> Iterator[None]:
    with known_policy():
        yield


def numbers_placed(world: World, campaign_id: int) -> int:
    return sum(attempt.campaign_id == campaign_id for attempt in world.attempts.values())


def test_nobody_at_work_means_no_call() -> None:
    world = World(fate=silent)
    world.start(task(pacing=PACED))
    assert world.view().decision == "no agent of skill group 'sales' is at work"
    world.post(m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="sip:ann"))
    world.run(30.0)
    assert world.placed == []
    assert world.view().decision == "no agent of skill group 'sales' is at work"
    world.post(m.AgentWentReady(agent_id="ann"))
    assert len(world.placed) == 2


def test_every_event_that_changes_the_answer_is_acted_on_at_once() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(pacing=PACED))
    commands = world.post(m.CallEnded(call_id=world.placed[0], cause=CallCause.BUSY))
    assert any(isinstance(command, m.PlaceCall) for command in commands)


def test_the_tick_paces_when_nothing_happens() -> None:
    world = World(EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", cps_max=1.0),)), fate=silent)
    world.add_agents(3)
    world.start(task(pacing=PACED))
    assert len(world.placed) == 1
    world.run(3.0)
    assert len(world.placed) == 4


def test_trunk_limits_are_kept() -> None:
    world = World(EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", channels_max=5),)), fate=silent)
    world.add_agents(10)
    world.start(task(pacing=PACED))
    world.run(60.0)
    assert len(world.placed) == 5


def test_a_trunk_that_is_down_keeps_the_leads_and_another_takes_over() -> None:
    spare = Trunk(name="spare", caller_id="+12025550101", priority=1)
    world = World(EngineSettings(trunks=(MAIN, spare)), fate=silent)
    world.add_agents(1)
    world.post(m.TrunkStateChanged(trunk="main", is_up=False))
    world.start(task(pacing=PACED))
    assert {command.trunk for command in world.of(m.PlaceCall)} == {"spare"}
    world.post(m.TrunkStateChanged(trunk="spare", is_up=False))
    held = world.view().hopper
    world.post(m.CallEnded(call_id=world.placed[0], cause=CallCause.BUSY))
    assert len(world.placed) == 2
    assert world.view().hopper == held
    world.post(m.TrunkStateChanged(trunk="main", is_up=True))
    assert world.of(m.PlaceCall)[-1].trunk == "main"


def test_leads_whose_trunk_is_full_are_passed_over() -> None:
    trunks = (Trunk(name="a", prefixes=("+12025550001",), channels_max=1, caller_id="+1"), MAIN)
    world = World(EngineSettings(trunks=(trunks[0], Trunk(name="b", prefixes=("+12025559",), caller_id="+1"))), leads=0)
    world.fate = silent
    world.add_agents(1)
    world.start(task(pacing=PACED))
    same = [lead(number, number="+12025550001") for number in (1, 2)]
    world.post(m.LeadsReserved(campaign_id=1, leads=(*same, lead(3, number="+12025559999"))))
    assert world.placed == ["1-1", "3-1"]
    assert world.view().hopper == 1


@pytest.mark.parametrize(
    ("settings", "changes", "counter"),
    [
        (EngineSettings(), {}, "leads_refused.no_route"),
        (EngineSettings(trunks=(Trunk(name="main"),)), {}, "leads_refused.no_route"),
        (EngineSettings(trunks=(MAIN,)), {"attempts_max": 0}, "leads_refused.attempts_max"),
        (
            EngineSettings(trunks=(MAIN,)),
            {"calling_window": CallingWindow(start="08:00", end="08:01")},
            "leads_refused.calling_window",
        ),
    ],
)
def test_what_gate_or_routing_refuse_is_counted_and_does_not_loop(
    settings: EngineSettings, changes: dict[str, object], counter: str
) -> None:
    world = World(settings, fate=silent, leads=20)
    world.add_agents(5)
    world.start(task(pacing=PACED, **changes))
    world.run(60.0)
    assert world.placed == []
    assert world.of(m.RecordAttempts) == []
    if settings.trunks:
        assert world.count(counter) == 20 or counter == "leads_refused.no_route"
    assert len(world.sent) < 120


def test_pausing_takes_effect_in_the_same_step() -> None:
    world = World(fate=silent)
    world.add_agents(2)
    world.start(task(pacing=PACED))
    before = len(world.placed)
    world.start(task(pacing=PACED, status=CampaignStatus.PAUSED))
    world.post(m.CallEnded(call_id=world.placed[0], cause=CallCause.BUSY))
    world.run(60.0)
    assert len(world.placed) == before


def test_campaigns_that_share_agents_never_promise_one_twice() -> None:
    world = World(fate=silent)
    world.add_agents(10)
    world.start(task(1, pacing=PACED), task(2, pacing=PACED, priority=1))
    assert len(world.placed) == 20
    assert (numbers_placed(world, 1), numbers_placed(world, 2)) == (20, 0)
    for call_id in list(world.placed[:10]):
        world.post(m.CallEnded(call_id=call_id, cause=CallCause.BUSY))
    assert numbers_placed(world, 2) == 10, "the higher priority is served first"
    assert len(world.placed) == 30


def test_equals_take_turns() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(1, pacing=PACED), task(2, pacing=PACED))
    for _ in range(40):
        world.post(m.CallEnded(call_id=world.placed[-1], cause=CallCause.BUSY))
    counts = [numbers_placed(world, campaign_id) for campaign_id in (1, 2)]
    assert abs(counts[0] - counts[1]) <= 2


def test_groups_that_share_agents_count_each_others_calls() -> None:
    world = World(fate=silent)
    world.add_agents(10, "sales", "service")
    world.start(task(1, pacing=PACED), task(2, pacing=PACED, skill_group="service"))
    world.run(10.0)
    assert len(world.placed) == 20


def test_an_agentless_campaign_dials_what_the_trunks_take() -> None:
    world = World(
        EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", cps_max=4, channels_max=7),)), fate=silent
    )
    world.start(task(treatment=Treatment.MESSAGE))
    assert len(world.placed) == 4
    world.run(5.0)
    assert len(world.placed) == 7


def test_calls_are_given_up_only_after_the_legal_ring_time() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(pacing=PACED))
    first, second = world.placed
    world.run(10.0)
    world.post(m.CallRinging(call_id=second))
    world.post(m.CallAnswered(call_id=first))
    world.run(14.9)
    assert world.of(m.CancelCall) == []
    assert world.count("cancels_refused") > 0
    world.run(1.1)
    assert world.of(m.CancelCall) == [m.CancelCall(call_id=second)]
    assert world.outcomes() == ["cancelled"]
    assert world.view().late_cancels == world.count("late_cancels") == 1


@pytest.mark.parametrize(("cancel_after_s", "rung_s"), [(None, None), (3.0, 15.0), (22.0, 22.0)])
def test_calls_are_given_up_as_the_campaign_says_and_never_before_the_law_allows(
    cancel_after_s: float | None, rung_s: float | None
) -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(pacing=PacingSettings(policy=STEADY, cancel_after_s=cancel_after_s)))
    for call_id in world.placed:
        world.post(m.CallRinging(call_id=call_id))
    world.post(m.AgentPaused(agent_id="agent-0"))
    world.run((rung_s or 60.0) - 0.1)
    assert world.of(m.CancelCall) == []
    world.run(10.0)
    assert len(world.of(m.CancelCall)) == (0 if rung_s is None else 2)


@pytest.mark.parametrize("late_cancels_max", [1, 2])
def test_one_number_is_given_up_only_so_often(late_cancels_max: int) -> None:
    pacing = PacingSettings(policy=STEADY, cancel_after_s=15.0, late_cancels_max=late_cancels_max)
    world = World(fate=silent, leads=0)
    world.add_agents(1)
    world.start(task(pacing=pacing))
    for attempts_made in range(4):
        world.post(m.AgentWentReady(agent_id="agent-0"))
        world.post(m.LeadsReserved(campaign_id=1, leads=(lead(1, attempts_made=attempts_made),)))
        world.post(m.CallRinging(call_id=world.placed[-1]))
        world.post(m.AgentPaused(agent_id="agent-0"))
        world.run(40.0)
        world.end(world.placed[-1], CallCause.NO_ANSWER)
    assert world.outcomes() == ["cancelled"] * late_cancels_max + ["no_answer"] * (4 - late_cancels_max)
    assert world.count("cancels_refused.late_cancels_max") > 0


def test_the_cap_holds_for_the_number_whichever_campaign_called_it() -> None:
    world = World(fate=silent, leads=0)
    world.add_agents(1)
    world.start(task(1, pacing=PACED), task(2, pacing=PACED))
    for campaign_id in (1, 2):
        world.post(m.AgentWentReady(agent_id="agent-0"))
        same = lead(campaign_id, campaign_id, number="+12025550001")
        world.post(m.LeadsReserved(campaign_id=campaign_id, leads=(same,)))
        world.post(m.CallRinging(call_id=world.placed[-1]))
        world.post(m.AgentPaused(agent_id="agent-0"))
        world.run(40.0)
    assert [world.view(campaign_id).late_cancels for campaign_id in (1, 2)] == [1, 0]


def test_pacing_is_told_which_calls_may_be_given_up() -> None:
    seen: list[Snapshot] = []

    class Watching(Steady):
        def decide(self, snapshot: Snapshot) -> Decision:
            seen.append(snapshot)
            return super().decide(snapshot)

    with known_policy("test: watching", Watching):
        world = World(fate=silent, leads=0)
        world.add_agents(2)
        own = PacingSettings(policy="test: watching", cancel_after_s=18.0)
        world.start(task(1, pacing=own), task(2, pacing=PacingSettings(policy=STEADY)))
        world.post(m.LeadsReserved(campaign_id=2, leads=(lead(1, 2),)))
        world.post(m.LeadsReserved(campaign_id=1, leads=tuple(lead(number, 1) for number in range(2, 9))))
        world.post(m.CallRinging(call_id="2-1"))
        world.run(2.0)
    assert seen[-1].cancel_after_s == 18.0
    may_cancel = {call.call_id: call.may_cancel for call in seen[-1].calls}
    assert may_cancel.pop("1-1") is False
    assert may_cancel
    assert all(may_cancel.values())


def test_when_all_agents_vanish_calls_in_flight_may_still_be_given_up() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(pacing=PACED))
    for call_id in world.placed:
        world.post(m.CallRinging(call_id=call_id))
    world.post(m.AgentPaused(agent_id="agent-0"))
    world.run(25.0)
    assert len(world.of(m.CancelCall)) == 2
    assert len(world.placed) == 2


def test_also_when_they_have_all_logged_out() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(pacing=PACED))
    for call_id in world.placed:
        world.post(m.CallRinging(call_id=call_id))
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    world.run(25.0)
    assert len(world.of(m.CancelCall)) == 2
    assert len(world.placed) == 2


def test_a_policy_that_raises_is_counted_and_pacing_is_progressive() -> None:
    class Faulty:
        def __init__(self, settings: PolicySettings) -> None:
            pass

        def decide(self, snapshot: Snapshot) -> Decision:
            raise ZeroDivisionError("nobody has answered")

        def learn(self, observation: Observation) -> None:
            raise ZeroDivisionError("nobody has answered")

    with known_policy("test: faulty", Faulty):
        world = World(fate=silent)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: faulty")))
        assert len(world.placed) == 2
        world.post(m.CallAnswered(call_id=world.placed[0]))
        world.run(2.0)
    assert world.states() == {"agent-0": "talking", "agent-1": "idle"}
    assert "ZeroDivisionError" in world.view().decision
    assert world.count("policy_failures") >= 4


def test_the_view_says_why_nothing_is_dialed() -> None:
    world = World(EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", channels_max=2),)), fate=silent)
    world.leads_left = 2
    world.add_agents(3)
    world.start(task(pacing=PACED))
    world.post(m.AgentPaused(agent_id="agent-2"))
    assert world.view().decision == "there are no leads to dial now"
    world.post(m.LeadsReserved(campaign_id=1, leads=(lead(900),)))
    assert world.view().decision == "the trunks take no more calls now"


def test_calls_show_the_pools_numbers_and_wait_while_all_of_them_rest() -> None:
    world = World(fate=silent)
    pool = CallerIdPool(choice=CallerIdChoice.ROTATION, rest_after_calls=2, rest_s=30.0)
    numbers = tuple(CallerId(number=f"+1202555019{index}") for index in range(2))
    world.add_agents(4)
    world.start(replace(task(pacing=PACED, caller_ids=pool), caller_ids=numbers))
    shown = [call.caller_id for call in world.of(m.PlaceCall)]
    assert shown == [numbers[0].number, numbers[1].number] * 2, "eight were wanted"
    assert [attempt.caller_id for attempt in world.attempts.values()] == shown
    world.run(29.0)
    assert len(world.placed) == 4
    world.run(2.0)
    assert len(world.placed) == 8
    world.start(task(pacing=PACED, caller_ids=pool))
    world.run(60.0)
    assert len(world.placed) == 8, "none is registered any more"


def test_decisions_are_reported_when_they_act_and_otherwise_once_a_second() -> None:
    world = World(fate=silent, leads=2)
    world.add_agents(1)
    world.start(task(pacing=PACED))
    (report,) = [each for each in world.of(m.ReportDecision) if each.calls]
    assert (report.calls, report.agents_free, report.agents_soon_free) == (2, 1, 0)
    assert report.numbers == {"idle": 1}
    before = len(world.of(m.ReportDecision))
    world.run(60.0)
    assert len(world.of(m.ReportDecision)) - before <= 2


def test_an_unknown_policy_dials_nothing_and_says_why() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task(pacing=PacingSettings(policy="wishful")))
    world.run(10.0)
    assert world.placed == []
    assert "no pacing policy 'wishful'" in world.view().decision


class Foretelling(Steady):
    """One call per decision, each at a risk of its own."""

    def decide(self, snapshot: Snapshot) -> Decision:
        return Decision(calls=2, risks=(0.01, 0.02), reason="2 calls")


def test_the_risk_of_a_dial_comes_back_with_its_answer() -> None:
    world = World(fate=silent, leads=2)
    with known_policy("foretelling", Foretelling):
        world.add_agents(1)
        world.start(task(pacing=PacingSettings(policy="foretelling")))
        first, second = world.placed
        world.post(m.CallAnswered(call_id=second))
        world.post(m.CallAnswered(call_id=first))
        world.run(5.0)
        view = world.view()
    assert view.risk_ratio == pytest.approx(1.0 / 0.03, rel=1e-3)
    assert not view.is_forecast_off


def test_pacing_is_asked_when_it_may_place_more_and_on_ticks_that_find_no_fresh_decision() -> None:
    asked: list[float] = []

    class Watching(Steady):
        def decide(self, snapshot: Snapshot) -> Decision:
            asked.append(snapshot.now)
            return super().decide(snapshot)

    with known_policy("test: watching", Watching):
        world = World(fate=silent)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: watching")))
        world.run(5.75)
        gaps = [later - earlier for earlier, later in pairwise(asked) if later > earlier]
        assert gaps
        assert max(gaps) <= 1.5 * SETTINGS.tick_s
        count = len(asked)
        world.post(m.CallRinging(call_id=world.placed[0]))
        world.post(m.CallAnswered(call_id=world.placed[1]))
        assert len(asked) == count
        world.end(world.placed[0], CallCause.BUSY)
        assert len(asked) > count
        count = len(asked)
        world.run(0.4)
        assert len(asked) == count, "a tick within half a second of the last decision asked again"


def test_while_an_answer_holds_only_events_ask_again() -> None:
    asked: list[float] = []

    class Sure(Steady):
        def decide(self, snapshot: Snapshot) -> Decision:
            asked.append(snapshot.now)
            return replace(super().decide(snapshot), calls=2 if len(asked) == 1 else 0, holds_s=3.2)

    with known_policy("test: sure", Sure):
        world = World(fate=silent)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: sure")))
        world.run(1.0)
        count, before = len(asked), asked[-1]
        world.run(10.0)
        gaps = [later - earlier for earlier, later in pairwise([before, *asked[count:]])]
        assert gaps
        assert all(3.2 <= gap <= 3.2 + SETTINGS.tick_s for gap in gaps)
        count = len(asked)
        world.end(world.placed[0], CallCause.BUSY)
        assert len(asked) > count


def test_where_calls_may_be_given_up_an_answer_asks_pacing() -> None:
    asked: list[float] = []

    class Watching(Steady):
        def decide(self, snapshot: Snapshot) -> Decision:
            asked.append(snapshot.now)
            return super().decide(snapshot)

    with known_policy("test: watching", Watching):
        world = World(fate=silent)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: watching", cancel_after_s=15.0)))
        count = len(asked)
        world.post(m.CallAnswered(call_id=world.placed[1]))
        assert len(asked) == count + 1
