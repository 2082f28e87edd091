"""The way back of a response."""

import pytest

from dialer.gateway.sip.addresses import TCP, Address
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import parse_via
from dialer.gateway.sip.reply_path import reply_address, seen_from

SOURCE = ("192.0.2.2", 40000)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("SIP/2.0/UDP 192.0.2.2;branch=b", "SIP/2.0/UDP 192.0.2.2;branch=b"),
        ("SIP/2.0/UDP h;branch=b", "SIP/2.0/UDP h;branch=b;received=192.0.2.2"),
        ("SIP/2.0/UDP h;rport;branch=b", "SIP/2.0/UDP h;rport=40000;branch=b;received=192.0.2.2"),
        ("SIP/2.0/UDP h, SIP/2.0/TCP i", "SIP/2.0/UDP h;received=192.0.2.2, SIP/2.0/TCP i"),
    ],
)
def test_the_source_is_written_into_the_first_hop(line: str, seen: str) -> None:
    assert seen_from(line, SOURCE)[1] == seen


@pytest.mark.parametrize("line", ["", ",", "SIP/2.0/UDP h;;x", "SIP/2.0/UDP", "SIP/2.0/UDP h:0"])
def test_a_hop_that_cannot_be_read_is_malformed(line: str) -> None:
    with pytest.raises(MalformedMessage):
        seen_from(line, SOURCE)


@pytest.mark.parametrize(
    ("via", "source", "destination"),
    [
        ("SIP/2.0/UDP h;rport=1", SOURCE, SOURCE),
        ("SIP/2.0/UDP h:5070", SOURCE, ("192.0.2.2", 5070)),
        ("SIP/2.0/UDP h", SOURCE, ("192.0.2.2", 5060)),
        ("SIP/2.0/UDP h;maddr=192.0.2.9", SOURCE, ("192.0.2.9", 5060)),
        ("SIP/2.0/UDP h;maddr=evil.example", SOURCE, ("192.0.2.2", 5060)),
        ("SIP/2.0/TCP h:5070", ("192.0.2.2", 40000, TCP), ("192.0.2.2", 40000, TCP)),
    ],
)
def test_where_the_answer_goes(via: str, source: Address, destination: Address) -> None:
    assert reply_address(parse_via(via), source) == destination
