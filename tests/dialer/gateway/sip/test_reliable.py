"""PRACK as the caller; the callee here is written by hand, packet by packet."""

from collections.abc import Callable

import pytest

from dialer.gateway.sip import Invitation, Request, SessionAnswered, SessionProgressed, UserAgent, parse_message
from dialer.gateway.sip.derived import HeaderLines, make_response

PEER = ("192.0.2.2", 5060)


class Hand:
    """A caller, and answers to it made by hand."""

    def __init__(self) -> None:
        numbers = iter(range(1000))
        self.agent = UserAgent(("192.0.2.1", 5060), lambda: f"t{next(numbers)}")
        self.agent.invite(
            Invitation(session_id="1-1", uri="sip:x@192.0.2.2", destination=PEER, caller="<sip:a@192.0.2.1>"), 0.0
        )
        (self.invite,) = self.sent()

    def sent(self) -> list[Request]:
        messages = [parse_message(datagram.data) for datagram in self.agent.datagrams_to_send()]
        return [message for message in messages if isinstance(message, Request)]

    def say(self, status: int, rseq: str | None = None, tag: str = "x", require: str = "100rel") -> list[Request]:
        headers: HeaderLines = () if rseq is None else (("Require", require), ("RSeq", rseq))
        response = make_response(self.invite, status, to_tag=tag, headers=headers)
        self.agent.receive_datagram(response.to_bytes(), PEER, 1.0)
        return self.sent()


@pytest.fixture
def hand() -> Hand:
    return Hand()


def racks(requests: list[Request]) -> list[str | None]:
    return [request.get("RAck") for request in requests if request.method == "PRACK"]


def test_each_reliable_response_is_acknowledged_once_and_in_order(hand: Hand) -> None:
    assert racks(hand.say(183, "7")) == ["7 1 INVITE"]
    assert racks(hand.say(183, "7")) == [], "the PRACK repeats itself"
    assert racks(hand.say(180, "9")) == [], "8 is missing: it comes again"
    assert racks(hand.say(182, "8")) == ["8 1 INVITE"]
    assert racks(hand.say(180, "9")) == ["9 1 INVITE"]
    progressed = [event.status for event in hand.agent.next_events() if isinstance(event, SessionProgressed)]
    assert progressed == [183, 182, 180]


def test_forks_count_for_themselves(hand: Hand) -> None:
    assert racks(hand.say(183, "1", tag="one")) == ["1 1 INVITE"]
    assert racks(hand.say(183, "50", tag="two")) == ["50 1 INVITE"]
    for n in range(40):
        hand.say(183, "1", tag=f"more{n}")
    assert racks(hand.say(183, "1", tag="too many")) == []


@pytest.mark.parametrize("rseq", ["0", "x", "", "99999999999", "-1"])
def test_a_number_that_is_none_makes_it_an_ordinary_response(hand: Hand, rseq: str) -> None:
    assert racks(hand.say(180, rseq)) == []
    assert len(hand.agent.next_events()) == 1


@pytest.mark.parametrize("require", ["timer", '"', "<"])
def test_without_the_option_it_is_an_ordinary_response(hand: Hand, require: str) -> None:
    assert racks(hand.say(180, "1", require=require)) == []


def test_the_dialog_goes_on_where_the_early_one_ended(hand: Hand) -> None:
    say: Callable[..., list[Request]] = hand.say
    say(183, "7")
    (ack,) = say(200)
    assert (ack.method, ack.cseq) == ("ACK", 1)
    assert isinstance(hand.agent.next_events()[-1], SessionAnswered)
    hand.agent.hang_up("1-1", 2.0)
    (bye,) = hand.sent()
    assert (bye.method, bye.cseq) == ("BYE", 3)
