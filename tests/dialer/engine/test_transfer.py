"""Handing a call on: to an agent, a skill group, a number, from desk and phone; and what cannot be done."""

import pytest

from campaigns.terms import RecordingMode
from dialer import messages as m
from dialer.model import CallCause, EngineSettings, RecordingAction, Trunk
from tests.dialer.world import SETTINGS, World, silent, task

OUTSIDE = "+12025550177"


def talking(agents: int = 1, settings: EngineSettings = SETTINGS, **campaign: object) -> tuple[World, str]:
    """agent-0 talks to a customer; the others are idle."""
    world = World(settings=settings, fate=silent, leads=1, acw_s=None)
    world.add_agents(agents)
    world.start(task(**campaign))
    (call_id,) = world.placed
    world.holds_legs = True
    world.post(m.CallAnswered(call_id=call_id))
    world.run(10.0)
    assert world.states()["agent-0"] == "talking"
    return world, call_id


def ask(world: World, **target: str) -> str:
    request_id = 1000 + len(world.answers)
    world.post(m.TransferAsked(agent_id="agent-0", request_id=request_id, **target))
    return world.answers[request_id]


def party_of(world: World) -> m.OpenLeg:
    return world.of(m.OpenLeg)[-1]


def screen(world: World, agent_id: str = "agent-0") -> str:
    shown = [each for each in world.of(m.ShowAgent) if each.agent_id == agent_id][-1]
    assert shown.call is not None
    return shown.call.transfer


def test_to_another_agent_at_once() -> None:
    world, call_id = talking(agents=2)
    assert ask(world, to_agent="agent-1") == ""
    assert world.states() == {"agent-0": "acw", "agent-1": "talking"}
    assert [bridge.leg_id for bridge in world.of(m.BridgeCall)] == ["agent-0#1", "agent-1#2"]
    assert screen(world) == "handed on to agent-1"
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.states() == {"agent-0": "acw", "agent-1": "acw"}
    assert world.outcomes() == ["connected"]
    assert world.results[call_id].attempt.agent_id == "agent-1", "who talked last"
    assert (world.view().answered, world.view().abandoned) == (1, 0)


def test_to_a_skill_group_whose_agent_is_idle_longest() -> None:
    world, _ = talking()
    for name in ("bob", "cid"):
        world.add_agent(name, ("billing",))
    assert ask(world, skill_group="billing") == ""
    assert world.states() == {"agent-0": "acw", "bob": "talking", "cid": "idle"}


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ({"to_agent": "agent-0"}, "agent 'agent-0' is talking, not idle"),
        ({"to_agent": "nobody"}, "agent 'nobody' is offline, not idle"),
        ({"skill_group": "billing"}, "no agent of skill group 'billing' is idle"),
        ({"number": "12025550177"}, "write it with a plus sign"),
        ({"number": "+19005550100"}, "numbers that begin with +1900 are barred"),
        ({}, "name one target"),
        ({"number": OUTSIDE, "to_agent": "bob"}, "name one target"),
    ],
)
def test_what_cannot_be_done_changes_nothing(target: dict[str, str], why: str) -> None:
    world, _ = talking()
    sent = len(world.sent)
    assert why in ask(world, **target)
    assert [type(command) for command in world.sent[sent:]] == [m.AnswerRequest]
    assert world.states() == {"agent-0": "talking"}


def test_a_number_on_the_do_not_call_list_is_refused() -> None:
    world, _ = talking()
    world.post(m.NumbersBlocked(numbers=(OUTSIDE,)))
    assert "do-not-call" in ask(world, number=OUTSIDE)


def test_full_trunks_are_said_to_be() -> None:
    settings = EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", channels_max=1),))
    world, _ = talking(settings=settings)
    assert "full or down" in ask(world, number=OUTSIDE)


def test_to_a_number_once_it_answers() -> None:
    world, call_id = talking()
    assert ask(world, number=OUTSIDE) == ""
    leg = party_of(world)
    assert (leg.leg_id, leg.agent_id, leg.address, leg.trunk) == (f"{call_id}>1", "agent-0", OUTSIDE, "main")
    assert leg.caller_id == "+12025550100"
    assert world.states() == {"agent-0": "talking"}, "nobody is left alone while it rings"
    assert screen(world) == f"calling {OUTSIDE}"
    world.post(m.LegOpened(leg_id=leg.leg_id))
    world.run(0.0)
    assert world.states() == {"agent-0": "acw"}
    assert world.of(m.BridgeCall)[-1] == m.BridgeCall(call_id=call_id, leg_id=leg.leg_id)
    assert world.view().bridged == 1
    world.run(60.0)
    assert world.of(m.HangUpCall) == [], "its bridge stands"
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.of(m.CloseLeg) == [m.CloseLeg(leg_id=leg.leg_id)]
    assert world.outcomes() == ["connected"]
    cdr = world.results[call_id].cdr
    assert cdr is not None
    assert (cdr.agent_id, cdr.talk_s) == ("agent-0", 70.0)
    assert (world.view().answered, world.view().abandoned) == (1, 0)


def test_the_party_hanging_up_ends_the_call() -> None:
    world, call_id = talking()
    ask(world, number=OUTSIDE)
    world.post(m.LegOpened(leg_id=party_of(world).leg_id))
    world.post(m.LegClosed(leg_id=party_of(world).leg_id))
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]
    world.run(1.0)
    assert world.results[call_id].attempt.cause == f"{OUTSIDE} hung up"


def test_a_number_that_does_not_answer_leaves_everything_as_it_was() -> None:
    world, _ = talking()
    ask(world, number=OUTSIDE)
    assert "handed on to +12025550177 already" in ask(world, number="+12025550178")
    world.post(m.LegClosed(leg_id=party_of(world).leg_id, reason="486 Busy Here"))
    assert world.states() == {"agent-0": "talking"}
    assert screen(world) == f"{OUTSIDE} was not reached: 486 Busy Here"
    assert ask(world, number="+12025550178") == ""


def test_a_trunks_channel_is_taken_and_given_back() -> None:
    settings = EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", channels_max=2),))
    world, _ = talking(settings=settings)
    ask(world, number=OUTSIDE)
    world.post(m.TransferGivenUp(agent_id="agent-0", request_id=78))
    assert "full or down" in ask(world, number=OUTSIDE), "until the leg is closed"
    world.post(m.LegClosed(leg_id=party_of(world).leg_id))
    assert ask(world, number=OUTSIDE) == ""


def test_a_transfer_can_be_given_up_while_it_rings_and_not_otherwise() -> None:
    world, _ = talking()
    world.post(m.TransferGivenUp(agent_id="agent-0", request_id=78))
    assert "no transfer under way" in world.answers[78]
    ask(world, number=OUTSIDE)
    leg_id = party_of(world).leg_id
    world.post(m.TransferGivenUp(agent_id="agent-0", request_id=79))
    assert world.answers[79] == ""
    assert world.of(m.CloseLeg) == [m.CloseLeg(leg_id=leg_id)]
    world.post(m.LegOpened(leg_id=leg_id))
    assert world.states() == {"agent-0": "talking"}, "an answer that comes too late"


@pytest.mark.parametrize("ends", ["customer", "agent", "log out", "leg"])
def test_the_party_is_given_up_with_the_call(ends: str) -> None:
    world, call_id = talking()
    ask(world, number=OUTSIDE)
    event: m.Event = {
        "customer": m.CallEnded(call_id=call_id, cause=CallCause.FAR_END),
        "agent": m.AgentHungUp(agent_id="agent-0"),
        "log out": m.AgentLoggedOut(agent_id="agent-0"),
        "leg": m.LegClosed(leg_id="agent-0#1"),
    }[ends]
    world.post(event)
    assert m.CloseLeg(leg_id=party_of(world).leg_id) in world.of(m.CloseLeg)
    world.run(1.0)
    assert world.outcomes() == ["connected"]


def test_audio_that_is_never_joined_ends_the_call() -> None:
    world, _ = talking()
    world.holds_bridges = True
    ask(world, number=OUTSIDE)
    world.post(m.LegOpened(leg_id=party_of(world).leg_id))
    world.run(3.0)
    assert len(world.of(m.HangUpCall)) == 1
    assert len(world.of(m.CloseLeg)) == 1
    assert world.outcomes() == ["connected"]


def test_a_shutdown_ends_a_call_that_was_handed_on() -> None:
    world, call_id = talking()
    ask(world, number=OUTSIDE)
    world.post(m.LegOpened(leg_id=party_of(world).leg_id))
    world.post(m.ShutdownBegan())
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]


def test_a_recording_ends_with_the_agents_part() -> None:
    world, call_id = talking(recording=RecordingMode.ALL)
    ask(world, number=OUTSIDE)
    world.post(m.LegOpened(leg_id=party_of(world).leg_id))
    stop = m.ControlRecording(call_id=call_id, leg_id="agent-0#1", action=RecordingAction.STOP)
    assert world.of(m.ControlRecording) == [stop]
    assert not world.of(m.BridgeCall)[-1].is_recorded


def refer(world: World, target: str, replaces: str = "") -> list[int]:
    before = len(world.of(m.AnswerRefer))
    world.post(m.LegReferred(leg_id="agent-0#1", target=target, replaces=replaces))
    return [answer.status for answer in world.of(m.AnswerRefer)[before:]]


def test_the_phone_hands_on_to_an_agent_by_name() -> None:
    world, _ = talking(agents=2)
    assert refer(world, "agent-1") == [202, 200]
    assert world.states() == {"agent-0": "acw", "agent-1": "talking"}


def test_the_phone_hands_on_to_a_group() -> None:
    world, _ = talking()
    world.add_agent("bob", ("billing",))
    assert refer(world, "billing") == [202, 200]


def test_the_phone_hears_how_a_number_took_it() -> None:
    world, _ = talking()
    assert refer(world, OUTSIDE) == [202]
    world.post(m.LegOpened(leg_id=party_of(world).leg_id))
    world.run(0.0)
    assert [answer.status for answer in world.of(m.AnswerRefer)] == [202, 200]


def test_the_phone_hears_that_it_failed() -> None:
    world, _ = talking()
    refer(world, OUTSIDE)
    world.post(m.LegClosed(leg_id=party_of(world).leg_id))
    assert [answer.status for answer in world.of(m.AnswerRefer)] == [202, 480]


def test_the_phone_hears_that_the_customer_went() -> None:
    world, call_id = talking()
    refer(world, OUTSIDE)
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert [answer.status for answer in world.of(m.AnswerRefer)] == [202, 487]


@pytest.mark.parametrize(
    ("target", "status"), [("+19005550100", 403), ("nobody", 404), ("agent-0", 480), ("", 404), ("+1202x", 404)]
)
def test_the_phone_is_refused(target: str, status: int) -> None:
    world, _ = talking()
    assert refer(world, target) == [status]
    assert world.states() == {"agent-0": "talking"}
    assert world.count("transfers_refused") == 1


def test_a_phone_without_a_call_and_a_leg_of_nobody_are_refused() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    assert refer(world, "agent-1") == [481]
    world.post(m.LegReferred(leg_id="nobody#9", target="x"))
    assert world.of(m.AnswerRefer)[-1] == m.AnswerRefer(leg_id="nobody#9", status=481)


def test_a_second_transfer_beside_one_that_rings_is_refused() -> None:
    world, _ = talking()
    refer(world, OUTSIDE)
    assert refer(world, OUTSIDE) == [491]


def test_an_attended_transfer_takes_the_place_of_the_phones_own_call() -> None:
    world, call_id = talking()
    assert refer(world, "bob", "abc;to-tag=1;from-tag=2") == [202]
    leg = party_of(world)
    assert (leg.address, leg.replaces, leg.trunk) == ("bob", "abc;to-tag=1;from-tag=2", "")
    world.post(m.LegOpened(leg_id=leg.leg_id))
    world.run(0.0)
    assert [answer.status for answer in world.of(m.AnswerRefer)] == [202, 200]
    assert world.of(m.BridgeCall)[-1] == m.BridgeCall(call_id=call_id, leg_id=leg.leg_id)
    assert world.states() == {"agent-0": "acw"}


def test_no_number_is_called_past_the_fence_by_replaces() -> None:
    world, _ = talking()
    assert refer(world, "+19005550177", "abc;to-tag=1;from-tag=2") == [403]
    assert world.states() == {"agent-0": "talking"}


def test_names_stay_inside_the_tenant() -> None:
    world = World(fate=silent, leads=1, acw_s=None)
    world.add_agent("2~ann", ("2~sales",))
    world.start(task(tenant_id=2, skill_group="2~sales"))
    world.post(m.CallAnswered(call_id=world.placed[0]))
    for name in ("agent-0", "2~bob", "bob"):
        world.add_agent(name, ("2~sales" if "~" in name else "other",))
    for stranger in ("agent-0", "other"):
        world.post(m.LegReferred(leg_id="2~ann#1", target=stranger))
        assert world.of(m.AnswerRefer)[-1].status == 404
    world.post(m.LegReferred(leg_id="2~ann#1", target="bob"))
    assert world.states() == {"2~ann": "acw", "agent-0": "idle", "2~bob": "talking", "bob": "idle"}


def test_a_phone_that_hangs_up_when_it_has_handed_its_call_on_is_called_again() -> None:
    world, call_id = talking(agents=2)
    refer(world, "agent-1")
    world.post(m.LegClosed(leg_id="agent-0#1", reason="the far end hung up"))
    assert world.states() == {"agent-0": "connecting", "agent-1": "talking"}
    again = world.of(m.OpenLeg)[-1]
    assert (again.leg_id, again.agent_id, again.address) == ("agent-0#3", "agent-0", world.of(m.OpenLeg)[0].address)
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sale", request_id=7))
    assert [written.disposition for written in world.of(m.RecordDisposition)] == ["sale"], "what came of it"
    world.post(m.LegOpened(leg_id="agent-0#3"))
    assert world.states() == {"agent-0": "idle", "agent-1": "talking"}
    assert (world.count("legs_called_again"), world.count("legs_lost")) == (1, 0)
    world.post(m.LegClosed(leg_id="agent-0#3", reason="the far end hung up"))
    assert world.states() == {"agent-1": "talking"}, "once, and no more"


def test_it_is_called_again_after_a_transfer_to_a_number_too() -> None:
    world, _ = talking()
    refer(world, OUTSIDE)
    world.post(m.LegOpened(leg_id=party_of(world).leg_id))
    world.run(0.0)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    world.post(m.LegOpened(leg_id=world.of(m.OpenLeg)[-1].leg_id))
    assert world.states() == {"agent-0": "idle"}


def test_who_wanted_a_pause_has_it_when_the_phone_is_back() -> None:
    world, _ = talking(agents=2)
    world.post(m.AgentPaused(agent_id="agent-0", reason="lunch"))
    refer(world, "agent-1")
    world.post(m.LegClosed(leg_id="agent-0#1"))
    world.post(m.LegOpened(leg_id="agent-0#3"))
    assert world.states() == {"agent-0": "paused", "agent-1": "talking"}


def test_a_pause_asked_for_while_the_phone_is_called_again_is_had() -> None:
    world, _ = talking(agents=2)
    refer(world, "agent-1")
    world.post(m.LegClosed(leg_id="agent-0#1"))
    world.post(m.AgentPaused(agent_id="agent-0", reason="lunch"))
    world.post(m.LegOpened(leg_id="agent-0#3"))
    assert world.states() == {"agent-0": "paused", "agent-1": "talking"}


def test_a_phone_that_hangs_up_much_later_has_left() -> None:
    world, _ = talking(agents=2)
    refer(world, "agent-1")
    world.run(11.0)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.states() == {"agent-1": "talking"}


def test_a_phone_that_does_not_answer_the_second_time_has_left() -> None:
    world, _ = talking(agents=2)
    refer(world, "agent-1")
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.states()["agent-0"] == "connecting"
    world.post(m.LegClosed(leg_id="agent-0#3", reason="486 Busy Here"))
    assert world.states() == {"agent-1": "talking"}
