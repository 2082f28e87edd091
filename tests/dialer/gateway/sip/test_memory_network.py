import asyncio

import pytest

from dialer.gateway.sip import Invitation, UserAgent, UserAgentEvent
from dialer.gateway.sip.memory_network import MemoryNetwork


def make(address: tuple[str, int]) -> UserAgent:
    numbers = iter(range(1000))
    return UserAgent(address, lambda: f"t{address[1]}x{next(numbers)}")


def test_time_passes_only_when_it_is_let() -> None:
    network = MemoryNetwork(now=100.0)
    called: list[float] = []
    network.call_later(2.0, lambda: called.append(network.time()))
    network.call_later(1.0, lambda: called.append(network.time()))
    network.run(1.5)
    assert called == [101.0]
    network.run(10)
    assert called == [101.0, 102.0]
    assert network.now == 111.5


def test_packets_arrive_as_fate_says() -> None:
    network = MemoryNetwork()
    heard: list[tuple[float, UserAgentEvent]] = []
    begun = network.now
    network.fate = lambda datagram, source: (3.0, 4.0)
    caller = network.attach("192.0.2.1", 0, make, lambda event: None)
    network.attach("192.0.2.2", 5060, make, lambda event: heard.append((network.now - begun, event)))
    caller.agent.invite(
        Invitation(session_id="1", uri="sip:b@h", destination=("192.0.2.2", 5060), caller="<sip:a@h>"), network.now
    )
    caller.pump()
    network.run(3.5)
    assert [at for at, _ in heard] == [3.0]
    assert caller.local_address[1] >= 10_000


def test_an_address_has_one_owner_until_it_leaves() -> None:
    network = MemoryNetwork()
    shell = network.attach("192.0.2.1", 5060, make, lambda event: None)
    with pytest.raises(OSError, match="taken"):
        network.attach("192.0.2.1", 5060, make, lambda event: None)
    shell.close()
    asyncio.run(network.open("192.0.2.1", 5060, make, lambda event: None, network.time))
    assert shell.is_closed


def test_waiting_for_quiet_ends_with_quiet_or_with_patience() -> None:
    network = MemoryNetwork()
    shell = network.attach("192.0.2.1", 5060, make, lambda event: None)
    begun = network.now
    asyncio.run(shell.wait_until_quiet(5.0))
    assert network.now == begun
    shell.agent.invite(
        Invitation(session_id="1", uri="sip:b@h", destination=("192.0.2.2", 5060), caller="<sip:a@h>"), network.now
    )
    asyncio.run(shell.wait_until_quiet(5.0))
    assert network.now == begun + 5.0
    asyncio.run(shell.wait_until_quiet(500.0))
    assert network.now == pytest.approx(begun + 32.0)


def test_a_network_that_never_comes_to_rest_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.gateway.sip.memory_network.STEPS_MAX", 100)
    network = MemoryNetwork()

    def again() -> None:
        network.call_later(0.001, again)

    again()
    with pytest.raises(AssertionError, match="no rest"):
        network.run(1.0)
