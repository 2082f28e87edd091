import pytest

from campaigns.model import Outcome, Treatment
from dialer import messages as m
from dialer.model import CallCause
from tests.dialer.world import SETTINGS, World, silent, task


def hearing_the_message(**settings: object) -> tuple[World, str]:
    """An agentless campaign's call, to which the message plays."""
    world = World(SETTINGS, fate=silent)
    world.start(task(treatment=Treatment.MESSAGE, **settings))
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    assert world.of(m.PlayMessage)
    return world, call_id


def press(world: World, call_id: str, keys: str) -> None:
    for key in keys:
        world.post(m.DigitHeard(call_id=call_id, digit=key))


def test_the_opt_out_digit_is_a_do_not_call_request_and_ends_the_call() -> None:
    world, call_id = hearing_the_message()
    press(world, call_id, "19")
    assert m.HangUpCall(call_id=call_id) in world.of(m.HangUpCall)
    (said,) = world.of(m.RecordDisposition)
    assert (said.attempt_id, said.disposition, said.agent_id) == (call_id, "do_not_call", "")
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.DIALER))
    result = world.results[call_id]
    assert result.cdr is not None
    assert (result.cdr.digits, result.attempt.outcome) == ("19", Outcome.MESSAGE_PLAYED)
    assert "pressed 9: do not call" in result.attempt.cause
    assert world.count("opt_outs") == 1


@pytest.mark.parametrize(("settings", "keys"), [({}, "12345678*#"), ({"opt_out_digit": ""}, "9")])
def test_other_keys_are_only_kept(settings: dict[str, object], keys: str) -> None:
    world, call_id = hearing_the_message(**settings)
    press(world, call_id, keys)
    assert not world.of(m.HangUpCall)
    assert not world.of(m.RecordDisposition)


def test_keys_of_calls_that_are_gone_and_too_many_keys_do_no_harm() -> None:
    world, call_id = hearing_the_message()
    press(world, "9-9", "9")
    press(world, call_id, "1" * 100)
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    cdr = world.results[call_id].cdr
    assert cdr is not None
    assert cdr.digits == "1" * 32


def test_a_person_who_talks_to_an_agent_may_press_what_they_like() -> None:
    world = World(SETTINGS, fate=silent)
    world.add_agents(1)
    world.start(task())
    world.post(m.CallAnswered(call_id=world.placed[0]))
    press(world, world.placed[0], "9")
    assert world.states() == {"agent-0": "talking"}


def test_an_agents_keys_go_to_whom_they_talk_to_and_are_answered_by_the_gateway() -> None:
    world = World(SETTINGS, fate=silent)
    world.add_agents(1)
    world.post(m.DigitsAsked(agent_id="agent-0", digits="1", request_id=1))
    world.start(task())
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    world.post(m.DigitsAsked(agent_id="agent-0", digits="42#", request_id=2))
    world.post(m.DigitsAsked(agent_id="nobody", digits="1", request_id=3))
    assert world.of(m.SendDigits) == [m.SendDigits(call_id=call_id, digits="42#", request_id=2)]
    assert world.answers == {
        1: "agent 'agent-0' has no call on the line",
        2: "",
        3: "agent 'nobody' has no call on the line",
    }
    world.post(m.DigitsSent(request_id=4, error="no key was sent"))
    assert world.answers[4] == "no key was sent"
