import pytest

from dialer import messages as m
from dialer.engine import Engine
from dialer.runner import Runner
from dialer.runner.runner import DESK_COMMANDS, GATEWAY_COMMANDS, STORE_COMMANDS, NotConnectedError
from tests.dialer.world import SETTINGS, START, World, task


class Sink:
    """A port that takes everything, or raises on everything."""

    def __init__(self, error: Exception | None = None) -> None:
        self.received: list[object] = []
        self.error = error

    def send(self, command: object) -> None:
        self.received.append(command)
        if self.error is not None:
            raise self.error

    def now(self) -> float:
        return START

    def post_at(self, at: float, event: m.Event, key: str) -> None:
        self.received.append((at, event, key))


def test_every_command_has_its_port() -> None:
    named = {m.SetTimer, *STORE_COMMANDS, *GATEWAY_COMMANDS, *DESK_COMMANDS}
    assert named == set(m.Command.__args__)  # type: ignore[attr-defined]


def test_commands_go_to_the_port_they_are_for() -> None:
    runner = Runner(engine=Engine(SETTINGS), now=lambda: START)
    clock, gateway, desk, store = Sink(), Sink(), Sink(), Sink()
    runner.connect(clock=clock, gateway=gateway, desk=desk, store=store)
    runner.post(m.PollDue())
    runner.post(m.CampaignChanged(task=task()))
    runner.post(m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="sip:ann", request_id=7))
    assert store.received[0] == m.PollTasks()
    assert clock.received == [(START + 1.0, m.TimerFired(key="tick"), "tick")]
    assert gateway.received == [m.OpenLeg(leg_id="ann#1", agent_id="ann", address="sip:ann")]
    assert desk.received[-1] == m.AnswerRequest(request_id=7)


def test_a_port_may_post_from_inside_send_and_order_is_kept() -> None:
    world = World(leads=10)
    world.add_agents(1)
    world.start(task())
    seen = [type(command) for command in world.sent]
    # The store answers RecordAttempts from inside send; the report of the same step still goes out first.
    assert seen.index(m.RecordAttempts) < seen.index(m.ReportDecision) < seen.index(m.PlaceCall)


def test_an_event_before_the_ports_is_refused() -> None:
    with pytest.raises(NotConnectedError, match="connect the runner"):
        Runner(engine=Engine(SETTINGS), now=lambda: START).post(m.PollDue())


def test_a_port_that_raises_is_counted_and_told_and_the_loop_goes_on() -> None:
    told: list[tuple[str, m.Command]] = []
    runner = Runner(
        engine=Engine(SETTINGS), now=lambda: START, on_error=lambda error, command: told.append((str(error), command))
    )
    store = Sink(OSError("the disk is full"))
    runner.connect(clock=Sink(), gateway=Sink(), desk=Sink(), store=store)
    runner.post(m.PollDue())
    runner.post(m.PollDue())
    assert runner.port_errors == 2
    assert told == [("the disk is full", m.PollTasks())] * 2


def test_without_a_handler_the_ports_error_is_raised_and_the_runner_stays_usable() -> None:
    runner = Runner(engine=Engine(SETTINGS), now=lambda: START)
    store = Sink(OSError("the disk is full"))
    runner.connect(clock=Sink(), gateway=Sink(), desk=Sink(), store=store)
    with pytest.raises(OSError, match="the disk is full"):
        runner.post(m.PollDue())
    store.error = None
    runner.post(m.PollDue())
    assert store.received == [m.PollTasks(), m.PollTasks()]
