import asyncio

from dialer import messages as m
from dialer.live.open_calls import OpenCalls
from dialer.model import CallCause


class Recorder:
    def __init__(self) -> None:
        self.sent: list[m.GatewayCommand] = []

    def send(self, command: m.GatewayCommand) -> None:
        self.sent.append(command)


def place(call_id: str) -> m.PlaceCall:
    return m.PlaceCall(call_id=call_id, number="1", caller_id="2", trunk="main", ring_timeout_s=25.0)


def test_calls_and_legs_are_counted_and_everything_is_passed_on() -> None:
    posted: list[m.Event] = []
    gateway = Recorder()
    calls = OpenCalls(posted.append)
    calls.connect(gateway)
    commands: list[m.GatewayCommand] = [place("1-1"), m.OpenLeg(leg_id="a#1", agent_id="a", address="sip:a")]
    for command in commands:
        calls.send(command)
    assert gateway.sent == commands
    assert len(calls) == 2
    events: list[m.Event] = [
        m.CallRinging(call_id="1-1"),
        m.CallEnded(call_id="1-1", cause=CallCause.BUSY),
        m.LegClosed(leg_id="a#1"),
    ]
    for event in events:
        calls.post(event)
    assert posted == events
    assert len(calls) == 0


def test_all_ended_waits_for_the_last_one() -> None:
    async def run() -> None:
        calls = OpenCalls(lambda event: None)
        calls.connect(Recorder())
        await calls.all_ended()
        calls.send(place("1-1"))
        waiting = asyncio.ensure_future(calls.all_ended())
        await asyncio.sleep(0)
        assert not waiting.done()
        calls.post(m.CallEnded(call_id="1-1", cause=CallCause.BUSY))
        await waiting

    asyncio.run(run())


def test_hang_up_all_ends_what_is_open_and_nothing_else() -> None:
    gateway = Recorder()
    calls = OpenCalls(lambda event: None)
    calls.connect(gateway)
    calls.send(place("1-1"))
    calls.send(place("2-1"))
    calls.send(m.OpenLeg(leg_id="a#1", agent_id="a", address="sip:a"))
    calls.post(m.CallEnded(call_id="1-1", cause=CallCause.BUSY))
    gateway.sent.clear()
    calls.hang_up_all()
    assert gateway.sent == [m.HangUpCall(call_id="2-1"), m.CloseLeg(leg_id="a#1")]
