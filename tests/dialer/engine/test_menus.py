"""Menus in the engine: what a key does to call, agents, account and store, and that nothing sounds after the end."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.menus import Menu, MenuAction, MenuChoice
from campaigns.model import PacingSettings, Treatment
from campaigns.terms import AmdSettings
from dialer import messages as m
from dialer.engine.menus import CALLBACK_WINDOW_S
from dialer.model import AmdResult, CallCause
from pacing.model import AnswerObserved, CallObserved, CallResult, DetectionObserved
from tests.dialer.world import SETTINGS, START, STEADY, World, known_policy, silent, task

KEYS = {
    "1": MenuChoice(action=MenuAction.AGENT),
    "2": MenuChoice(action=MenuAction.MESSAGE, message="hours"),
    "3": MenuChoice(action=MenuAction.DISPOSITION, disposition="callback", callback_after_s=3600.0),
    "4": MenuChoice(action=MenuAction.DISPOSITION, disposition="sale", message="thanks"),
    "5": MenuChoice(action=MenuAction.DISPOSITION, disposition="do_not_call"),
    "6": MenuChoice(action=MenuAction.HANG_UP),
    "7": MenuChoice(action=MenuAction.AGENT, skill_group="spanish"),
    "*": MenuChoice(action=MenuAction.REPEAT),
}
MENU = Menu(prompt="offer", keys=KEYS)
AGENTLESS = {key: choice for key, choice in KEYS.items() if choice.action is not MenuAction.AGENT}


def hearing_the_menu(agents: int = 1, **changes: Any) -> tuple[World, str]:
    """A call whose person hears the menu."""
    world = World(SETTINGS, fate=silent)
    world.add_agents(max(agents, 1))
    world.start(task(**{"menu": MENU, **changes}))
    call_id = world.placed[0]
    if not agents:
        world.post(m.AgentPaused(agent_id="agent-0"))
    world.post(m.CallAnswered(call_id=call_id))
    assert world.of(m.PlayMessage) == [m.PlayMessage(call_id=call_id, message="offer")]
    return world, call_id


def press(world: World, call_id: str, keys: str) -> None:
    for key in keys:
        world.post(m.DigitHeard(call_id=call_id, digit=key))


def ended(world: World, call_id: str, cause: CallCause = CallCause.DIALER) -> tuple[str, str, str]:
    """Outcome, disposition and cause once the call is over; by itself where the dialer has hung up."""
    if call_id not in world.results:
        world.end(call_id, cause)
    attempt = world.results[call_id].attempt
    return str(attempt.outcome), attempt.disposition, attempt.cause


def accounted(world: World) -> tuple[int, int]:
    view = world.view()
    return view.answered, view.abandoned


def test_nobody_is_given_to_an_agent_before_they_ask() -> None:
    world, call_id = hearing_the_menu()
    assert world.states() == {"agent-0": "idle"}
    assert accounted(world) == (0, 0)
    press(world, call_id, "1")
    assert world.states() == {"agent-0": "talking"}
    assert world.of(m.StopMessage) == [m.StopMessage(call_id=call_id)]
    assert accounted(world) == (1, 0)
    world.run(30.0)
    outcome, _, _ = ended(world, call_id, CallCause.FAR_END)
    result = world.results[call_id]
    assert outcome == "connected"
    assert result.attempt.asked_at == START == result.attempt.waited_from
    assert result.cdr is not None
    assert result.cdr.digits == "1"


def test_whoever_was_promised_an_agent_and_gets_none_is_abandoned_from_their_key_on() -> None:
    world, call_id = hearing_the_menu(agents=0)
    world.run(4.0)
    press(world, call_id, "1")
    world.run(1.9)
    assert accounted(world) == (1, 0)
    world.run(0.2)
    assert accounted(world) == (1, 1)
    assert world.of(m.PlayMessage)[-1].message == "safe-harbour-press-9"
    assert ended(world, call_id) == ("abandoned", "", "no agent within 2 s of the menu's key")


@pytest.mark.parametrize("key", ["5", "6", "9"])
def test_who_wants_no_agent_makes_room_for_the_next_call_at_once(key: str) -> None:
    world, call_id = hearing_the_menu()
    assert world.placed == [call_id]
    press(world, call_id, key)
    assert len(world.placed) == 2


def test_the_agent_who_becomes_free_inside_the_limit_takes_the_call() -> None:
    world, call_id = hearing_the_menu(agents=0)
    press(world, call_id, "1")
    world.run(1.0)
    world.post(m.AgentWentReady(agent_id="agent-0"))
    assert world.states() == {"agent-0": "talking"}


def test_the_agents_that_a_key_names_come_first_and_the_campaigns_own_are_the_others() -> None:
    world, call_id = hearing_the_menu()
    world.add_agent("ana", ("spanish",))
    press(world, call_id, "7")
    assert world.states() == {"agent-0": "idle", "ana": "talking"}
    world, call_id = hearing_the_menu()
    press(world, call_id, "7")
    assert world.states() == {"agent-0": "talking"}


def test_a_message_is_played_and_the_call_ends() -> None:
    world, call_id = hearing_the_menu()
    press(world, call_id, "2")
    assert [one.message for one in world.of(m.PlayMessage)] == ["offer", "hours"]
    assert not world.of(m.HangUpCall)
    world.run(5.1)
    assert ended(world, call_id) == ("menu_ended", "", "menu: pressed 2: message hours")
    assert accounted(world) == (0, 0)


def test_a_disposition_is_recorded_and_its_message_played() -> None:
    world, call_id = hearing_the_menu()
    press(world, call_id, "4")
    (said,) = world.of(m.RecordDisposition)
    assert (said.disposition, said.agent_id, said.callback) == ("sale", "", None)
    world.run(5.1)
    assert ended(world, call_id) == ("menu_ended", "sale", "menu: pressed 4: sale")


def test_a_callback_has_its_time() -> None:
    world, call_id = hearing_the_menu()
    press(world, call_id, "3")
    (said,) = world.of(m.RecordDisposition)
    assert said.callback is not None
    assert said.callback.starts_at == START + 3600.0
    assert said.callback.ends_at == said.callback.starts_at + CALLBACK_WINDOW_S
    world.run(0.1)
    assert ended(world, call_id)[:2] == ("menu_ended", "callback")


@pytest.mark.parametrize("key", ["5", "9"])
def test_a_do_not_call_request_bars_the_number_and_ends_the_call_at_once(key: str) -> None:
    world, call_id = hearing_the_menu()
    number = world.of(m.RecordAttempts)[0].attempts[0].number
    commands = world.post(m.DigitHeard(call_id=call_id, digit=key))
    assert m.HangUpCall(call_id=call_id) in commands
    assert [one.disposition for one in world.of(m.RecordDisposition)] == ["do_not_call"]
    assert number in world.engine._state.blocked[1]
    assert world.count("opt_outs") == 1
    assert ended(world, call_id) == ("menu_ended", "do_not_call", f"pressed {key}: do not call")
    assert not world.engine._state.walks


def test_the_menu_is_repeated_and_then_ends() -> None:
    world, call_id = hearing_the_menu()
    press(world, call_id, "*")
    world.run(9.9)
    assert not world.of(m.HangUpCall)
    world.run(0.2)
    assert ended(world, call_id) == ("menu_ended", "", "menu: no key was pressed")
    assert [one.message for one in world.of(m.PlayMessage)] == ["offer", "offer"]


def test_a_prompt_without_end_is_stopped() -> None:
    world, call_id = hearing_the_menu()
    world.plays[call_id] += 1
    world.run(30.1)
    assert world.of(m.StopMessage) == [m.StopMessage(call_id=call_id)]
    press(world, call_id, "1")
    assert world.states() == {"agent-0": "talking"}


def test_whoever_hangs_up_in_the_menu_was_never_promised_anything() -> None:
    world, call_id = hearing_the_menu()
    world.run(3.0)
    assert ended(world, call_id, CallCause.FAR_END) == ("menu_ended", "", "far_end")
    assert accounted(world) == (0, 0)
    world.run(60.0)
    assert not world.engine._state.walks
    assert len(world.of(m.PlayMessage)) == 1


def test_an_agentless_menu_needs_nobody_and_counts_as_its_message_does() -> None:
    world = World(SETTINGS, fate=silent)
    world.start(task(treatment=Treatment.MESSAGE, menu=Menu(prompt="offer", keys=AGENTLESS)))
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    assert accounted(world) == (1, 0)
    press(world, call_id, "6")
    assert ended(world, call_id) == ("message_played", "", "menu: pressed 6")
    assert accounted(world) == (1, 0)


def test_amd_listens_first_and_machines_hear_no_menu() -> None:
    world = World(SETTINGS, fate=silent)
    world.add_agents(2)
    world.start(task(menu=MENU, amd=AmdSettings(enabled=True)))
    first, second = world.placed[:2]
    for call_id in (first, second):
        world.post(m.CallAnswered(call_id=call_id))
    assert not world.of(m.PlayMessage)
    world.post(m.AmdDecided(call_id=first, result=AmdResult.MACHINE))
    world.post(m.AmdDecided(call_id=second, result=AmdResult.PERSON))
    assert world.of(m.PlayMessage) == [m.PlayMessage(call_id=second, message="offer")]
    assert world.engine._state.tasks.works[1].detecting == 1
    press(world, second, "1")
    assert world.engine._state.tasks.works[1].detecting == 0
    assert ended(world, first)[0] == "machine"


def test_pacing_sees_an_open_menu_as_an_answer_that_may_want_an_agent() -> None:
    with known_policy():
        world = World(SETTINGS, fate=silent)
        world.add_agents(1)
        world.start(task(menu=MENU, pacing=PacingSettings(policy=STEADY)))
        work = world.engine._state.tasks.works[1]
        learned = work.policy.learned  # type: ignore[union-attr]
        first, second = world.placed[:2]
        for call_id in (first, second):
            world.post(m.CallAnswered(call_id=call_id))
        assert work.detecting == 2
        assert not learned
        world.run(4.0)
        press(world, first, "6")
        press(world, second, "1")
    assert work.detecting == 0
    assert [one.is_person for one in learned if isinstance(one, DetectionObserved)] == [False, True]
    assert {one.delay_s for one in learned if isinstance(one, DetectionObserved)} == {0.0}
    results = [one.result for one in learned if isinstance(one, CallObserved)]
    assert results == [CallResult.MACHINE, CallResult.ANSWERED]
    # The wait begins with the key, not with the answer four seconds before.
    assert [one.waited_s for one in learned if isinstance(one, AnswerObserved)] == [0.0]


def test_a_disposition_that_was_edited_away_ends_the_call_all_the_same() -> None:
    world, call_id = hearing_the_menu()
    world.start(task(menu=MENU, dispositions=()))
    press(world, call_id, "4")
    world.run(5.1)
    assert ended(world, call_id)[:2] == ("menu_ended", "")
    assert world.count("menu_dispositions_unknown") == 1


@given(
    steps=st.lists(
        st.one_of(st.sampled_from("1234567890*#"), st.floats(0.0, 12.0), st.sampled_from(["gone", "closed"])),
        max_size=12,
    ),
    repeats_max=st.integers(0, 3),
    agents=st.integers(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_every_call_ends_in_bounded_time_and_nothing_sounds_after_it(
    steps: list[str | float], repeats_max: int, agents: int
) -> None:
    world, call_id = hearing_the_menu(agents, menu=Menu(prompt="offer", keys=KEYS, repeats_max=repeats_max))
    for step in steps:
        if isinstance(step, float):
            world.run(step)
        elif step == "gone":
            world.end(call_id, CallCause.FAR_END)
        elif step == "closed":
            world.post(m.MessagePlayed(call_id=call_id))
        else:
            press(world, call_id, step)
    # All rounds, the last message and the answer limit; then the agent's conversation, if it came to one.
    world.run((repeats_max + 2) * (SETTINGS.message_s_max + MENU.wait_s) + 10.0)
    call = world.engine._state.calls.get(call_id)
    assert call is None or call.state == "bridged"
    world.end(call_id, CallCause.FAR_END)
    assert call_id in world.results
    of_call = [one for one in world.sent if getattr(one, "call_id", "") == call_id]
    is_over = False
    for command in of_call:
        assert not (is_over and isinstance(command, m.PlayMessage | m.BridgeCall | m.StopMessage))
        is_over |= isinstance(command, m.HangUpCall)
    answered, abandoned = accounted(world)
    assert abandoned <= answered <= 1
    assert world.engine._state.tasks.works[1].detecting == 0
    assert not world.engine._state.walks
