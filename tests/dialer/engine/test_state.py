from dialer import messages as m
from dialer.engine.state import EngineState
from dialer.model import AgentState
from tests.dialer.world import SETTINGS


def test_only_requests_with_an_id_are_answered() -> None:
    state = EngineState(SETTINGS)
    state.answer(0, "nobody waits for this")
    state.answer(7)
    assert state.commands == [m.AnswerRequest(request_id=7)]


def test_showing_an_agent_touches_their_groups_when_pacing_may_answer_otherwise() -> None:
    state = EngineState(SETTINGS)
    agent = state.roster.log_in("ann", ("sales", "service"), "sip:ann", 5.0)
    state.show(agent)
    assert state.touched == {}
    agent.state = AgentState.IDLE
    state.show(agent)
    assert list(state.touched) == ["sales", "service"]
    assert [command.state for command in state.commands] == ["connecting", "idle"]  # type: ignore[union-attr]


def test_timers_are_set_by_key() -> None:
    state = EngineState(SETTINGS)
    state.set_timer("tick", 9.0)
    assert state.commands == [m.SetTimer(key="tick", at=9.0)]
