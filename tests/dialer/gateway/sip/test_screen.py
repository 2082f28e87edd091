import pytest

from dialer.gateway.sip.message import Request
from dialer.gateway.sip.screen import REFUSALS_PER_S, SCANNERS, Screen, Verdict


def request(agent: str = "phone") -> Request:
    headers = {
        "Via": ["SIP/2.0/UDP h;branch=z9hG4bK1"],
        "From": ["<sip:a@h>;tag=1"],
        "To": ["<sip:b@h>"],
        "Call-ID": ["c"],
        "CSeq": ["1 OPTIONS"],
        "User-Agent": [agent],
    }
    return Request("OPTIONS", "sip:b@h", headers)


def test_before_anybody_is_known_everybody_is_taken() -> None:
    assert Screen().judge(request(), "203.0.113.9", 0.0) is Verdict.TAKE


def test_strangers_are_refused_a_few_times_a_second_and_then_dropped() -> None:
    screen = Screen()
    screen.know("192.0.2.20")
    assert screen.judge(request(), "192.0.2.20", 0.0) is Verdict.TAKE
    verdicts = [screen.judge(request(), "203.0.113.9", 0.5) for _ in range(REFUSALS_PER_S + 3)]
    assert verdicts == [Verdict.REFUSE] * REFUSALS_PER_S + [Verdict.DROP] * 3
    assert screen.judge(request(), "203.0.113.9", 1.0) is Verdict.REFUSE
    assert (screen.counters.strangers_refused, screen.counters.strangers_dropped) == (REFUSALS_PER_S + 1, 3)


@pytest.mark.parametrize("name", SCANNERS)
def test_scanners_hear_nothing(name: str) -> None:
    screen = Screen()
    screen.know("192.0.2.20")
    assert screen.judge(request(name.upper()), "203.0.113.9", 0.0) is Verdict.DROP
    assert screen.counters.scanners_dropped == 1
