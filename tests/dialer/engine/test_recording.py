import pytest

from campaigns.terms import RecordingMode
from dialer import messages as m
from dialer.model import RecordingAction
from tests.dialer.world import SETTINGS, World, silent, task


def talking(mode: RecordingMode) -> tuple[World, str]:
    world = World(SETTINGS, fate=silent)
    world.add_agents(1)
    world.start(task(recording=mode))
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    assert world.states() == {"agent-0": "talking"}
    return world, call_id


def ask(world: World, action: RecordingAction, agent_id: str = "agent-0") -> tuple[list[m.Command], str]:
    commands = world.post(m.RecordingAsked(agent_id=agent_id, action=action, request_id=len(world.sent) + 1))
    (answer,) = (one for one in commands if isinstance(one, m.AnswerRequest))
    return [one for one in commands if isinstance(one, m.ControlRecording)], answer.error


@pytest.mark.parametrize("mode", list(RecordingMode))
def test_the_campaign_says_whether_a_conversation_is_recorded_from_its_beginning(mode: RecordingMode) -> None:
    world, _ = talking(mode)
    assert world.of(m.BridgeCall)[0].is_recorded == (mode is RecordingMode.ALL)


def test_an_agent_pauses_a_recording_and_starts_one_where_that_is_theirs() -> None:
    for mode, action in ((RecordingMode.ALL, RecordingAction.PAUSE), (RecordingMode.ON_DEMAND, RecordingAction.START)):
        world, call_id = talking(mode)
        (command,), error = ask(world, action)
        assert isinstance(command, m.ControlRecording)
        assert (command.call_id, command.action, error) == (call_id, action, "")


def test_what_the_campaign_does_not_allow_is_refused_with_a_reason() -> None:
    for mode, action, why in (
        (RecordingMode.OFF, RecordingAction.START, "records nothing"),
        (RecordingMode.ALL, RecordingAction.STOP, "can be paused, not stopped"),
    ):
        world, _ = talking(mode)
        commands, error = ask(world, action)
        assert commands == []
        assert why in error


def test_without_a_call_there_is_nothing_to_record() -> None:
    world = World(SETTINGS, fate=silent)
    world.add_agents(1)
    for agent_id in ("agent-0", "nobody"):
        commands, error = ask(world, RecordingAction.PAUSE, agent_id)
        assert commands == []
        assert "no call on the line" in error
