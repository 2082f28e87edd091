import itertools

import pytest

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.dialog import Dialog
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import Headers, Request, Response, parse_message

PEER = ("192.0.2.20", 5060)


@pytest.fixture
def identity() -> Identity:
    numbers = itertools.count(1)
    return Identity(("192.0.2.1", 5060), lambda: f"t{next(numbers)}", "test")


def headers(**more: str) -> Headers:
    base = {
        "Via": ["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"],
        "From": ["<sip:a@h>;tag=mine"],
        "To": ["<sip:b@h>"],
        "Call-ID": ["c"],
        "CSeq": ["5 INVITE"],
    }
    return base | {name.replace("_", "-"): [value] for name, value in more.items()}


def invite(**more: str) -> Request:
    return Request("INVITE", "sip:b@192.0.2.20", headers(**more))


def answer(**more: str) -> Response:
    return Response(200, "OK", headers(To="<sip:b@h>;tag=theirs", **more))


def written(dialog: Dialog, identity: Identity, method: str = "BYE", cseq: int | None = None) -> Request:
    request = parse_message(dialog.make_request(method, identity, cseq=cseq).data)
    assert isinstance(request, Request)
    return request


def test_the_callers_side(identity: Identity) -> None:
    dialog = Dialog.of_caller(invite(), answer(Contact="<sip:b@192.0.2.30:5080>"), PEER)
    bye = written(dialog, identity)
    assert bye.uri == "sip:b@192.0.2.30:5080"
    assert (bye.cseq, bye.from_tag, bye.to_tag) == (6, "mine", "theirs")
    assert bye.headers["To"] == ["<sip:b@h>;tag=theirs"]
    assert bye.headers["CSeq"] == ["6 BYE"]
    assert "Route" not in bye.headers
    assert dialog.next_hop() == ("192.0.2.30", 5080)
    assert written(dialog, identity, "ACK", cseq=5).headers["CSeq"] == ["5 ACK"]
    assert dialog.make_request("INFO", identity).cseq == 7


def test_the_route_set_is_turned_round_for_the_caller_and_kept_for_the_callee(identity: Identity) -> None:
    record = "<sip:192.0.2.41;lr>, <sip:192.0.2.42:5070;lr>"
    caller = Dialog.of_caller(invite(), answer(Record_Route=record, Contact="<sip:b@far>"), PEER)
    bye = written(caller, identity)
    assert bye.headers["Route"] == ["<sip:192.0.2.42:5070;lr>", "<sip:192.0.2.41;lr>"]
    assert bye.uri == "sip:b@far"
    assert caller.next_hop() == ("192.0.2.42", 5070)
    callee = Dialog.of_callee(invite(Record_Route=record, Contact="<sip:a@far>"), "ours", PEER)
    assert written(callee, identity).headers["Route"] == ["<sip:192.0.2.41;lr>", "<sip:192.0.2.42:5070;lr>"]
    assert callee.next_hop() == ("192.0.2.41", 5060)


def test_a_strict_router_gets_the_request_and_the_target_goes_last(identity: Identity) -> None:
    dialog = Dialog.of_caller(invite(), answer(Record_Route="<sip:192.0.2.41>", Contact="<sip:b@far>"), PEER)
    bye = written(dialog, identity)
    assert bye.uri == "sip:192.0.2.41"
    assert bye.headers["Route"] == ["<sip:b@far>"]


def test_the_callees_side(identity: Identity) -> None:
    dialog = Dialog.of_callee(invite(Contact="<sip:a@192.0.2.9>"), "ours", PEER)
    bye = written(dialog, identity)
    assert (bye.uri, bye.from_tag, bye.to_tag, bye.cseq) == ("sip:a@192.0.2.9", "ours", "mine", 1)
    assert bye.headers["From"] == ["<sip:b@h>;tag=ours"]


@pytest.mark.parametrize(
    "contact", ["<sip:b@host.example>", ",", "", "garbage", "<sip:b@h", '"x', "<sip:b b@192.0.2.9>", "<tel:+1>"]
)
def test_a_target_that_is_a_name_or_nonsense_is_reached_where_the_dialog_began(contact: str) -> None:
    dialog = Dialog.of_caller(
        Request("INVITE", "sip:b@host.example", headers()), answer(Contact=contact) if contact else answer(), PEER
    )
    assert dialog.next_hop() == PEER


def test_a_record_route_that_cannot_be_read_is_left_out(identity: Identity) -> None:
    dialog = Dialog.of_caller(invite(), answer(Record_Route="<sip:x", Contact="<sip:b@192.0.2.9>"), PEER)
    assert dialog.route_set == []


def test_requests_out_of_order_are_told() -> None:
    dialog = Dialog.of_callee(invite(), "ours", PEER)
    assert dialog.take_cseq(6)
    assert not dialog.take_cseq(6)
    assert not dialog.take_cseq(2)
    assert dialog.take_cseq(100)
    assert Dialog.of_caller(invite(), answer(), PEER).take_cseq(0)


def test_a_reinvite_moves_the_target() -> None:
    dialog = Dialog.of_caller(invite(), answer(Contact="<sip:b@192.0.2.9>"), PEER)
    assert dialog.next_hop() == ("192.0.2.9", 5060)
    dialog.refresh_target(invite(Contact="<sip:b@192.0.2.10:5099>"))
    assert dialog.next_hop() == ("192.0.2.10", 5099)
    dialog.refresh_target(invite())
    assert dialog.remote_target == "sip:b@192.0.2.10:5099"


def test_a_line_end_cannot_be_smuggled_in(identity: Identity) -> None:
    dialog = Dialog.of_caller(invite(), answer(), PEER)
    with pytest.raises(ValueError, match="line end"):
        dialog.make_request("INFO", identity, headers=(("Subject", "a\r\nContact: <sip:evil@h>"),))


def test_a_body_is_counted_and_written(identity: Identity) -> None:
    dialog = Dialog.of_caller(invite(), answer(), PEER)
    info = dialog.make_request("INFO", identity, headers=(("Content-Type", "text/plain"),), body=b"abc")
    assert info.data.endswith(b"Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc")


TLS_PEER = ("192.0.2.20", 5061, "tls")


@pytest.mark.parametrize(
    ("contact", "peer", "hop"),
    [
        ("<sip:b@192.0.2.30:5080;transport=TCP>", PEER, ("192.0.2.30", 5080, "tcp")),
        ("<sip:b@192.0.2.30:5080;transport=udp>", TLS_PEER, ("192.0.2.30", 5080)),
        ("<sip:b@192.0.2.30;transport=ws>", PEER, ("192.0.2.30", 5060)),
        ("<sips:b@192.0.2.30>", PEER, ("192.0.2.30", 5061, "tls")),
        ("<sip:b@192.0.2.20:5061>", TLS_PEER, TLS_PEER),
        ("<sip:b@192.0.2.30:5061>", TLS_PEER, ("192.0.2.30", 5061)),
        ("<sip:b@pbx.example>", TLS_PEER, TLS_PEER),
    ],
)
def test_which_transport_a_target_wants(contact: str, peer: Address, hop: Address) -> None:
    assert Dialog.of_caller(invite(), answer(Contact=contact), peer).next_hop() == hop


def test_a_phone_that_keeps_its_flow_is_reached_where_it_was(identity: Identity) -> None:
    dialog = Dialog.of_caller(invite(), answer(Contact="<sip:b@10.0.0.7>"), PEER)
    dialog.keeps_flow = True
    assert dialog.next_hop() == PEER
    assert written(dialog, identity).uri == "sip:b@10.0.0.7"


def test_whoever_has_connected_to_us_is_reached_on_that_connection() -> None:
    request = invite(Contact="<sip:a@192.0.2.20:5060;transport=tcp>")
    assert Dialog.of_callee(request, "ours", ("192.0.2.20", 39000, "tcp")).next_hop() == ("192.0.2.20", 39000, "tcp")
    assert Dialog.of_callee(request, "ours", PEER).next_hop() == ("192.0.2.20", 5060, "tcp")
